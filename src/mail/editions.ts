import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Knex } from "knex";
import { waitToWrite, writeTransaction } from "../db/write";
import type { Audience, Issue, MailContent } from "./summary";

/** An edition of a period's summary for an audience, as it was issued. */
export interface MailEdition {
  edition_id: string;
  number: number;
  issued_at_ms: number;
  content: MailContent;
}

/** A summary that was gathered and not yet rendered. */
export interface Draft {
  from: string;
  to: string;
  audience: Audience;
  /** Of every figure it states: another one makes another edition. */
  figures_sha256: string;
  /** Why the figures are not yet final; empty where they are. */
  preliminary: readonly string[];
  render(issue: Issue): MailContent;
}

interface EditionRow {
  edition_id: string;
  edition_number: number;
  figures_sha256: string;
  is_preliminary: number;
  issued_at_ms: number;
  content: string;
}

/**
 * The edition a draft is: the newest one as it was issued where no figure changed since, else a new one, which is kept. Two
 * processes that issue at the same moment issue one.
 */
export async function issueEdition(db: Knex, draft: Draft, nowMs: number): Promise<MailEdition> {
  return await writeTransaction(db, waitToWrite, async (trx) => {
    // On PostgreSQL several may write at once: here one after the other.
    await trx("settings").where({ name: "rules_version" }).forUpdate().first("name");
    const newest = await newestRow(trx, draft);
    if (newest !== undefined && !isAnother(draft, newest)) return editionOf(newest);
    const issue = nextIssue(draft, newest);
    const { edition_id, number } = issue;
    const content = draft.render(issue);
    await trx("mail_editions").insert({
      edition_id,
      ...periodAndAudience(draft),
      edition_number: number,
      figures_sha256: draft.figures_sha256,
      is_preliminary: draft.preliminary.length > 0 ? 1 : 0,
      issued_at_ms: nowMs,
      content: gzipSync(JSON.stringify(content)).toString("base64"),
    });
    return { edition_id, number, issued_at_ms: nowMs, content };
  });
}

/** What a draft would be issued as now, without issuing it. */
export async function previewIssue(db: Knex, draft: Draft): Promise<Issue> {
  const newest = await newestRow(db, draft);
  if (newest === undefined || isAnother(draft, newest)) return nextIssue(draft, newest);
  const { edition_id, edition_number: number } = newest;
  return {
    edition_id,
    number: Number(number),
    kind: Number(number) === 1 ? "first" : "corrected",
    preliminary: draft.preliminary,
  };
}

function nextIssue(draft: Draft, newest: EditionRow | undefined): Issue {
  const number = Number(newest?.edition_number ?? 0) + 1;
  const kind = newest === undefined ? "first" : newest.figures_sha256 === draft.figures_sha256 ? "final" : "corrected";
  return { edition_id: editionId(draft, number), number, kind, preliminary: draft.preliminary };
}

/** The newest edition that was issued, null where there is none. */
export async function newestEdition(
  db: Knex,
  of: Pick<Draft, "from" | "to" | "audience">,
): Promise<MailEdition | null> {
  const row = await newestRow(db, of);
  return row === undefined ? null : editionOf(row);
}

/** Names an edition by its period, its audience where that is not the usual one, and its number. */
export function editionId({ from, to, audience }: Pick<Draft, "from" | "to" | "audience">, number: number): string {
  const { scope, language, tier } = audience;
  const place = scope === "all" ? [] : [createHash("sha256").update(scope).digest("hex").slice(0, 10)];
  const own = [...place, ...(language === "en" ? [] : [language]), ...(tier === "aggregates" ? [] : [tier])];
  return ["summary", from, ...(to === from ? [] : [to]), ...own, String(number)].join("_");
}

/** Other figures; or the same ones, which were preliminary and are not any more. */
function isAnother(draft: Draft, newest: EditionRow): boolean {
  if (newest.figures_sha256 !== draft.figures_sha256) return true;
  return Number(newest.is_preliminary) === 1 && draft.preliminary.length === 0;
}

async function newestRow(db: Knex, of: Pick<Draft, "from" | "to" | "audience">): Promise<EditionRow | undefined> {
  return await db("mail_editions")
    .where(periodAndAudience(of))
    .orderBy("edition_number", "desc")
    .first<EditionRow | undefined>();
}

function periodAndAudience({ from, to, audience }: Pick<Draft, "from" | "to" | "audience">): Record<string, string> {
  const { scope, language, tier } = audience;
  return { from_day: from, to_day: to, scope, language, tier };
}

function editionOf(row: EditionRow): MailEdition {
  return {
    edition_id: row.edition_id,
    number: Number(row.edition_number),
    issued_at_ms: Number(row.issued_at_ms),
    content: JSON.parse(gunzipSync(Buffer.from(row.content, "base64")).toString()) as MailContent,
  };
}
