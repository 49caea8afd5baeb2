import { join } from "node:path";
import { readSql, selectRows } from "../db/sql";
import { failureFigures } from "./failure-reasons-figures";
import { failureCards, failureDefinitions, ownerTable } from "./failure-reasons-headline";
import { placeTables } from "./failure-reasons-places";
import { reasonTables } from "./failure-reasons-tables";
import type { Ask, Report, ReportContent } from "./report";
import { shareOf } from "./units";

export const failureReasons: Report = {
  name: "failure-reasons",
  title: "Failure reasons",
  question: "What went wrong with calls and offers, how many contacts did it touch, and who has to act?",
  gather,
};

/** A finding of `failure-reasons.sql`, of whatever level. */
export interface Finding {
  level: "total" | "reason" | "sample" | "place" | "reason at a place";
  kind: "" | "call" | "cpa" | "offer" | "unknown" | "termination";
  reason: string;
  is_failure: number;
  place_kind: "" | "queue" | "entry point" | "agent" | "owner";
  place_id: string;
  place: string;
  event_count: number;
  contact_count: number;
  first_at_ms: number;
  last_at_ms: number;
  contact_id: string;
  spelling: string;
}

interface TerminationRow {
  reason: string;
  contact_count: number;
  first_at_ms: number;
  last_at_ms: number;
  sample_number: number;
  contact_id: string;
}

/** What the reference says of a reason. */
export interface ReasonRule {
  kind: string;
  reason: string;
  phrase: string | null;
  class: string | null;
  owner: string | null;
  meaning: string | null;
}

/** Everything the tables of this report are made of. */
export interface Failures {
  findings: readonly Finding[];
  rules: ReadonlyMap<string, ReasonRule>;
  /** Contacts that began in the period: what shares are shares of. */
  contact_count: number;
}

async function gather(ask: Ask): Promise<ReportContent> {
  const { words } = ask;
  const failures = await readFailures(ask);
  const tables = reasonTables(failures, ask);
  const places = placeTables(failures, ask);
  const failed = failures.findings.find(({ level, is_failure }) => level === "total" && is_failure === 1);
  const share = shareOf(failed?.contact_count ?? 0, failures.contact_count);
  return {
    summary: words.many(
      failed?.contact_count ?? 0,
      "{failures} touched {count} contact, {share} of {all}{leading}",
      "{failures} touched {count} contacts, {share} of {all}{leading}",
      {
        failures: words.many(failed?.event_count ?? 0, "{count} failure", "{count} failures"),
        share: words.share(share),
        all: failures.contact_count,
        leading: tables.leading === null ? "" : words.t("; most often {reason}", { reason: tables.leading }),
      },
    ),
    page: {
      cards: failureCards(words, failures, tables.leading),
      owners: ownerTable(failures, ask),
      reasons: tables.page,
      places: places.page,
      definitions: failureDefinitions(words),
    },
    figures: failureFigures(failures),
    tables: [tables.csv, places.csv],
  };
}

async function readFailures(ask: Ask): Promise<Failures> {
  const findings = await askPart<Finding>(ask, "");
  const endings = await askPart<Finding>(ask, "-endings");
  const terminations = await askPart<TerminationRow>(ask, "-terminations");
  const rules = await askPart<ReasonRule>(ask, "-rules");
  const [contacts] = await askPart<{ contact_count: number }>(ask, "-contacts");
  // A reason is what a platform passed on: it may hold a number.
  const masked = (row: Finding): Finding => ({
    ...row,
    reason: ask.mask.text(row.reason),
    spelling: ask.mask.text(row.spelling),
    place: row.place_kind === "agent" ? (ask.mask.name(row.place) ?? "") : row.place,
  });
  return {
    findings: [...findings, ...endings, ...terminations.flatMap(terminationFindings)].map(masked),
    rules: new Map(rules.map((rule) => [`${rule.kind} ${rule.reason}`, rule])),
    contact_count: contacts?.contact_count ?? 0,
  };
}

async function askPart<Row>({ db, period }: Ask, part: string): Promise<Row[]> {
  const days = { from_day: period.from, to_day: period.to };
  return await selectRows<Row>(db, readSql(join(__dirname, `failure-reasons${part}.sql`)), days);
}

/** A termination reason is told with each of its samples; the first of them stands for the reason itself. */
function terminationFindings({ contact_id, sample_number, ...row }: TerminationRow): Finding[] {
  const nowhere = { place_kind: "", place_id: "", place: "" } as const;
  const told = { ...row, ...nowhere, kind: "termination", is_failure: 0, event_count: row.contact_count } as const;
  const sample: Finding = { ...told, level: "sample", spelling: "", contact_id };
  const reason: Finding = { ...told, level: "reason", spelling: row.reason, contact_id: "" };
  return sample_number === 1 ? [reason, sample] : [sample];
}
