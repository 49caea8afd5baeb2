import { buildMessage, messageIdOf } from "../../src/mail/message";
import { lintMessage } from "../../src/mail/lint";
import { lintHtml } from "../../src/mail/lint-html";

const page = (body: string, lang = ' lang="en"'): string => `<!DOCTYPE html><html${lang}><body>${body}</body></html>`;
const whats = (body: string): string[] => lintHtml(page(body)).faults.map(({ what }) => what);

async function message(html: string, text: string): Promise<Buffer> {
  const content = {
    subject: "s",
    html,
    text,
    attachments: [],
    images: [],
    language: "en",
    archive_path: "/a",
  } as const;
  const built = await buildMessage(
    { ...content, attachments: [], images: [] },
    {
      from: { name: "", address: "a@b.example" },
      to: { name: "", address: "c@d.example" },
      owner: null,
      message_id: messageIdOf("summary_2026-03-02_1", "c@d.example", "a@b.example"),
      references: [],
      issued_at_ms: 0,
    },
  );
  return built.bytes;
}

describe("the linter of mails", () => {
  it.each([
    ["<script>1</script>", "<script>: mail programs remove it"],
    ["<svg></svg>", "<svg>: most mail programs do not show it"],
    ['<img src="data:image/png;base64,AA" alt="" width="1" height="1">', "a data: picture"],
    ['<img src="https://x.example/p.png" alt="" width="1" height="1">', "is loaded from elsewhere"],
    ['<img src="cid:a" width="1" height="1">', "<img> without alt"],
    ['<img src="cid:a" alt="" width="100%">', "<img> without width and height"],
    ['<link rel="stylesheet" href="x.css">', "<link>: outer style sheets"],
    ["<style>@font-face{}</style>", "@import or @font-face"],
    ['<p style="display:flex">a</p>', "display: flex or grid"],
    ['<p style="display: inline-grid">a</p>', "display: flex or grid"],
    ['<p style="background:url(x.png)">a</p>', "url(…) in a style"],
    ['<p class="note">a</p>', "<p class> without style"],
    ['<p onclick="x()">a</p>', "onclick= on <p>"],
    ['<a href="javascript:x()">a</a>', 'href="javascript:…"'],
    ["<table><tr><td>a</td></tr></table>", "<table> for the layout without role"],
    ['<table role="presentation"><tr><th scope="col">a</th></tr></table>', '<table role="presentation"> with <th>'],
    ["<table><tr><th>a</th></tr></table>", "<th> without scope"],
    ['<table role="presentation" width="640"><tr><td>a</td></tr></table>', "wider than the one column of 600 px"],
    ['<p style="width:700px">a</p>', "a width of 700 px"],
    ['<p style="color:#999999">a</p>', '"a" has a contrast of 2.8 : 1'],
    [
      '<table role="presentation"><tr><td bgcolor="#1d6440"><p style="color:#222">a</p></td></tr></table>',
      "has a contrast of",
    ],
  ])("finds %s", (body, told) => {
    expect(whats(body)).toEqual([expect.stringContaining(told)]);
  });

  it("takes what is right for right", () => {
    expect(
      whats(
        '<div style="display:none;color:#eee">preheader</div><table role="presentation" width="600"><tr><td bgcolor="#1d6440" style="color:#fff">OK<table><tr><th scope="col">Queue</th></tr></table></td></tr></table>',
      ),
    ).toEqual([]);
  });

  it("wants the language of the page", () => {
    expect(lintHtml(page("a", "")).faults).toEqual([expect.objectContaining({ what: "<html> has no lang" })]);
  });

  it("says on which line a fault stands", () => {
    expect(lintHtml(page("<p>a</p>\n\n<svg></svg>")).faults[0]?.where).toBe("html line 3");
  });

  it("finds every figure of the HTML that the text lacks, or spells otherwise", async () => {
    const html = page(
      "<p>Service level <b>81.2</b>&nbsp;%, ASA 0:00:27, 1,184 calls, &lt; 0.1 % lost, &#9650; 6.1 %, on 2026-03-02</p>",
    );
    expect(
      lintMessage(
        await message(html, "Service level 81.2 %, ASA 0:00:27, 1,184 calls, < 0.1 % lost, ▲ 6.1 %, on 2026-03-02\n"),
      ),
    ).toEqual([]);
    const told = lintMessage(
      await message(html, "Service level 81.2%, ASA 0:27, 1184 calls, 0.1 % lost, 6.1 %, on 2 March\n"),
    );
    expect(told.map(({ where, what }) => `${where} ${/"(.*)"/.exec(what)?.[1]}`)).toEqual([
      "text 81.2 %",
      "text 0:00:27",
      "text 1,184",
      "text < 0.1 %",
      "text ▲ 6.1 %",
      "text 2026-03-02",
    ]);
  });

  it("finds HTML that Gmail would cut, and pictures that were left behind", async () => {
    const html = page(`<p>${"word ".repeat(13_000)}</p><img src="cid:gone" alt="" width="1" height="1">`);
    expect(lintMessage(await message(html, "x\n")).map(({ what }) => what)).toEqual([
      expect.stringMatching(/KB of HTML/),
      "cid:gone is not in the mail",
    ]);
  });

  it("finds headers that somebody injected, are missing, or are there twice", async () => {
    const text = (await message(page("a"), "a\n")).toString();
    const told = (change: (text: string) => string): string[] =>
      lintMessage(Buffer.from(change(text))).map(({ where, what }) => `${where}: ${what}`);
    expect(told((all) => all)).toEqual([]);
    expect(told((all) => all.replace("Subject: s", "Subject: s\r\nBcc: all@example.com"))).toEqual([
      "header bcc: a summary goes to one reader",
    ]);
    expect(told((all) => all.replace("Subject: s", "Subject: s\r\nSubject: t"))).toEqual([
      "header subject: is there 2 times",
    ]);
    expect(told((all) => all.replace("Subject: s", "Subject: =?utf-8?Q?s=0D=0ABcc:_x?="))).toEqual([
      "header subject: holds a line break or control letter",
    ]);
    expect(told((all) => all.replace(/Message-ID: .*/, "Message-ID: none"))).toEqual([
      expect.stringContaining("is no name of a message"),
    ]);
    expect(told((all) => all.replace(/Date: .*\r\n/, ""))).toEqual([
      "header date: is not there",
      "header date: is no date",
    ]);
    expect(told((all) => all.replace("To: c@d.example", "To: c@d.example, e@f.example"))).toEqual([
      expect.stringContaining("2 addresses"),
    ]);
    expect(told((all) => all.replace("Auto-Submitted", "X-Auto"))).toEqual([expect.stringContaining("auto-submitted")]);
    expect(told((all) => all.replace("multipart/related", "multipart/mixed"))).toEqual([
      expect.stringContaining("its parts are"),
    ]);
  });
});
