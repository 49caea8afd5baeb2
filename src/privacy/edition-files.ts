import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Knex } from "knex";
import { isTelling, patternOf, type Trace, withoutTraces } from "../base/traces";

const unpack = promisify(gunzip);
const pack = promisify(gzip);

/**
 * Replaces traces in the bytes of issued editions. Their figures stay; the hash a file was issued with stands in
 * `erased_files` from then on.
 *
 * @returns files changed
 */
export async function sweepEditionFiles(
  trx: Knex.Transaction,
  traces: readonly Trace[],
  nowMs: number,
): Promise<number> {
  const files: { edition_key: number; file_number: number; name: string }[] = await trx("edition_files").select(
    "edition_key",
    "file_number",
    "name",
  );
  const scrub = scrubOf(traces.filter(isTelling));
  let count = 0;
  for (const { name, ...key } of files) {
    const file = (await trx("edition_files").where(key).first("sha256", "content")) as {
      sha256: string;
      content: Buffer;
    };
    const text = (await unpack(file.content)).toString();
    const left = scrub(text, name);
    if (left === text) continue;
    count += 1;
    const bytes = Buffer.from(left);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await trx("edition_files")
      .where(key)
      .update({ sha256, byte_count: bytes.length, content: await pack(bytes) });
    await trx("erased_files").insert({ ...key, issued_sha256: file.sha256, erased_at_ms: nowMs });
  }
  return count;
}

/**
 * The same in the mails that were issued, which are kept as JSON packed with gzip, in base64.
 *
 * @returns mails changed
 */
export async function sweepMails(trx: Knex.Transaction, traces: readonly Trace[]): Promise<number> {
  const mails: { edition_id: string }[] = await trx("mail_editions").select("edition_id");
  const scrub = scrubOf(traces.filter(isTelling));
  let count = 0;
  for (const { edition_id } of mails) {
    const mail = (await trx("mail_editions").where({ edition_id }).first("content")) as { content: string };
    const text = (await unpack(Buffer.from(mail.content, "base64"))).toString();
    const left = scrub(text, "mail.json");
    if (left === text) continue;
    count += 1;
    const content = (await pack(Buffer.from(left))).toString("base64");
    await trx("mail_editions").where({ edition_id }).update({ content });
  }
  return count;
}

/**
 * What takes all traces out of the text of a page or a table of that name. A table says in each row whose a name is: a
 * namesake keeps theirs; a page does not.
 */
export function scrubOf(traces: readonly Trace[]): (text: string, name: string) => string {
  const patterns = traces.map((trace) => ({
    pattern: patternOf(trace),
    pseudonym: trace.pseudonym,
    others: (trace.namesakes ?? []).map((text) => patternOf({ kind: "agent", text })),
  }));
  const shared = patterns.filter(({ others }) => others.length > 0).flatMap(({ others }) => others);
  const isOthers = (line: string): boolean => shared.some((pattern) => line.search(pattern) >= 0);
  const inRow = (line: string): string =>
    withoutTraces(line, isOthers(line) ? patterns.filter(({ others }) => others.length === 0) : patterns);
  return (text, name) =>
    shared.length > 0 && name.endsWith(".csv")
      ? text.split("\r\n").map(inRow).join("\r\n")
      : withoutTraces(text, patterns);
}
