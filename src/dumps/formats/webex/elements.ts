import { attributesOf } from "../../event";
import { type Fault, instantFault, type Raw } from "../../fields";
import type { Cell } from "../../../db/bulk";
import { type Fields, fieldsOf, isRecord } from "./fields";

/** The vendor's own figures of a task, a channel of an agent session, or a leg: cells by column. */
export type Figures = Record<string, Cell>;

/** Figures, and why an instant beside them was impossible and is left unknown; null where none was. */
export interface Element {
  figures: Figures;
  fault: Fault | null;
}

const TASK_MEASURES = {
  ivr: ["selfservice", "ivr"],
  queue: ["queue"],
  ringing: ["ringing"],
  connected: ["connected"],
  hold: ["hold"],
  consult: ["consult"],
  conference: ["conference"],
  wrapup: ["wrapup"],
};

const CHANNEL_MEASURES = {
  idle: ["idle"],
  available: ["available"],
  ringing: ["ringing"],
  outdial_ringing: ["outdialringing"],
  connected: ["connected"],
  hold: ["hold"],
  consult: ["consult"],
  conference: ["conference"],
  wrapup: ["wrapup"],
  not_responding: ["notresponded", "notresponding"],
};

/** What the vendor counts of inbound calls under its plain name, and of outdial calls beside it. */
const OUTDIAL_MEASURES = {
  connected: ["outdialconnected"],
  hold: ["outdialhold"],
  consult: ["outdialconsult"],
  conference: ["outdialconference"],
  wrapup: ["outdialwrapup"],
  not_responding: ["outdialnotresponded", "outdialnotresponding"],
};

/** A task element without its activities, as a row of `reported_contacts`. */
export function taskFigures(element: Record<string, Raw>, latestMs: number): Element {
  const fields = fieldsOf(element);
  fields.drop("id", "activities", ...activityParts(element.activities));
  const pair = (name: string, ...vendor: string[]): Figures => ({
    [`${name}_id`]: fields.text(...vendor.flatMap((one) => [`${one}.id`, `${one}id`])),
    [`${name}_name`]: fields.text(...vendor.flatMap((one) => [`${one}.name`, `${one}name`])),
  });
  const { span, fault } = spanOf(fields, "createdTime", "endedTime", latestMs);
  const figures: Figures = {
    status: fields.text("status"),
    channel_type: fields.text("channeltype"),
    direction: fields.text("direction"),
    origin: fields.text("origin"),
    destination: fields.text("destination"),
    termination_type: fields.text("terminationtype", "contacthandletype"),
    abandoned_type: fields.text("abandonedtype"),
    terminating_end: fields.text("terminatingend"),
    termination_reason: fields.text("terminationreason"),
    ...pair("entry_point", "lastentrypoint", "entrypoint"),
    ...pair("first_queue", "firstqueue"),
    ...pair("last_queue", "lastqueue", "queue"),
    ...pair("last_agent", "lastagent", "owner", "agent"),
    ...pair("last_team", "lastteam", "team"),
    ...pair("last_site", "lastsite", "site"),
    wrapup_code: fields.text("lastwrapupcodename", "lastwrapupcode.name", "wrapupcodename", "lastwrapupcodeid"),
    reason_code: fields.text("reasoncode"),
    cpa_status: fields.text("cpastatus"),
    is_outdial: fields.flag("isoutdial"),
    is_active: fields.flag("isactive"),
    ...span,
    total_ms: fields.count("totalduration"),
    ...measuresOf(fields, TASK_MEASURES),
    ...transfersOf(fields),
    is_within_service_level: fields.flag("iswithinservicelevel"),
  };
  return { figures: { ...fromLists(figures, element), attributes: attributesOf(fields.rest()) }, fault };
}

/** Where a task went is also told in lists, in their order; they fill what nothing else tells. */
function fromLists(figures: Figures, element: Record<string, Raw>): Figures {
  const filled = { ...figures };
  const fill = (name: string, place: Record<string, Raw> | undefined): void => {
    if (place === undefined || filled[`${name}_id`] !== null || filled[`${name}_name`] !== null) return;
    const fields = fieldsOf(place);
    filled[`${name}_id`] = fields.text("id");
    filled[`${name}_name`] = fields.text("name");
  };
  const queues = recordsOf(element.queues);
  fill("first_queue", queues[0]);
  fill("last_queue", queues.at(-1));
  fill("last_agent", recordsOf(element.contributors).at(-1));
  fill("last_team", recordsOf(element.teams).at(-1));
  fill("last_site", recordsOf(element.sites).at(-1));
  const waits = queues.map((queue) => fieldsOf(queue).count("duration"));
  if (filled.queue_ms === null && waits.length > 0 && !waits.includes(null)) {
    filled.queue_ms = waits.reduce((sum: number, wait) => sum + (wait ?? 0), 0);
  }
  return filled;
}

function recordsOf(list: Raw): Record<string, Raw>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** One channel of an agent session without its activities, as a row of `reported_agent_sessions`. */
export function channelFigures(
  session: Record<string, Raw>,
  channel: Record<string, Raw>,
  own: Figures,
  latestMs: number,
): Element {
  const { channelInfo: _channels, activities: _activities, ...head } = session;
  const fields = fieldsOf({ ...head, ...channel });
  fields.drop(
    "agentid",
    "agentsessionid",
    "channelid",
    "channeltype",
    "activities",
    ...activityParts(channel.activities),
  );
  const { span, fault } = spanOf(fields, "startTime", "endTime", latestMs);
  const figures: Figures = {
    ...own,
    agent_name: fields.text("agentname", "agent.name"),
    site_id: fields.text("siteid", "site.id"),
    site_name: fields.text("sitename", "site.name"),
    team_id: fields.text("teamid", "team.id"),
    team_name: fields.text("teamname", "team.name"),
    last_idle_code: fields.text("idlecodename", "idlecode.name", "lastidlecodename"),
    is_active: fields.flag("isactive"),
    ...span,
    total_ms: fields.count("totalduration"),
    ...withOutdial(fields, { ...measuresOf(fields, CHANNEL_MEASURES), ...transfersOf(fields) }),
    disconnected_count: fields.count("disconnectedcount"),
  };
  return { figures: { ...figures, attributes: attributesOf(fields.rest()) }, fault };
}

/** A leg of a task, as a row of `reported_legs`. */
export function legFigures(element: Record<string, Raw>, latestMs: number): Element {
  const fields = fieldsOf(element);
  fields.drop("taskid", "task.id");
  const { span, fault } = spanOf(fields, "createdTime", "endedTime", latestMs);
  const figures: Figures = {
    leg_id: fields.text("id"),
    queue_id: fields.text("queue.id", "queueid"),
    queue_name: fields.text("queue.name", "queuename"),
    agent_id: fields.text("owner.id", "agent.id", "agentid"),
    agent_name: fields.text("owner.name", "agent.name", "agentname"),
    entry_point_id: fields.text("entrypoint.id", "entrypointid"),
    entry_point_name: fields.text("entrypoint.name", "entrypointname"),
    ...span,
  };
  return { figures: { ...figures, attributes: attributesOf(fields.rest()) }, fault };
}

/** From when till when, an impossible instant unknown. @param start,end the fields as this kind of element calls them */
function spanOf(fields: Fields, start: string, end: string, latestMs: number): { span: Figures; fault: Fault | null } {
  const started = possible(fields.instant("createdtime", "starttime"), start, latestMs);
  const ended = possible(fields.instant("endedtime", "endtime"), end, latestMs);
  const isBackwards = started.at !== null && ended.at !== null && ended.at < started.at;
  return {
    span: { started_at_ms: started.at, ended_at_ms: isBackwards ? null : ended.at },
    fault: started.fault ?? ended.fault ?? (isBackwards ? backwards(start, started.at, end, ended.at) : null),
  };
}

function possible(
  at: number | null | undefined,
  name: string,
  latestMs: number,
): { at: number | null; fault: Fault | null } {
  if (at === undefined) {
    return {
      at: null,
      fault: {
        reason: `bad-${name}`,
        message: `${name} is no instant. Expected epoch milliseconds; it is left unknown.`,
      },
    };
  }
  const fault = at === null ? null : instantFault(name, at, latestMs);
  return { at: fault === null ? at : null, fault };
}

function backwards(start: string, startedAt: number | null, end: string, endedAt: number | null): Fault {
  return {
    reason: "ended-before-start",
    message: `${end} ${endedAt} lies before ${start} ${startedAt}. Expected an end at or after it; it is left unknown.`,
  };
}

function measuresOf(fields: Fields, measures: Record<string, string[]>): Figures {
  return Object.fromEntries(
    Object.entries(measures).flatMap(([measure, vendor]) => [
      [`${measure}_count`, fields.count(...vendor.map((one) => `${one}count`))],
      [`${measure}_ms`, fields.count(...vendor.map((one) => `${one}duration`))],
    ]),
  );
}

function transfersOf(fields: Fields): Figures {
  return {
    transfer_count: fields.count("transfercount"),
    blind_transfer_count: fields.count("blindtransfercount"),
    consult_transfer_count: fields.count("consulttransfercount"),
  };
}

/** The plain figures of a channel made totals: inbound and outdial calls together, the outdial part beside them. */
function withOutdial(fields: Fields, inbound: Figures): Figures {
  const outdial = measuresOf(fields, OUTDIAL_MEASURES);
  const parts: Figures = {
    ...outdial,
    transfer_count: fields.count("outdialtransfercount"),
    blind_transfer_count: fields.count("outdialblindtransfercount"),
  };
  const total = ([name, value]: [string, Cell]): [string, Cell] => {
    const part = parts[name] ?? 0;
    return [name, typeof value === "number" && typeof part === "number" ? value + part : value];
  };
  const beside = Object.entries(outdial).map(([name, part]): [string, Cell] => [`outdial_${name}`, part]);
  return Object.fromEntries([...Object.entries(inbound).map(total), ...beside]);
}

/** The parts of the activity list, which is told elsewhere. */
function activityParts(activities: Raw): string[] {
  return typeof activities === "object" && activities !== null
    ? Object.keys(activities).map((name) => `activities.${name}`.toLowerCase())
    : [];
}
