import type { WebexKind } from "../../../base/sources";

/** Two instants between which records began, epoch ms, both included. */
export interface Window {
  from_ms: number;
  to_ms: number;
}

/** How a kind of record is asked for and where it stands in the answer. */
export interface Shape {
  query: string;
  list: string;
  /** How many records one query gives away at most, however often it is paged. */
  record_cap: number;
  /** What to ask for of each record. */
  fields: string;
}

/** The most activities the vendor gives in one list. */
const LIST_LIMIT = 100;

const PAIR = "{ id name }";

const TASK_FIELDS = `id status channelType channelSubType direction origin destination createdTime endedTime isActive
  isOutdial isCallback isCampaign cpaStatus terminationType terminationReason terminatingEnd abandonedType contactHandleType
  contactReason firstQueueName lastQueue ${PAIR} lastAgent ${PAIR} lastTeam ${PAIR} lastSite ${PAIR} lastEntryPoint ${PAIR}
  lastWrapupCodeName isWithinServiceLevel totalDuration selfserviceCount selfserviceDuration queueCount queueDuration
  ringingDuration connectedCount connectedDuration holdCount holdDuration consultCount consultDuration conferenceCount
  conferenceDuration wrapupDuration transferCount blindTransferCount`;

const TASK_NODES = `id isActive createdTime endedTime duration eventName previousState nextState agentId agentName
  agentSessionId agentChannelId entrypointId entrypointName queueId queueName siteId siteName teamId teamName transferType
  activityType activityName terminationReason ivrScriptId ivrScriptName consultEpId consultEpName childContactId
  destinationAgentId destinationAgentName destinationQueueId destinationQueueName`;

const SESSION_FIELDS =
  "agentId agentName agentSessionId userLoginId siteId siteName teamId teamName state isActive startTime endTime";

const CHANNEL_FIELDS = `channelId channelType subChannelType totalDuration idleCodeName idleCount idleDuration availableCount
  availableDuration ringingCount ringingDuration connectedCount connectedDuration holdCount holdDuration consultCount
  consultDuration conferenceCount conferenceDuration wrapupCount wrapupDuration notRespondedCount notRespondedDuration
  transferCount blindTransferCount disconnectedCount outdialRingingCount outdialRingingDuration outdialConnectedCount
  outdialConnectedDuration outdialHoldCount outdialHoldDuration outdialConsultCount outdialConsultDuration
  outdialConferenceCount outdialConferenceDuration outdialWrapupCount outdialWrapupDuration outdialNotRespondedCount
  outdialNotRespondedDuration outdialTransferCount outdialBlindTransferCount`;

const CHANNEL_NODES = `id state startTime endTime duration idleCode ${PAIR} taskId queue ${PAIR} wrapupCode ${PAIR} isOutdial
  outboundType isCurrentActivity isLoginActivity isLogoutActivity changedById changedByName reason`;

const LEG_FIELDS = `id taskId createdTime endedTime lastActivityTime isActive status contactState channelType direction origin
  destination queue { id name duration } owner { id name signInId sessionId } site ${PAIR} team ${PAIR} entryPoint ${PAIR}
  isWithinServiceLevel terminatingEnd terminationReason ringingDuration connectedCount connectedDuration`;

const SHAPES: Record<WebexKind, Shape> = {
  tasks: { query: "taskDetails", list: "tasks", record_cap: 100_000, fields: TASK_FIELDS },
  "agent-sessions": {
    query: "agentSession",
    list: "agentSessions",
    record_cap: Number.POSITIVE_INFINITY,
    fields: SESSION_FIELDS,
  },
  legs: { query: "taskLegDetails", list: "taskLegs", record_cap: 100_000, fields: LEG_FIELDS },
};

export function shapeOf(kind: WebexKind): Shape {
  return SHAPES[kind];
}

/** A page of records. @param cursor the end of the page before; null for the first */
export function pageQuery(kind: WebexKind, window: Window, cursor: string | null, leaveOut: readonly string[]): string {
  const paging = cursor === null ? "" : ` pagination: { cursor: ${JSON.stringify(cursor)} }`;
  return query(kind, window, paging, activitiesOf(kind, null), leaveOut);
}

/**
 * The next part of the activities of one task or channel. A cursor within a record is good for that record alone, so the
 * others are filtered out.
 */
export function listQuery(
  kind: WebexKind,
  window: Window,
  id: string,
  cursor: string,
  leaveOut: readonly string[],
): string {
  const equals = `{ equals: ${JSON.stringify(id)} }`;
  const filter = kind === "tasks" ? `{ id: ${equals} }` : `{ channelInfo: { channelId: ${equals} } }`;
  return query(kind, window, ` filter: ${filter}`, activitiesOf(kind, cursor), leaveOut);
}

function query(
  kind: WebexKind,
  { from_ms, to_ms }: Window,
  more: string,
  activities: string,
  leaveOut: readonly string[],
): string {
  const { query: name, list, fields } = SHAPES[kind];
  const own =
    kind === "agent-sessions" ? `${fields} channelInfo { ${CHANNEL_FIELDS} ${activities} }` : `${fields} ${activities}`;
  const text = `{ ${name}(from: ${from_ms} to: ${to_ms}${more}) { ${list} { ${own} } pageInfo { hasNextPage endCursor } } }`;
  return without(text, leaveOut).replace(/\s+/g, " ");
}

function activitiesOf(kind: WebexKind, cursor: string | null): string {
  if (kind === "legs") return "";
  const after = cursor === null ? "" : ` after: ${JSON.stringify(cursor)}`;
  const nodes = kind === "tasks" ? TASK_NODES : CHANNEL_NODES;
  return `activities(first: ${LIST_LIMIT}${after}) { totalCount nodes { ${nodes} } pageInfo { hasNextPage endCursor } }`;
}

/** Without fields an organisation's schema does not know; a field's own parts go with it. */
function without(text: string, leaveOut: readonly string[]): string {
  return leaveOut
    .filter((field) => /^\w+$/.test(field))
    .reduce(
      (left, field) => left.replace(new RegExp(`(?<=[\\s{])${field}(\\s*\\{[^{}]*\\})?(?=[\\s}])`, "g"), ""),
      text,
    );
}
