import { simpleParser } from "mailparser";
import { buildMessage, headerText, messageIdOf, MOST_ATTACHED_BYTES, type Head } from "../../src/mail/message";
import { lintMessage } from "../../src/mail/lint";
import type { MailContent } from "../../src/mail/summary";

const PICTURE = Buffer.from("89504e470d0a1a0a", "hex").toString("base64");

function content(more: Partial<MailContent> = {}): MailContent {
  return {
    subject: "[OK] Contact centre 2026-03-02: service level 81.2 %",
    html: '<!DOCTYPE html><html lang="en"><body><p style="color:#1a2129">Service level 81.2 %</p></body></html>',
    text: "Service level 81.2 %\n",
    attachments: [
      { name: "summary.csv", type: "text/csv", content: "queue,offered\r\nBilling,412\r\n", is_base64: false },
    ],
    images: [],
    language: "en",
    archive_path: "/srv/reports/2026-03-02",
    ...more,
  };
}

const head: Head = {
  from: { name: "Contact centre", address: "reports@centre.example" },
  to: { name: "Ana", address: "ana@example.com" },
  owner: "ops@centre.example",
  message_id: messageIdOf("summary_2026-03-02_1", "ana@example.com", "reports@centre.example"),
  references: [],
  issued_at_ms: Date.parse("2026-03-03T05:00:00Z"),
};

/** Names and subjects made to become more than they are. */
const HOSTILE = [
  "Ana\r\nBcc: all@example.com",
  "Ana\nX-Injected: yes\n\n<script>alert(1)</script>",
  'Kim, "Ana" <root@example.com>',
  "=?utf-8?Q?=0D=0ABcc:_all@example.com?=",
  "=?utf-8?B?DQpCY2M6IGFsbEBleGFtcGxlLmNvbQ==?=",
  "김민지, 상담 관리자",
  "\u202Egro.live@ana\u202C",
  "a\u2028b\u0000c\u0085d",
  'back\\slash\\" , <x@y>',
  "🙂".repeat(400),
  "word ".repeat(500),
  "\uD800 half",
  "",
];

describe("a message", () => {
  it("is nested as mail programs need it, with its pictures and attachments", async () => {
    const image = { name: "day.png", type: "image/png", content: PICTURE, is_base64: true, cid: "day@nightdesk" };
    const html =
      '<html lang="en"><body><img src="cid:day@nightdesk" alt="Busy at 10:30" width="600" height="80"><p>10:30</p></body></html>';
    const { bytes } = await buildMessage(content({ html, text: "10:30\n", images: [image] }), head);
    const types = Array.from(bytes.toString().matchAll(/^Content-Type: ([^;\r]+)/gm), ([, type]) => type);
    expect(types).toEqual([
      "multipart/mixed",
      "multipart/related",
      "multipart/alternative",
      "text/plain",
      "text/html",
      "image/png",
      "text/csv",
    ]);
    const mail = await simpleParser(bytes, { skipImageLinks: true });
    expect(mail.html).toBe(html);
    expect(mail.text).toBe("10:30\n");
    expect(
      mail.attachments.map(({ filename, contentDisposition, content: file }) => [
        filename,
        contentDisposition,
        file.toString("base64"),
      ]),
    ).toEqual([
      ["day.png", "inline", PICTURE],
      ["summary.csv", "attachment", Buffer.from("queue,offered\r\nBilling,412\r\n").toString("base64")],
    ]);
    expect(lintMessage(bytes)).toEqual([]);
  });

  it("says that no machine need answer, who is behind it, and how to leave", async () => {
    const { bytes } = await buildMessage(content(), head);
    const mail = await simpleParser(bytes);
    expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
    expect(mail.headers.get("x-auto-response-suppress")).toBe("All");
    expect(mail.replyTo?.text).toBe("ops@centre.example");
    expect(bytes.toString()).toContain("List-Unsubscribe: <mailto:ops@centre.example?subject=unsubscribe>");
    expect([mail.date?.toISOString(), mail.messageId]).toEqual(["2026-03-03T05:00:00.000Z", head.message_id]);
  });

  it("is the same bytes for the same edition and recipient, and another for another", async () => {
    const [one, two] = [await buildMessage(content(), head), await buildMessage(content(), head)];
    expect(one.bytes.equals(two.bytes)).toBe(true);
    expect(one.sha256).toBe(two.sha256);
    const ids = ["ana@example.com", "bo@example.com"].flatMap((who) =>
      ["summary_2026-03-02_1", "summary_2026-03-02_2"].map((edition) => messageIdOf(edition, who, "r@centre.example")),
    );
    expect(new Set(ids).size).toBe(4);
    expect(messageIdOf("e", "Ana@Example.com", "r@x")).toBe(messageIdOf("e", "ana@example.com", "r@x"));
  });

  it("refers to the editions its reader got before", async () => {
    const references = ["<one@centre.example>", "<two@centre.example>"];
    const { bytes } = await buildMessage(content(), { ...head, references });
    const mail = await simpleParser(bytes);
    expect([mail.inReplyTo, mail.references]).toEqual(["<two@centre.example>", references]);
  });

  it.each(HOSTILE.map((text, index) => [index, text]))(
    "lets name and subject number %i be nothing but text",
    async (_index, text) => {
      const { bytes } = await buildMessage(content({ subject: `[OK] ${text}` }), {
        ...head,
        to: { ...head.to, name: text },
      });
      const mail = await simpleParser(bytes);
      expect([...mail.headers.keys()].toSorted()).toEqual(
        [
          "from",
          "to",
          "reply-to",
          "subject",
          "date",
          "message-id",
          "content-language",
          "auto-submitted",
          "x-auto-response-suppress",
          "list",
          "mime-version",
          "content-type",
        ].toSorted(),
      );
      const to = [mail.to].flat().flatMap((each) => each?.value ?? []);
      expect(to.map(({ address }) => address)).toEqual(["ana@example.com"]);
      expect(to[0]?.name).toBe(headerText(text));
      expect(mail.subject).toBe(headerText(`[OK] ${text}`));
      // oxlint-disable-next-line no-control-regex
      expect(mail.subject).not.toMatch(/[\u0000-\u001F\u202A-\u202E]/);
      expect(lintMessage(bytes)).toEqual([]);
      expect(
        bytes
          .toString("latin1")
          .split("\r\n")
          .every((line) => line.length <= 998),
      ).toBe(true);
    },
  );

  it("leaves attachments where they are that are larger than 8 MB together, and says where in both parts", async () => {
    const large = {
      name: "report.html",
      type: "text/html",
      content: "x".repeat(MOST_ATTACHED_BYTES),
      is_base64: false,
    };
    const { bytes } = await buildMessage(
      content({ attachments: [...content().attachments, large], archive_path: "/srv/<reports>" }),
      head,
    );
    const mail = await simpleParser(bytes);
    expect(mail.attachments).toEqual([]);
    expect(mail.text).toContain("too large to be sent. They are in /srv/<reports>");
    expect(mail.html).toContain("They are in /srv/&#60;reports&#62;</p></body>");
  });
});
