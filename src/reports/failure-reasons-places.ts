import type { Words } from "../i18n/words";
import type { Failures, Finding } from "./failure-reasons";
import { mostContacts, ruleCells } from "./failure-reasons-tables";
import { grouped } from "./page";
import type { Ask } from "./report";
import { shareBar } from "./svg";
import { type Column, type CsvTable, pageTable, type PageTable, type TableRow } from "./table";

const SHOWN = 15;
const REASONS_SHOWN = 3;

const PLACES = [
  { kind: "queue", label: "Queue", caption: "By queue" },
  { kind: "entry point", label: "Entry point", caption: "By entry point" },
  { kind: "agent", label: "Agent", caption: "By agent" },
] as const;

/** Where failures happened: the places with most contacts on the page, every reason at every place in the CSV file. */
export function placeTables({ findings, rules }: Failures, ask: Ask): { page: PageTable[]; csv: CsvTable } {
  const { words } = ask;
  const details = findings.filter(({ level }) => level === "reason at a place");
  const failed = grouped(
    details.filter(({ is_failure }) => is_failure === 1),
    ({ place_kind, place_id }) => `${place_kind} ${place_id}`,
  );
  const page = PLACES.map(({ kind, label, caption }) => {
    const places = findings
      .filter(({ level, place_kind }) => level === "place" && place_kind === kind)
      .toSorted(mostContacts);
    const most = Math.max(1, places[0]?.contact_count ?? 0);
    const rows = places
      .slice(0, SHOWN)
      .map((place) => placeRow(words, place, most, failed.get(`${kind} ${place.place_id}`) ?? []));
    const note =
      places.length > SHOWN ? words.t("The first {shown} of {count}.", { shown: SHOWN, count: places.length }) : "";
    return pageTable(words.t(caption), placeColumns(label), rows, ask, note);
  });
  const rows = details.map((row) => {
    const rule = rules.get(`${row.kind} ${row.reason}`);
    return { ...row, ...ruleCells(words, row, rule) };
  });
  return { page, csv: { name: "failure-reasons-places", columns: DETAIL_COLUMNS, rows } };
}

function placeColumns(label: string): Column[] {
  return [
    { key: "place", label, unit: "text" },
    { key: "event_count", label: "Failures", unit: "count" },
    { key: "contact_count", label: "Contacts", unit: "count" },
    { key: "bar", label: "", unit: "markup" },
    { key: "reasons", label: "Most often", unit: "text" },
    { key: "last_at_ms", label: "Last seen", unit: "instant" },
  ];
}

const DETAIL_COLUMNS: readonly Column[] = [
  { key: "place_kind", label: "Place", unit: "text" },
  { key: "place", label: "Name", unit: "text" },
  { key: "place_id", label: "Id", unit: "text" },
  { key: "kind", label: "Kind", unit: "text" },
  { key: "reason", label: "Reason", unit: "text" },
  { key: "phrase", label: "In words", unit: "text" },
  { key: "owner", label: "Who has to act", unit: "text" },
  { key: "is_failure", label: "Is a failure", unit: "count" },
  { key: "event_count", label: "Events", unit: "count", of: "events" },
  { key: "contact_count", label: "Contacts", unit: "count", of: "contacts" },
  { key: "first_at_ms", label: "First seen", unit: "instant" },
  { key: "last_at_ms", label: "Last seen", unit: "instant" },
];

function placeRow(words: Words, place: Finding, most: number, reasons: readonly Finding[]): TableRow {
  const told = reasons
    .toSorted((a, b) => b.event_count - a.event_count)
    .slice(0, REASONS_SHOWN)
    .map(({ reason, event_count }) => `${reason} × ${words.count(event_count)}`);
  return { ...place, bar: shareBar(place.contact_count / most, "s2"), reasons: told.join(", ") };
}
