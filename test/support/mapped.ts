import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMapping } from "../../src/dumps/formats/mapped/mapping";
import type { Centre } from "./centre";

/** A mapping whose rows are contact events with a call, a name and a time each; what a test is about comes on top. */
export const PLAIN = {
  times: { as: "yyyy-MM-dd HH:mm:ss", zone: "Europe/Berlin" },
  fields: { type: "contact", contactId: "{call}", at: "{time}" },
  events: [{ event: "{what}" }],
};

/** The same centre, reading every file under a mapping. */
export function under(centre: Centre, mapping: object, name = "calls.mapping.json"): Centre {
  const file = join(centre.folder, name);
  writeFileSync(file, JSON.stringify(mapping));
  return { ...centre, config: { ...centre.config, mappings: [{ files: "*", mapping: file }] } };
}

/** The contact events as a reader would tell them, in the order of lines: `c-1 parked 2026-03-02T08:00:00.000Z`. */
export async function told(centre: Centre): Promise<string[]> {
  const rows = await centre
    .db("contact_events")
    .join("contacts", "contacts.contact_key", "contact_events.contact_key")
    .join("contact_event_names", "contact_event_names.name_key", "contact_events.name_key")
    .orderBy(["dump_line", "at_ms", "spelling"])
    .select("contact_id", "spelling", "at_ms", "ended_at_ms");
  return rows.map(({ contact_id, spelling, at_ms, ended_at_ms }) => {
    const end = ended_at_ms === null ? "" : ` to ${new Date(Number(ended_at_ms)).toISOString()}`;
    return `${contact_id} ${spelling} ${new Date(Number(at_ms)).toISOString()}${end}`;
  });
}

/** Reasons and messages of the rejected lines, in their order. */
export async function rejects(centre: Centre): Promise<string[]> {
  const rows = await centre.db("rejected_lines").orderBy("line_number").select("line_number", "reason", "message");
  return rows.map(({ line_number, reason, message }) => `${line_number} ${reason}: ${message}`);
}

/** What reading a mapping file is answered with: the fault, without the name of the folder, or `none`. */
export function faultOf(centre: Centre, mapping: unknown): string {
  const file = join(centre.folder, "m.mapping.json");
  writeFileSync(file, typeof mapping === "string" ? mapping : JSON.stringify(mapping));
  try {
    readMapping(file, "UTC");
    return "none";
  } catch (error) {
    return (error as Error).message.replaceAll(`${centre.folder}/`, "");
  }
}
