import { simpleParser } from "mailparser";
import { type Mailed, openMailed } from "../support/mailing";
import { type MailServer, openMailServer } from "../support/mail-server";

const COUNT = 1000;

let server: MailServer;
let centre: Mailed;
beforeAll(async () => {
  server = await openMailServer();
  const scopes = ["all", "queue:Billing", "queue:Sales", "queue:Billing|queue:Sales"];
  const rows = Array.from({ length: COUNT }, (_, i) => `r${i}@example.com,Reader ${i},${scopes[i % scopes.length]}`);
  centre = await openMailed({}, `address,name,scope\n${rows.join("\n")}\n`, { SMTP_URL: server.url });
  await centre.prepare();
});
afterAll(async () => {
  await centre.close();
  await server.close();
});

it("a thousand recipients get what is rendered four times, each nothing beyond their scope", async () => {
  expect((await centre.mail()).counts).toEqual({ recipients: COUNT, rendered: 4, sent: COUNT });
  expect(new Set(server.mails.map(({ to }) => to)).size).toBe(COUNT);
  expect(server.connection_count).toBeLessThanOrEqual(12);
  const others = ["Retention", "Technical Support", "Orders & Delivery", "Returns", "General"];
  for (const { to, bytes } of server.mails) {
    const scope = Number(/\d+/.exec(to)?.[0]) % 4;
    if (scope === 0) continue;
    // Everything in the mail, its attachments too.
    const { text, html, subject, attachments } = await simpleParser(bytes);
    const whole = [text, html, subject, ...attachments.map(({ content }) => content.toString())].join("\n");
    const hidden = [...others, ...(scope === 1 ? ["Sales"] : scope === 2 ? ["Billing"] : [])];
    expect(hidden.filter((queue) => whole.includes(queue))).toEqual([]);
  }
  expect((await centre.mail()).counts).toMatchObject({ sent: 0, had: COUNT });
  expect(server.mails).toHaveLength(COUNT);
});
