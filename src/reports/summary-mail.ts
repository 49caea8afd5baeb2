import { createHash } from "node:crypto";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { writeCsvRows, harmlessCell } from "../base/csv";
import { wordsOf } from "../i18n/words";
import { maskOf } from "../base/mask";
import { columnsOf } from "../base/text";
import { readVisits, type Visits } from "./contact-sessions-visits";
import { gatherDataBox } from "./data-box";
import { renderPage } from "./html";
import { periodOf } from "./period";
import { formatCount, formatDuration, formatShare } from "./units";

/** For whom, and of what, a summary is. */
export interface SummaryAsk {
  from: string;
  to: string;
  /** The places it may show; empty for everything. */
  places: readonly { kind: "queue" | "team" | "site"; name: string }[];
  language: "en" | "ko";
  tier: "aggregates" | "agent-ids" | "full";
}

/** One block of the summary: sentences, and a table whose first column names its rows. */
export interface SummaryBlock {
  title: string;
  sentences: string[];
  head: string[];
  rows: string[][];
}

/** A summary before it knows its edition: plain values, of which HTML, text and CSV are made. */
export interface Summary {
  language: "en" | "ko";
  /** `2026-03-02`, or `2026-03-02 to 2026-03-08`. */
  label: string;
  scope_label: string;
  /** What a subject line says after the verdict. */
  headline: string;
  /** What a mail program shows beside the subject. */
  preheader: string;
  verdict: "OK" | "WATCH" | "CRITICAL";
  blocks: SummaryBlock[];
  /** Of every figure: another one makes another edition. */
  figures_sha256: string;
  archive_path: string;
}

/** What the edition adds to the page. */
export interface SummaryIssue {
  edition_id: string;
  number: number;
  kind: "first" | "corrected" | "final";
  preliminary: readonly string[];
}

/** The figures of a summary, only those of the places it may show. */
export async function gatherSummary(db: Knex, config: Config, ask: SummaryAsk, archive: string): Promise<Summary> {
  const words = wordsOf(ask.language);
  const period = periodOf(config.zone, ask.from, ask.to, words);
  const box = await gatherDataBox(db, config, period, words);
  const visits = await readVisits({ db, config, period, view: "person", mask: maskOf(config.masking), words, box });
  const isWhole = ask.places.length === 0;
  const shown = visits.queues.filter(
    ({ queue_id, queue_name }) =>
      isWhole || ask.places.some(({ kind, name }) => kind === "queue" && (name === queue_name || name === queue_id)),
  );
  const { telephony } = visits;
  const level = isWhole
    ? formatShare(telephony.service_level_share)
    : (shown[0] && formatShare(shown[0].service_level_share)) || "no data";
  const goal = isWhole ? telephony.goal_share : (shown[0]?.goal_share ?? null);
  const share = isWhole ? telephony.service_level_share : (shown[0]?.service_level_share ?? null);
  const verdict = share === null || goal === null || share >= goal ? "OK" : share >= goal - 0.1 ? "WATCH" : "CRITICAL";
  const facts = box.facts.filter(({ label }) =>
    ["Events read", "Rejected lines", "Late events", "Truncated"].includes(label),
  );
  const scope_label = isWhole ? "all queues" : ask.places.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  const blocks: SummaryBlock[] = [
    {
      title: "Data",
      sentences: [`Data up to ${box.data_up_to} (${config.zone}).`],
      head: ["", "Count"],
      rows: isWhole ? facts.map(({ label, value }) => [label, value]) : [],
    },
    {
      title: "Queues",
      sentences: [],
      head: ["Queue", "Offered", "Service level", "Abandon rate", "ASA"],
      rows: shown.map(queueRow),
    },
    { title: "About this mail", sentences: [`The reports are kept in ${archive}`], head: [], rows: [] },
  ];
  return {
    language: ask.language,
    label: period.label,
    scope_label,
    headline: `Contact centre ${period.label}: service level ${level}`,
    preheader: `Service level ${level}, ${scope_label}.`,
    verdict,
    blocks,
    figures_sha256: createHash("sha256").update(summaryCsv(blocks)).digest("hex"),
    archive_path: archive,
  };
}

function queueRow(visits: Visits): string[] {
  return [
    visits.queue,
    formatCount(visits.offered_count),
    formatShare(visits.service_level_share),
    formatShare(visits.abandon_rate_share),
    formatDuration(visits.asa_ms),
  ];
}

/** The mail of a summary: a pure function of the two. */
export function renderSummary(summary: Summary, issue: SummaryIssue) {
  const { language, headline, verdict, archive_path, label } = summary;
  const mark = { first: "", corrected: "CORRECTED ", final: "FINAL " }[issue.kind];
  const preliminary = issue.preliminary.length > 0 ? "PRELIMINARY " : "";
  const edition = `Edition ${issue.number} of ${label}.`;
  const subject = `${mark}${preliminary}[${verdict}] ${headline}`;
  const page = {
    ...summary,
    subject,
    edition,
    preliminary: issue.preliminary,
    has_preliminary: issue.preliminary.length > 0,
  };
  const html = renderPage("summary-mail", page, wordsOf(language));
  const file = (name: string, type: string, content: string) => ({ name, type, content, is_base64: false });
  return {
    subject,
    html,
    text: textOf(summary, subject, edition, issue.preliminary),
    attachments: [file("summary.csv", "text/csv", summaryCsv(summary.blocks)), file("report.html", "text/html", html)],
    images: [],
    language,
    archive_path,
  };
}

function summaryCsv(blocks: readonly SummaryBlock[]): string {
  return writeCsvRows(
    blocks.flatMap(({ title, head, rows }) =>
      rows.flatMap(([name = "", ...cells]) =>
        cells.map((cell, index) => [title, name, head[index + 1] ?? "", cell].map(harmlessCell)),
      ),
    ),
  );
}

function textOf(summary: Summary, subject: string, edition: string, preliminary: readonly string[]): string {
  const blocks = summary.blocks.map(({ title, sentences, head, rows }) =>
    [title.toUpperCase(), ...sentences, ...(rows.length === 0 ? [] : aligned([head, ...rows]))].join("\n"),
  );
  const banner =
    preliminary.length === 0 ? [] : [["PRELIMINARY", ...preliminary.map((reason) => `- ${reason}`)].join("\n")];
  return `${[subject, summary.preheader, ...banner, ...blocks, edition].join("\n\n")}\n`;
}

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => columnsOf(row[index] ?? ""))));
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const blanks = " ".repeat(Math.max(0, (widths[index] ?? 0) - columnsOf(cell)));
        return index === 0 ? cell + blanks : blanks + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}
