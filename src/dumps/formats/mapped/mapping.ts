import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Config } from "../../../base/config";
import { nearestName, readSettings, settingsError } from "../../../base/settings";
import { attributesOf } from "../../event";
import { type EventSettings, type MappingSettings, mappingSchema, type ValueSettings } from "./schema";
import { columnsOfTime, type TimeDefaults, timeDefaults } from "./times";
import { columnsOfWhen } from "./conditions";
import { onesOf, templateIn } from "./values";

/** A mapping file that was read and found right. */
export interface Mapping {
  file: string;
  name: string;
  /** Of what it means: notes, spaces and the order of keys leave it as it is. */
  sha256: string;
  settings: MappingSettings;
  times: TimeDefaults;
}

/**
 * Reads a mapping file.
 *
 * @param zone the centre's, for local times of a mapping that names none
 * @throws NightdeskError `mapping` that lists every fault at once
 */
export function readMapping(file: string, zone: string): Mapping {
  const described = { file, code: "mapping", described: "src/dumps/formats/mapped/README.md describes" };
  const settings = readSettings(mappingSchema, described);
  const faults = faultsOf(settings);
  if (faults.length > 0) throw settingsError(described, faults);
  const times = timeDefaults(settings.times, zone);
  return { file, name: basename(file), sha256: fingerprintOf(settings, times.zone), settings, times };
}

/** The mapping file for a dump of this name, or null where it comes in a format of its own. */
export function mappingFileFor(config: Config, name: string): string | null {
  const plain = name.replace(/\.(gz|zst)$/i, "");
  return config.mappings.find(({ files }) => fits(files, name) || fits(files, plain))?.mapping ?? null;
}

/** Whether a file is read under a mapping, by its name. */
export function isMappedBy(config: Config): (name: string) => boolean {
  return (name) => mappingFileFor(config, name) !== null;
}

function fits(pattern: string, name: string): boolean {
  const regex = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${regex}$`, "us").test(name);
}

/** All columns an event or its conditions read, `each` and what is below it left out. */
export function columnsOfEvent(event: Partial<EventSettings>): string[] {
  const { attributes, at, endedAt, when, each, note: _note, ...values } = event;
  const settings = [...Object.values(values), ...Object.values(attributes ?? {})] as (ValueSettings | undefined)[];
  const read = settings.flatMap((value) =>
    value === undefined ? [] : onesOf(value).flatMap((one) => templateIn(one)?.columns ?? []),
  );
  const columns = [...read, ...columnsOfTime(at), ...columnsOfTime(endedAt), ...columnsOfWhen(when)];
  return each === undefined ? columns : columns.filter((column) => column !== "each" && !column.startsWith("each."));
}

/** All columns a mapping reads. */
export function columnsOf({ rows, fields, events }: MappingSettings): string[] {
  const all = [...columnsOfWhen(rows?.only), ...columnsOfWhen(rows?.skip), ...columnsOfEvent(fields ?? {})];
  return [...new Set([...all, ...events.flatMap(columnsOfEvent)])];
}

function fingerprintOf(settings: MappingSettings, zone: string): string {
  const { note: _note, events, ...rest } = settings;
  const meaning = {
    ...rest,
    events: events.map(({ note: _of, ...event }) => event),
    zone: readsZone(settings) ? zone : "",
  };
  return createHash("sha256")
    .update(attributesOf(Object.entries(meaning)) ?? "")
    .digest("hex");
}

/** Whether some time is written as clocks show it: the zone is part of what the mapping means then. */
function readsZone({ times, fields, events }: MappingSettings): boolean {
  const own = [fields ?? {}, ...events].flatMap(({ at, endedAt }) => [at, endedAt]);
  const written = own.flatMap((time) => (typeof time === "object" && time.as !== undefined ? [time.as] : []));
  return [times?.as ?? "iso", ...written].some((as) => as !== "s" && as !== "ms");
}

/** What the shape of the file alone does not tell. */
function faultsOf(settings: MappingSettings): string[] {
  const { fields, events } = settings;
  return [
    ...tableFaults(settings),
    ...codeFaults("fields", fields ?? {}, settings),
    ...events.flatMap((event, index) => [
      ...eventFaults(`events.${index}`, { ...fields, ...event }),
      ...codeFaults(`events.${index}`, event, settings),
    ]),
  ];
}

function tableFaults({ table = {}, events, ...settings }: MappingSettings): string[] {
  const faults: string[] = [];
  if (table.format === "ndjson") {
    for (const key of ["delimiter", "columns", "quotes", "skip_lines"] as const) {
      if (table[key] !== undefined) faults.push(`table.${key}: is for CSV, and the table is NDJSON`);
    }
    return faults;
  }
  events.forEach(({ each }, index) => {
    if (each !== undefined) faults.push(`events.${index}.each: is for lists in NDJSON, and the table is CSV`);
  });
  const { columns } = table;
  if (columns === undefined) return faults;
  if (table.delimiter === undefined) faults.push("table.delimiter: is needed where the file has no header to tell it");
  for (const column of columnsOf({ ...settings, events })) {
    if (!columns.includes(column)) faults.push(unknownColumn(column, columns, "table.columns does not name"));
  }
  const twice = columns.filter((column, index) => columns.indexOf(column) !== index);
  return [...faults, ...twice.map((column) => `table.columns: "${column}" stands there twice`)];
}

/** That a mapping reads a column which is not there. @param lacks what does not have it */
export function unknownColumn(column: string, known: readonly string[], lacks: string): string {
  const nearest = nearestName(column, known);
  return `the mapping reads "${column}", which ${lacks}${nearest === null ? "" : `; did you mean "${nearest}"?`}`;
}

function codeFaults(place: string, event: Partial<EventSettings>, { codes = {} }: MappingSettings): string[] {
  const { attributes, at: _at, endedAt: _end, when: _when, each: _each, note: _note, ...values } = event;
  const all = [...Object.entries(values), ...Object.entries(attributes ?? {})] as [string, ValueSettings | undefined][];
  return all.flatMap(([field, value]) =>
    (value === undefined ? [] : onesOf(value)).flatMap((one) => {
      if (typeof one !== "object" || one.codes === undefined || Object.hasOwn(codes, one.codes)) return [];
      const nearest = nearestName(one.codes, Object.keys(codes));
      return [
        `${place}.${field}: "codes" has no table "${one.codes}"${nearest === null ? "" : `; did you mean "${nearest}"?`}`,
      ];
    }),
  );
}

function eventFaults(place: string, settings: Partial<EventSettings>): string[] {
  const event = settings as Record<string, unknown>;
  const lacks = (field: string): string[] =>
    event[field] === undefined ? [`${place}: has no "${field}". Expected it here or in "fields"`] : [];
  const { type, at } = event;
  const needed = type === "contact" ? ["contactId", "event"] : type === "agent" ? ["agentId", "state"] : [];
  const isTimeless = typeof at === "object" && (settings.at as { time?: string }).time === undefined;
  const isOfNoType = typeof type === "string" && type !== "contact" && type !== "agent" && !type.includes("{");
  return [
    ...lacks("type"),
    ...(isOfNoType ? [`${place}.type: is "${type}". Expected contact or agent`] : []),
    ...needed.flatMap(lacks),
    ...lacks("at"),
    ...(isTimeless ? [`${place}.at: has no "time"`] : []),
  ];
}
