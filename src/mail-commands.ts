import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { yesterday } from "./base/days";
import { messageOf, NightdeskError, UsageError } from "./base/errors";
import { ensureFolder } from "./base/folders";
import type { Context } from "./context";
import { previewIssue } from "./mail/editions";
import { choose, groupByAudience, type Mailing } from "./mail/groups";
import { listAttempts } from "./mail/ledger";
import { lintMessage } from "./mail/lint";
import { mailingOf, recipientsOf } from "./mail/mailing";
import { buildMessage, messageIdOf } from "./mail/message";
import { postAll, waitFor } from "./mail/post";
import { canonicalScope, parseRecipients, readRecipients, type Recipient } from "./mail/recipients";
import type { Audience, Issue, MailContent } from "./mail/summary";
import { openTransport } from "./mail/transports";
import { printChosen, printFaults, printLedger } from "./mail-print";
import { daysOf, type Options } from "./options";
import { draftOf, gateOf } from "./steps/mail";
import { configOf, inContext, type Terminal } from "./terminal";

/** Checks messages and prints all their faults. @returns whether there is none */
export async function lintFiles(terminal: Terminal, files: readonly string[], options: Options): Promise<boolean> {
  const checked = await Promise.all(
    files.map(async (name) => {
      const file = resolve(terminal.folder, name);
      const bytes = await readFile(file).catch((error: unknown) => {
        throw new UsageError(`${file} cannot be read: ${messageOf(error)}. Name a message, an .eml file.`);
      });
      return { file, faults: lintMessage(bytes) };
    }),
  );
  terminal.stdout.write(options.json ? `${JSON.stringify({ files: checked })}\n` : printFaults(checked));
  return checked.every(({ faults }) => faults.length === 0);
}

/** Writes a summary as page, text and message, as its next reader would get it. */
export async function preview(terminal: Terminal, options: Options): Promise<boolean> {
  const out = resolve(terminal.folder, options.out ?? ".");
  const config = configOf(terminal);
  const made = await inContext(terminal, config, async (context) => {
    const mailing = asked(context, options);
    const recipient = await recipientAsked(context, mailing, options);
    const { content, issue } = await contentOf(context, mailing, recipient);
    const { from, owner } = config.mail;
    const message = await buildMessage(content, {
      from,
      to: recipient,
      owner,
      message_id: messageIdOf(issue.edition_id, recipient.address, from.address),
      references: [],
      issued_at_ms: context.now(),
    });
    return { name: issue.edition_id, subject: content.subject, content, bytes: message.bytes };
  });
  await ensureFolder(out);
  const files = ["html", "txt", "eml"].map((ending) => join(out, `${made.name}.${ending}`));
  const texts = [made.content.html, made.content.text, made.bytes];
  for (const [index, file] of files.entries()) await writeFile(file, texts[index] ?? "");
  const faults = lintMessage(made.bytes);
  const text = `${made.subject}\n${files.map((file) => `  ${file}\n`).join("")}${printFaults([{ file: "the message", faults }])}`;
  terminal.stdout.write(options.json ? `${JSON.stringify({ subject: made.subject, files, faults })}\n` : text);
  return true;
}

/** Sends one mail, marked as a test. It is listed among the attempts and is no edition. */
export async function sendTest(terminal: Terminal, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const address = options.to ?? "";
  const posted = await inContext(terminal, config, async (context) => {
    const day = options.day ?? yesterday(config.zone, context.now());
    const mailing = mailingOf(config, day, day, null);
    const recipient = { ...askedAudience(options), address, name: "", schedules: [], line: 0 };
    const { content } = await contentOf(context, mailing, recipient);
    const edition_id = `test_${day}_${context.now()}`;
    const marked = { ...content, subject: `[TEST] ${content.subject}` };
    const edition = { edition_id, number: 1, issued_at_ms: context.now(), content: marked };
    const transport = openTransport(config);
    try {
      const { from, owner, bounces_to } = config.mail;
      const posting = {
        ...context,
        transport,
        wait: waitFor,
        random: Math.random,
        from,
        owner,
        bounces_to,
        resend: null,
      };
      const { tally, troubles } = await postAll(posting, [{ ...mailing, edition_id, edition, recipient }]);
      return { shown: transport.shown, isOut: tally.sent + tally.outbox === 1, troubles };
    } finally {
      transport.close();
    }
  });
  if (!posted.isOut) {
    throw new NightdeskError(
      "mail-test",
      `The test did not go out through ${posted.shown}. ${posted.troubles.join("; ")}. Correct SMTP_URL or "mail", see "nightdesk doctor".`,
    );
  }
  const text = `A test for ${address} went to ${posted.shown}.\n`;
  terminal.stdout.write(options.json ? `${JSON.stringify({ to: address, through: posted.shown })}\n` : text);
  return true;
}

/** Who would get what, and why or why not. */
export async function showRecipients(terminal: Terminal, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const days = daysOf(options) ?? Array.from({ length: 2 }, () => yesterday(config.zone, terminal.now()));
  const [from, to] = days as [string, string];
  const mailing = mailingOf(config, from, to, options.schedule ?? null);
  const { recipients: file } = config.mail;
  const names = config.schedules.map(({ name }) => name);
  const all = file === null ? await recipientsOf(config, mailing) : await readRecipients(file, names);
  const chosen = choose(all, mailing);
  const groups = groupByAudience(chosen.filter(({ gets }) => gets).map(({ recipient }) => recipient));
  const json = { from, to, file, recipients: chosen.map(({ recipient, gets, why }) => ({ ...recipient, gets, why })) };
  terminal.stdout.write(options.json ? `${JSON.stringify(json)}\n` : printChosen(chosen, groups.length, file));
  return true;
}

/** Every attempt for the mails of some days. */
export async function showLedger(terminal: Terminal, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const [from, to] = daysOf(options) ?? ["0000-01-01", "9999-12-31"];
  const attempts = await inContext(terminal, config, ({ db }) => listAttempts(db, from, to));
  terminal.stdout.write(options.json ? `${JSON.stringify({ attempts })}\n` : printLedger(attempts, config.zone));
  return true;
}

function asked({ config, now }: Context, options: Options): Mailing {
  const day = yesterday(config.zone, now());
  const [from, to] = daysOf(options) ?? [day, day];
  return mailingOf(config, from, to, options.schedule ?? null);
}

function askedAudience({ scope = "all", language = "en", tier = "aggregates" }: Options): Audience {
  const { faults } = parseRecipients(`address,scope\nsomebody@example.com,"${scope.replaceAll('"', '""')}"\n`, []);
  if (faults.length > 0) throw new UsageError(`--${faults.map((fault) => fault.replace(/^line 2: /, "")).join("; ")}.`);
  return { scope: canonicalScope(scope), language, tier };
}

/** A recipient of the file, or somebody in their place. */
async function recipientAsked({ config }: Context, mailing: Mailing, options: Options): Promise<Recipient> {
  const wanted = options.recipient;
  if (wanted === undefined) {
    return { ...askedAudience(options), address: "preview@localhost", name: "", schedules: [], line: 0 };
  }
  const { recipients: file } = config.mail;
  const names = config.schedules.map(({ name }) => name);
  const all = file === null ? await recipientsOf(config, mailing) : await readRecipients(file, names);
  const found = all.find(({ address }) => address.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(
    `${wanted} is none of the recipients${file === null ? "" : ` of ${file}`}. "nightdesk mail recipients" lists them.`,
  );
}

async function contentOf(
  context: Context,
  mailing: Mailing,
  { scope, language, tier }: Audience,
): Promise<{ content: MailContent; issue: Issue }> {
  const { db, config } = context;
  const verdict = await gateOf(context, mailing);
  const preliminary = verdict.kind === "send" ? [] : verdict.reasons;
  const draft = await draftOf(db, config, mailing, { scope, language, tier }, preliminary);
  const issue = await previewIssue(db, draft);
  return { content: draft.render(issue), issue };
}
