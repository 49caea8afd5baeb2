import { NightdeskError } from "../../../base/errors";
import { fold } from "../../../base/fold";
import type { Fault, Raw } from "../../fields";
import { headerCells, tableReader, type TableRows, tooManyCells } from "../csv";
import { decodedFrom, headerError, otherEncoding, UTF_8 } from "../encoding";
import { byLine, type LineReader, type Sink, type TextReader } from "../lines";
import { isBlank, objectIn } from "../ndjson";
import type { RecordScope } from "../records";
import { columnsOf, type Mapping, unknownColumn } from "./mapping";
import { pathIn } from "./path";
import { eventsOf, programOf } from "./program";
import { isFault, type Row } from "./template";
import { onesOf } from "./values";

/** The file a mapped table lies in, and who wants to know of lines that the mapping passes over. */
interface Place {
  path: string;
  passOver?: () => void;
}

/**
 * A reader of a foreign table that turns its lines into events, as the mapping says.
 *
 * @throws NightdeskError `mapping-columns`, from `block`, where the table's header lacks columns that the mapping reads,
 *         `mapping-encoding` where it is no text in the encoding of the mapping
 */
export function mappedReader(mapping: Mapping, place: Place, scope: RecordScope, sink: Sink): LineReader {
  const program = programOf(mapping);
  const empty = new Set(mapping.settings.table?.empty);
  const take = (row: Row, line: number, isDirty: boolean, bytes: () => Buffer): void => {
    const known: Row = empty.size === 0 ? row : (column) => unlessEmpty(row(column), empty);
    const events = eventsOf(program, known, line, scope, isDirty);
    if (events === null) place.passOver?.();
    else if (isFault(events)) sink.reject(line, events, bytes);
    else for (const event of events) sink.event(event);
  };
  const { format, skip_lines = 0, encoding } = mapping.settings.table ?? {};
  const reader = format === "ndjson" ? objectReader(take, sink) : cellReader(mapping, place.path, take, sink);
  const line = (text: string, number: number, bytes: () => Buffer, fault: Fault | null): void => {
    if (number > skip_lines) reader.line(text, number, bytes, fault);
  };
  const other = otherEncoding(encoding);
  return byLine({ line, interrupt: () => reader.interrupt() }, other === null ? UTF_8 : decodedFrom(other));
}

type Take = (row: Row, line: number, isDirty: boolean, bytes: () => Buffer) => void;

function unlessEmpty(value: Raw, empty: ReadonlySet<string>): Raw {
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : null;
  return text !== null && empty.has(text) ? undefined : value;
}

function objectReader(take: Take, sink: Sink): TextReader {
  const line = (text: string, number: number, bytes: () => Buffer, fault: Fault | null): void => {
    if (isBlank(text)) return;
    sink.read();
    const object = fault ?? objectIn(text);
    if (isFault(object)) sink.reject(number, object, bytes);
    else take((path) => pathIn(object.row, path), number, text.includes("\\u"), bytes);
  };
  return { line, interrupt: () => {} };
}

function cellReader(mapping: Mapping, path: string, take: Take, sink: Sink): TextReader {
  const { delimiter: told = null, columns = [], quotes = true } = mapping.settings.table ?? {};
  const isHeadless = columns.length > 0;
  let width = columns.length;
  let places = new Map(columns.map((column, index) => [column, index]));
  const begin = (header: string, fault: Fault | null): string => {
    if (fault !== null) throw headerError(path, mapping.file, fault);
    const { cells, delimiter } = headerCells(header, told === null ? undefined : [told]);
    width = cells.length;
    places = placesOf(mapping, path, cells);
    return delimiter;
  };
  const takeCells: TableRows["take"] = (cells, number, bytes, fault) => {
    sink.read();
    if (fault !== null) return sink.reject(number, fault, bytes);
    if (cells.length > width) return sink.reject(number, tooManyCells(cells.length, width), bytes);
    const isDirty = cells.some((cell) => cell.includes("\u0000"));
    return take((column) => cells[places.get(column) ?? -1], number, isDirty, bytes);
  };
  const rows = { delimiter: isHeadless ? told : null, begin, take: takeCells };
  return quotes ? tableReader(rows, sink) : plainReader(rows);
}

/** A reader of tables in which a quote is a character as any other. */
function plainReader({ delimiter, begin, take }: TableRows): TextReader {
  let parting = delimiter;
  const line = (raw: string, number: number, bytes: () => Buffer, fault: Fault | null): void => {
    const text = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (text.trim() === "") return;
    if (parting === null) parting = begin(text, fault);
    else take(text.split(parting), number, bytes, fault);
  };
  return { line, interrupt: () => {} };
}

/** Where the columns of a header stand, under their names and under the spellings the mapping uses for them. */
function placesOf(mapping: Mapping, path: string, cells: string[]): Map<string, number> {
  const places = new Map<string, number>();
  cells.forEach((cell, index) => {
    const name = cell === "" || places.has(cell) ? `column ${index + 1}` : cell;
    places.set(name, index);
  });
  const folded = new Map(Array.from(places, ([name, index]) => [fold(name), index]));
  const columns = columnsOf(mapping.settings);
  const faults = [
    ...columns
      .filter((column) => !places.has(column) && !folded.has(fold(column)))
      .map((column) => unknownColumn(column, cells, "the header lacks")),
    ...bareNames(mapping, cells),
  ];
  if (faults.length > 0) throw columnsError(mapping, path, faults);
  const known = new Map(places);
  for (const column of columns) if (!known.has(column)) known.set(column, folded.get(fold(column)) as number);
  return known;
}

/** Constants that are the name of a column: nearly always the braces were forgotten. */
function bareNames({ settings }: Mapping, cells: readonly string[]): string[] {
  return [settings.fields ?? {}, ...settings.events].flatMap((event) =>
    Object.entries(event).flatMap(([field, value]) => {
      if (MAY_BE_NAMED.has(field) || (typeof value === "object" && !Array.isArray(value))) return [];
      return onesOf(value as string | string[]).flatMap((one) =>
        typeof one === "string" && cells.includes(one)
          ? [
              `"${field}" is the text "${one}", and so is a column called: write "{${one}}" for what it holds, or {"constant": "${one}"}`,
            ]
          : [],
      );
    }),
  );
}

/** Fields whose constants are words a column may well be called by: `"type": "agent"` beside a column `agent`. */
const MAY_BE_NAMED = new Set(["type", "event", "state", "note", "when", "each"]);

function columnsError(mapping: Mapping, path: string, faults: readonly string[]): NightdeskError {
  return new NightdeskError(
    "mapping-columns",
    `${path} does not fit the mapping ${mapping.file}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}\nNothing of it was loaded. Expected a table with every column the mapping reads. Correct the mapping; "nightdesk map FILE --mapping M" shows what comes out.`,
  );
}
