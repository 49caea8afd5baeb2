import { attributesOf, type ContextColumn, CONTEXT_COLUMNS, identityOf, type LoadedEvent } from "../../event";
import { type Context, type ContextCache, contextOf } from "../../contexts";
import { type Fault, instantFault } from "../../fields";
import { type Fields, fieldsOf, isRecord } from "./fields";
import type { Raw } from "../../fields";

/** What holds for all activities of a list, where they do not say it themselves. */
export interface Surroundings {
  owner: string;
  /** What the id of an activity begins with: the task's id, or the channel's where it is known. */
  prefix: string | null;
  context: Partial<Record<ContextColumn, string | null>>;
  origin: string | null;
  destination: string | null;
  latestMs: number;
  contexts: ContextCache;
}

/** The parts of an activity's id. */
interface IdParts {
  channel_id: string | null;
  channel_type: string | null;
  at_ms: number;
  raw_name: string;
}

/** One activity of a task as a contact event, or why it is rejected. */
export function taskNode(node: Raw, around: Surroundings, line: number): LoadedEvent | Fault {
  if (!isRecord(node)) return NOT_A_NODE;
  const fields = fieldsOf(node);
  const id = fields.text("id");
  if (id === null) return NO_ID;
  const parts = contactParts(id, around.prefix);
  const shown = fields.text("eventname", "eventname.name");
  const timed = timesOf(fields, parts, around.latestMs);
  if ("reason" in timed) return timed;
  const spelling = parts?.raw_name ?? shown;
  if (spelling === null) return NO_NAME;
  const context = contextFrom(fields, around, {});
  return {
    kind: "contact",
    owner: around.owner,
    identity: identityOf(around.owner, id),
    ...timed,
    sequence: fields.count("sequence"),
    spelling,
    shown_as: shown === null || shown === spelling ? "" : shown,
    context,
    own_1: fields.text("origin") ?? around.origin,
    own_2: fields.text("destination") ?? around.destination,
    attributes: attributesOf(fields.rest()),
    line,
  };
}

/** One activity of an agent's channel as an agent event, or why it is rejected. */
export function channelNode(node: Raw, around: Surroundings, line: number): LoadedEvent | Fault {
  if (!isRecord(node)) return NOT_A_NODE;
  const fields = fieldsOf(node);
  const id = fields.text("id");
  if (id === null) return NO_ID;
  const parts = agentParts(id, around.prefix);
  const shown = fields.text("state", "state.name");
  const timed = timesOf(fields, parts, around.latestMs);
  if ("reason" in timed) return timed;
  const spelling = parts?.raw_name ?? shown;
  if (spelling === null) return NO_NAME;
  const channelType = around.context.channel_type ?? parts?.channel_type ?? null;
  const channelId = around.context.channel_id ?? parts?.channel_id ?? null;
  const session = around.context.agent_session_id ?? around.context.page_session_id ?? around.owner;
  const context = contextFrom(fields, around, {
    channel_type: channelType,
    channel_id: channelId ?? `${session}:${channelType ?? "telephony"}`,
  });
  return {
    kind: "agent",
    owner: around.owner,
    identity: identityOf(around.owner, id),
    ...timed,
    sequence: fields.count("sequence"),
    spelling,
    shown_as: shown === null || shown === spelling ? "" : shown,
    context,
    own_1: fields.text("taskid", "task.id", "contactid"),
    own_2: null,
    attributes: attributesOf(fields.rest()),
    line,
  };
}

const NOT_A_NODE: Fault = { reason: "not-an-object", message: "The activity is no object. Expected {…} with an id." };
const NO_ID: Fault = { reason: "no-id", message: "The activity has no id, and its id tells which event it is." };
const NO_NAME: Fault = {
  reason: "no-name",
  message: "The activity says nowhere which event it is. Expected a name at the end of its id, or beside it.",
};

/** `<taskId>-<ms>-<rawName>`; the task's id may hold anything, and so may the name. */
export function contactParts(id: string, taskId: string | null): IdParts | null {
  const isOwn = taskId !== null && id.startsWith(`${taskId}-`);
  const found = isOwn ? /^(\d{12,14})-(.+)$/s.exec(id.slice(taskId.length + 1)) : /-(\d{13})-(.+)$/s.exec(id);
  if (found === null) return null;
  return { channel_id: null, channel_type: null, at_ms: Number(found[1]), raw_name: found[2] as string };
}

/** `<channelId>-<channelType>-<ms>-<rawState>`. */
export function agentParts(id: string, channelId: string | null): IdParts | null {
  const isOwn = channelId !== null && id.startsWith(`${channelId}-`);
  const found = isOwn
    ? /^(?:(.+?)-)?(\d{12,14})-(.+)$/s.exec(id.slice(channelId.length + 1))
    : /^(.+)-([^-\d][^-]*)-(\d{12,14})-(.+)$/s.exec(id);
  if (found === null) return null;
  const [first, second, third, fourth] = found.slice(1) as (string | undefined)[];
  return isOwn
    ? { channel_id: channelId, channel_type: first ?? null, at_ms: Number(second), raw_name: third as string }
    : { channel_id: first ?? null, channel_type: second ?? null, at_ms: Number(third), raw_name: fourth as string };
}

function timesOf(
  fields: Fields,
  parts: IdParts | null,
  latestMs: number,
): { at_ms: number; ended_at_ms: number | null } | Fault {
  const created = fields.instant("createdtime", "starttime");
  if (created === undefined) return badTime("createdTime");
  const at = created ?? parts?.at_ms ?? null;
  if (at === null) {
    return {
      reason: "no-time",
      message: "The activity has no time. Expected createdTime, startTime, or milliseconds in its id.",
    };
  }
  const ended = endOf(fields, at);
  if (ended === undefined) return badTime("endedTime");
  const fault = instantFault("at", at, latestMs) ?? (ended === null ? null : instantFault("endedAt", ended, latestMs));
  if (fault !== null) return fault;
  if (ended !== null && ended < at) {
    return { reason: "ended-before-start", message: `The activity ends at ${ended}, before it begins at ${at}.` };
  }
  return { at_ms: at, ended_at_ms: ended };
}

/** The delivered end, else start and duration; what is still going on has a duration so far, and no end. */
function endOf(fields: Fields, at: number): number | null | undefined {
  const ended = fields.instant("endedtime", "endtime");
  if (ended !== null) return ended;
  const isGoingOn = fields
    .rest()
    .some(([name, value]) => value === true && /^(isActive|isCurrentActivity)$/i.test(name));
  if (isGoingOn) return null;
  const duration = fields.count("duration");
  return duration === null ? null : at + duration;
}

function badTime(name: string): Fault {
  return { reason: `bad-${name}`, message: `${name} of the activity is no instant. Expected epoch milliseconds.` };
}

/** Where the vendor's activities carry the descriptive fields: as `queueId` or as `queue {id}`. */
const CONTEXT_NAMES: Partial<Record<ContextColumn, string[]>> = {
  agent_id: ["agentid", "agent.id"],
  agent_name: ["agentname", "agent.name"],
  agent_session_id: ["agentsessionid", "agent.sessionid"],
  channel_id: ["channelid", "agentchannelid", "agent.channelid"],
  channel_type: ["channeltype"],
  direction: ["direction", "outboundtype"],
  entry_point_id: ["entrypointid", "entrypoint.id"],
  entry_point_name: ["entrypointname", "entrypoint.name"],
  queue_id: ["queueid", "queue.id"],
  queue_name: ["queuename", "queue.name"],
  site_id: ["siteid", "site.id"],
  site_name: ["sitename", "site.name"],
  team_id: ["teamid", "team.id"],
  team_name: ["teamname", "team.name"],
  reason_code: ["reasoncode", "reason", "reason.name"],
  termination_reason: ["terminationreason"],
  terminating_end: ["terminatingend"],
  wrapup_code: ["wrapupcode", "wrapupcode.name", "wrapupcodename", "wrapupcode.id", "wrapupcodeid"],
  idle_code: ["idlecode", "idlecode.name", "idlecodename", "idlecode.id", "idlecodeid"],
  flow_id: ["flowid", "flow.id", "ivrscriptid"],
  flow_name: ["flowname", "flow.name", "ivrscriptname"],
  routing_strategy_id: ["routingstrategyid", "routingstrategy.id"],
  routing_strategy_name: ["routingstrategyname", "routingstrategy.name"],
};

function contextFrom(fields: Fields, around: Surroundings, known: Surroundings["context"]): Context {
  return contextOf(
    around.contexts,
    CONTEXT_COLUMNS.map((column) => {
      const own =
        column === "is_outdial" ? flagText(fields.flag("isoutdial")) : fields.text(...(CONTEXT_NAMES[column] ?? []));
      return known[column] ?? own ?? around.context[column] ?? null;
    }),
  );
}

export function flagText(flag: 0 | 1 | null): string | null {
  return flag === null ? null : String(flag);
}
