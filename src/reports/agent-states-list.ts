import { writeCsvRows } from "../base/csv";
import { localTime, MINUTE } from "../base/days";
import type { AgentStates } from "./agent-states-data";
import type { Stay } from "./agent-states-stays";
import { nameCells, nameColumns } from "./agent-states-tables";
import type { Ask } from "./report";
import { type Column, csvCells, type CsvTable, type TableRow } from "./table";

/** The CSV file of every stay while it is being written, agent by agent. */
export interface StayList {
  table: CsvTable & { written: Buffer[] };
  /** Finished lines by agent: they come in the order of internal keys, which depends on the order of loads. */
  lines: Map<AgentStates, Buffer>;
  /** The columns that say who, written once per agent. */
  names: (agent: AgentStates) => string;
  /** State and idle code; there are few of them. */
  states: (stay: Stay) => string;
  clock: (atMs: number) => string;
}

/** An empty list of stays, clipped to the period, times to the millisecond. */
export function beginList(ask: Ask): StayList {
  const { zone } = ask.config;
  const { t } = ask.words;
  const who = nameColumns(ask);
  const what: Column[] = [
    { key: "kind", label: "state", unit: "text" },
    { key: "idle_code", label: "idle code", unit: "text" },
  ];
  const when: Column[] = [
    { key: "from", label: t("from ({zone})", { zone }), is_name: true, unit: "text" },
    { key: "until", label: t("until ({zone})", { zone }), is_name: true, unit: "text" },
    { key: "stay_ms", label: "duration", unit: "duration" },
  ];
  const states = new Map<string, string>();
  return {
    table: { name: "agent-states-stays", columns: [...who, ...what, ...when], rows: [], written: [] },
    lines: new Map(),
    names: (agent) => written(who, nameCells(agent), ask),
    states: ({ kind, idle_code }) => {
      const key = idle_code === null ? kind : `${kind} ${idle_code}`;
      const text = states.get(key) ?? written(what, { kind, idle_code }, ask);
      states.set(key, text);
      return text;
    },
    clock: clockOf(zone),
  };
}

/** Writes the stays of one agent: finished text, for objects of some hundred thousand rows would fill the memory. */
export function listStays(
  { lines: finished, names, states, clock }: StayList,
  agent: AgentStates,
  stays: readonly Stay[],
): void {
  const name = names(agent);
  let lines = "";
  for (const stay of stays) {
    if (stay.kind === "signed-in") continue;
    const { started_at_ms: from, ended_at_ms: until } = stay;
    lines += `${name},${states(stay)},${clock(from)},${clock(until)},${(until - from) / 1000}\r\n`;
  }
  finished.set(agent, Buffer.from(lines));
}

/** Puts the lines into the table, in the order the other tables have their agents in. */
export function finishList({ table, lines }: StayList, agents: readonly AgentStates[]): void {
  table.written = agents.flatMap((agent) => lines.get(agent) ?? []);
}

/** Cells of a row as they stand in the file, without the line's end. */
function written(columns: readonly Column[], row: TableRow, ask: Ask): string {
  return writeCsvRows(csvCells({ name: "", columns, rows: [row] }, ask).slice(1)).slice(0, -2);
}

const QUARTER = 15 * MINUTE;

/** Local time to the millisecond; asks the zone once a quarter of an hour, for clocks change on no other mark. */
function clockOf(zone: string): (atMs: number) => string {
  const quarters = new Map<number, string>();
  const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
  const three = (value: number): string => (value < 100 ? `0${two(value)}` : String(value));
  let last = { at_ms: 0, text: "" };
  return (atMs) => {
    // A stay begins when the one before it ends.
    if (atMs === last.at_ms) return last.text;
    const quarter = Math.floor(atMs / QUARTER);
    const start = quarters.get(quarter) ?? localTime(zone, quarter * QUARTER).slice(0, 16);
    quarters.set(quarter, start);
    const rest = atMs - quarter * QUARTER;
    const minutes = Number(start.slice(-2)) + Math.floor(rest / MINUTE);
    const seconds = Math.floor((rest % MINUTE) / 1000);
    last = { at_ms: atMs, text: `${start.slice(0, -2)}${two(minutes)}:${two(seconds)}.${three(rest % 1000)}` };
    return last.text;
  };
}
