import { attributesOf } from "../../event";
import type { Raw } from "../../fields";
import type { Cell } from "../../../db/bulk";
import { type Fields, fieldsOf } from "./fields";

/** The vendor's own figures of a task, a channel of an agent session, or a leg: cells by column. */
export type Figures = Record<string, Cell>;

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

/** A task element without its activities, as a row of `reported_contacts`. */
export function taskFigures(element: Record<string, Raw>): Figures {
  const fields = fieldsOf(element);
  fields.drop("id", "activities", ...activityParts(element.activities));
  const pair = (name: string, ...vendor: string[]): Figures => ({
    [`${name}_id`]: fields.text(...vendor.flatMap((one) => [`${one}.id`, `${one}id`])),
    [`${name}_name`]: fields.text(...vendor.flatMap((one) => [`${one}.name`, `${one}name`])),
  });
  const figures: Figures = {
    status: fields.text("status"),
    channel_type: fields.text("channeltype"),
    direction: fields.text("direction"),
    origin: fields.text("origin"),
    destination: fields.text("destination"),
    termination_type: fields.text("terminationtype"),
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
    is_outdial: fields.flag("isoutdial"),
    is_active: fields.flag("isactive"),
    ...spanOf(fields),
    ...measuresOf(fields, TASK_MEASURES),
    ...transfersOf(fields),
    is_within_service_level: fields.flag("iswithinservicelevel"),
  };
  return { ...figures, attributes: attributesOf(fields.rest()) };
}

/** One channel of an agent session without its activities, as a row of `reported_agent_sessions`. */
export function channelFigures(session: Record<string, Raw>, channel: Record<string, Raw>, own: Figures): Figures {
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
  const figures: Figures = {
    ...own,
    agent_name: fields.text("agentname", "agent.name"),
    site_id: fields.text("siteid", "site.id"),
    site_name: fields.text("sitename", "site.name"),
    team_id: fields.text("teamid", "team.id"),
    team_name: fields.text("teamname", "team.name"),
    last_idle_code: fields.text("idlecodename", "idlecode.name", "lastidlecodename"),
    is_active: fields.flag("isactive"),
    ...spanOf(fields),
    ...measuresOf(fields, CHANNEL_MEASURES),
    ...transfersOf(fields),
    disconnected_count: fields.count("disconnectedcount"),
  };
  return { ...figures, attributes: attributesOf(fields.rest()) };
}

/** A leg of a task, as a row of `reported_legs`. */
export function legFigures(element: Record<string, Raw>): Figures {
  const fields = fieldsOf(element);
  fields.drop("taskid", "task.id");
  const figures: Figures = {
    leg_id: fields.text("id"),
    queue_id: fields.text("queue.id", "queueid"),
    queue_name: fields.text("queue.name", "queuename"),
    agent_id: fields.text("owner.id", "agent.id", "agentid"),
    agent_name: fields.text("owner.name", "agent.name", "agentname"),
    entry_point_id: fields.text("entrypoint.id", "entrypointid"),
    entry_point_name: fields.text("entrypoint.name", "entrypointname"),
    started_at_ms: fields.instant("createdtime") ?? null,
    ended_at_ms: fields.instant("endedtime") ?? null,
  };
  return { ...figures, attributes: attributesOf(fields.rest()) };
}

function spanOf(fields: Fields): Figures {
  return {
    started_at_ms: fields.instant("createdtime", "starttime") ?? null,
    ended_at_ms: fields.instant("endedtime", "endtime") ?? null,
    total_ms: fields.count("totalduration"),
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

/** The parts of the activity list, which is told elsewhere. */
function activityParts(activities: Raw): string[] {
  return typeof activities === "object" && activities !== null
    ? Object.keys(activities).map((name) => `activities.${name}`.toLowerCase())
    : [];
}
