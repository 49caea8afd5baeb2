import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import type { Language } from "../base/language";
import { maskOf } from "../base/mask";
import { wordsOf } from "../i18n/words";
import { gatherCompleteness } from "../metrics/completeness";
import { gapWords } from "../metrics/completeness-words";
import type { Place } from "../metrics/placed";
import { gatherDataBox } from "./data-box";
import { pageEdition } from "./edition-page";
import { csvParts } from "./files";
import { renderPage } from "./html";
import { isInScope, type SummaryAsk as InnerAsk, type Tier } from "./management-summary-ask";
import { scopedBox } from "./management-summary-box";
import { summaryTable } from "./management-summary-csv";
import { pageOf } from "./management-summary-page";
import { type EarlierChange, restatedWords } from "./management-summary-restated";
import { type Telling, tellSummary } from "./management-summary-tell";
import { summaryText } from "./management-summary-text";
import { periodOf } from "./period";
import { drawnBlocks, mailBlocks, verdictGround } from "./summary-mail-page";

/** For whom, and of what, a summary is. */
export interface SummaryAsk {
  from: string;
  to: string;
  /** The places it may show; empty for everything. */
  places: readonly Place[];
  language: Language;
  tier: Tier;
  /** Figures of earlier days that changed, only those of the places; left out where nobody keeps what was issued. */
  restated?: readonly EarlierChange[];
}

/** A notice of an alert, for those who are told apart from the summary; the same `about` is the same notice. */
export interface SummaryNotice {
  about: string;
  text: string;
}

/** A summary before it knows its edition: of it HTML, text and attachments are made. */
export interface Summary {
  language: Language;
  verdict: Telling["told"]["verdict"];
  /** What a subject line says after the verdict. */
  headline: string;
  /** What alerts changed, each to be told once. */
  notices: SummaryNotice[];
  /** Of every figure: another one makes another edition. */
  figures_sha256: string;
  archive_path: string;
  telling: Telling;
  /** Sentences of gaps in what lies outside the scope, in either language: never shown. */
  unseen: ReadonlySet<string>;
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
  const { places, tier } = ask;
  const restated = ask.restated === undefined ? null : restatedWords(ask.restated, places, { config, words });
  const completeness = await gatherCompleteness(db, config, ask.from, ask.to);
  const hidden = completeness.gaps.filter(
    ({ kind, name }) => kind === "visit" && !isInScope({ places }, "queue", name),
  );
  const unseen = new Set(hidden.flatMap((gap) => [gapWords(wordsOf("en"), gap), gapWords(wordsOf("ko"), gap)]));
  const box = scopedBox(await gatherDataBox(db, config, period, words), places, words, unseen);
  const inner: InnerAsk = { db, config, period, words, mask: maskOf(config.masking), box, places, tier, restated };
  const telling = await tellSummary(inner);
  const { verdict, headline } = telling.told;
  // Of figures alone: the same ones whose data came meanwhile make a preliminary mail a final one, and no correction.
  const said = JSON.stringify(telling.rows.map(({ row, column, figure }) => [row, column, figure]));
  return {
    language: ask.language,
    verdict,
    headline,
    notices: telling.model.alerts
      .filter(({ change }) => change !== "standing")
      .map(({ about, text }) => ({ about, text })),
    figures_sha256: createHash("sha256").update(said).digest("hex"),
    archive_path: archive,
    telling,
    unseen,
  };
}

/** The mail of a summary: a pure function of the two. */
export function renderSummary(summary: Summary, issue: SummaryIssue) {
  const { language, archive_path, telling } = summary;
  const { words } = telling.model.ask;
  const preliminary = preliminaryOf(summary, issue);
  const subject = subjectOf(summary, issue);
  const { told } = telling;
  const about = footerOf(summary, issue);
  const blocks = mailBlocks(words, told, issue.kind === "corrected").map((block) =>
    block.id === "about" ? { ...block, sentences: [...block.sentences, ...about] } : block,
  );
  const banner = preliminary.length === 0 ? [] : [`${words.t("PRELIMINARY:")} ${preliminary.join("; ")}`];
  const page = {
    subject,
    ...told,
    verdict_ground: verdictGround(told.verdict),
    banner,
    blocks: drawnBlocks(blocks),
  };
  const html = renderPage("summary-mail", page, words);
  const file = (name: string, type: string, content: string) => ({ name, type, content, is_base64: false });
  const csv = csvParts(summaryTable(telling, "summary"), { config: telling.model.ask.config, words });
  return {
    subject,
    html,
    text: summaryText({ ...told, blocks }, [subject, told.preheader, ...banner]),
    attachments: [
      file("summary.csv", "text/csv", csv.map(String).join("")),
      file("report.html", "text/html", attachedPage(telling, issue)),
    ],
    images: [],
    language,
    archive_path,
  };
}

/** `CORRECTED [WATCH] Contact centre Mon 2 Mar: …`; notices raised say so before all else. */
function subjectOf({ telling: { model, told } }: Summary, issue: SummaryIssue): string {
  const { t } = model.ask.words;
  const kind = { first: [], corrected: [t("CORRECTED")], final: [t("FINAL")] }[issue.kind];
  const preliminary = issue.preliminary.length > 0 ? [t("PRELIMINARY")] : [];
  return [...kind, ...preliminary, `[${told.verdict_word}]`, told.headline].join(" ");
}

/** Why the figures may change, without what tells of places outside the scope. */
function preliminaryOf({ unseen, telling }: Summary, { preliminary }: SummaryIssue): string[] {
  const shown = preliminary.filter((reason) => !unseen.has(reason));
  const isLess = shown.length < preliminary.length && shown.length === 0;
  return isLess ? [telling.model.ask.words.t("the data of other parts of the centre are not complete")] : shown;
}

function footerOf({ archive_path, telling }: Summary, { edition_id, number }: SummaryIssue): string[] {
  const { words } = telling.model.ask;
  return [
    words.t("Edition {number}, {id}.", { number, id: edition_id }),
    words.t("Data up to {at}.", { at: telling.model.ask.box.data_up_to }),
    words.t("The whole page: {path}", { path: join(archive_path, "management-summary.html") }),
    words.t("You get this because the list of recipients names you for {scope}. Its keeper takes you off it.", {
      scope: telling.told.scope_label,
    }),
  ];
}

/** The page of the archive, for the reader's scope, as a file of its own. */
function attachedPage(telling: Telling, { number }: SummaryIssue): string {
  const { words, period, box, config } = telling.model.ask;
  const note = { number, data_up_to_ms: box.horizon_at_ms, restates: null, restatements: [], causes: [] };
  const edition = pageEdition("management-summary", note, { config, words });
  const { title, question } = { title: "Management summary", question: "How did it go?" };
  const report = {
    name: "management-summary",
    title: words.t(title),
    question: words.t(question),
    summary: telling.told.headline,
  };
  return renderPage("management-summary", { ...pageOf(telling), report, period, box, edition }, words);
}
