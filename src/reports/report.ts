import type { Knex } from "knex";
import type { Config } from "../base/config";
import type { Mask } from "../base/mask";
import type { Words } from "../i18n/words";
import type { IssuedFigure } from "../metrics/restatement";
import type { DataBox } from "./data-box";
import type { CsvTable } from "./table";

export interface ReportRequest {
  /** First and last local day, YYYY-MM-DD, both included. */
  from: string;
  to: string;
  formats: readonly ("html" | "csv")[];
  /** The folder under which the period gets its own folder. */
  out: string;
  /** Agent states of persons (default) or of their channels. */
  view?: "person" | "channel";
  /** A byte-order mark before each CSV file. */
  bom?: boolean;
  /** The language of pages and CSV heads; English where none is given. */
  words?: Words;
  /** Make an edition that stands again where its pages would be others today. */
  again?: boolean;
}

/** A range of local days and the instants it spans: `starts_at_ms` belongs to it, `ends_at_ms` no longer. */
export interface Period {
  from: string;
  to: string;
  starts_at_ms: number;
  ends_at_ms: number;
  /** `2026-03-02`, or `2026-03-02_2026-03-08`: the name of the folder. */
  name: string;
  /** `2026-03-02`, or `2026-03-02 to 2026-03-08`: for reading, in the reader's language. */
  label: string;
}

/** What a report asks about, and with what. Everything shown of persons and numbers goes through `mask`. */
export interface Ask {
  db: Knex;
  config: Config;
  period: Period;
  view: "person" | "channel";
  mask: Mask;
  /** The reader's language: whatever is shown is told by it. */
  words: Words;
  box: DataBox;
}

export interface ReportContent {
  /** The finding in one line, for the index page: the first thing a reader should know. */
  summary: string;
  /** What `templates/<name>.hbs` shows, plain objects; `report`, `period` and `box` are added. */
  page: object;
  /** Every number of the page and the CSV files that a reader may quote: by them the next edition is compared with this one. */
  figures: IssuedFigure[];
  /** The CSV files; the first is named after the report. */
  tables: CsvTable[];
  /** Pages beside the report, to which its figures link. */
  evidence?: EvidencePage[];
}

/** A page that shows what figures of a report are made of. */
export interface EvidencePage {
  /** `evidence/contact-sessions-1.html`, below the report's folder. */
  name: string;
  /** What `templates/evidence.hbs` shows; `report`, `period`, `box` and `edition` are added. */
  page: object;
}

/** One question: `<name>.sql` asks it, `<name>.ts` says what the columns mean, `templates/<name>.hbs` shows it. */
export interface Report {
  name: string;
  /** Title and question are English, and told in the language of the page. */
  title: string;
  /** What the reader wants to know, as a question. */
  question: string;
  /** Whether it says something else by channel than by person. */
  has_views?: boolean;
  gather(ask: Ask): Promise<ReportContent>;
  /** Whether there is anything to ask about; where not, nights leave the report out, and by name it says so. Always, where it is not said. */
  hasSubject?(db: Knex, period: Period): Promise<boolean>;
}
