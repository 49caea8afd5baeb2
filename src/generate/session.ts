import { type Agent, channelSuffixes, type Media } from "./centre";
import { type AgentMeasure, blankMeasures, type SessionTruth } from "./truth";
import { dayNumber, laneOf, type World } from "./world";

/** One channel of an agent who is signed in: a telephone, one of two chat windows, the mailbox. */
export interface Channel {
  id: string;
  media: Media;
  /** Ready JSON every line of the channel begins with. */
  head: string;
  lastAt: number;
  since: number;
  measure: AgentMeasure | null;
  /** A contact is being handled here, its wrap-up included. */
  hasWork: boolean;
  truth: SessionTruth;
}

/** One sign-in of an agent. */
export interface Session {
  agent: Agent;
  channels: Channel[];
  /** Ready JSON of the agent for lines of contacts. */
  contactFields: string;
  /** Ready to take contacts: neither on a break nor on the way out. */
  isOpen: boolean;
  endsAt: number;
  breaks: { at: number; code: string; ms: number }[];
}

export interface StateSay {
  /** Ready JSON of further fields. */
  more?: string;
  after?: number;
  idleCode?: string;
}

const NOTHING: StateSay = {};

export function openSession(world: World, agent: Agent, endsAt: number, breaks: Session["breaks"]): Session {
  const id = world.random.uuid();
  const names = JSON.stringify({ agentId: agent.id, agentName: agent.name, agentSessionId: id }).slice(1, -1);
  const channels = agent.media.flatMap((media) =>
    channelSuffixes(media).map((suffix) => channelOf(agent, id, names, media, suffix)),
  );
  const session: Session = {
    agent,
    channels,
    contactFields: `,${names}${agent.fields}`,
    isOpen: false,
    endsAt,
    breaks,
  };
  world.sessions.set(agent.id, session);
  return session;
}

function channelOf(agent: Agent, sessionId: string, names: string, media: Media, suffix: string): Channel {
  const id = `${sessionId}:${suffix}`;
  return {
    id,
    media,
    head: `{${names},"channelId":"${id}","channelType":"${media}"${agent.fields}`,
    lastAt: 0,
    since: 0,
    measure: null,
    hasWork: false,
    truth: {
      agent_session_id: sessionId,
      channel_id: id,
      agent_id: agent.id,
      agent_name: agent.name,
      channel_type: media,
      started_at_ms: 0,
      ended_at_ms: null,
      total_ms: 0,
      is_open: 1,
      ...blankMeasures(),
      transfer_count: 0,
      blind_transfer_count: 0,
      consult_transfer_count: 0,
      last_idle_code: null,
      event_count: 0,
      late_event_count: 0,
    },
  };
}

/** A channel enters a state, and the stay before it ends. @returns false where no dump tells of it: after the last day, or lost */
export function enter(
  world: World,
  channel: Channel,
  state: string,
  measure: AgentMeasure | null,
  say: StateSay = NOTHING,
): boolean {
  const at = Math.max(Math.round(world.agenda.now() + (say.after ?? 0)), channel.lastAt + 1);
  if (at >= world.horizonMs || isLost(world, channel, state)) return false;
  channel.lastAt = at;
  if (at > world.newestMs) world.newestMs = at;
  const { truth } = channel;
  if (truth.event_count === 0) truth.started_at_ms = at;
  else if (channel.measure !== null) truth[`${channel.measure}_ms`] += at - channel.since;
  if (measure !== null) truth[`${measure}_count`]++;
  if (say.idleCode !== undefined) truth.last_idle_code = say.idleCode;
  channel.since = at;
  channel.measure = measure;
  truth.total_ms = at - truth.started_at_ms;
  truth.event_count++;
  world.book.totals.agent_events++;
  const idle = say.idleCode === undefined ? "" : `,"idleCode":"${say.idleCode}"`;
  const text = `${channel.head},"state":"${state}","at":${at}${idle}${say.more ?? ""}}`;
  world.delivery.line(dayNumber(world, at), { kind: "agent", text, id: channel.id, name: state, at }, truth);
  return true;
}

/** The states that may be lost on the way; without the others what follows would have another meaning. */
const LOSABLE = ["available", "idle", "connected", "wrapup", "on-hold", "logged-out"];

function isLost(world: World, channel: Channel, state: string): boolean {
  if (!LOSABLE.includes(state) || !world.plan.strikes("lost", "agent line")) return false;
  const { agent_id, channel_id } = channel.truth;
  world.book.fault({ fault: "lost", agent_id, channel_id, lost_state: state, expect: "the stay before goes on" });
  return true;
}

/** A state of the whole person: it is copied to every channel that has no work. */
export function enterAll(
  world: World,
  session: Session,
  state: string,
  measure: AgentMeasure | null,
  say: StateSay = NOTHING,
): void {
  let after = say.after ?? 0;
  for (const channel of session.channels) {
    if (channel.hasWork) continue;
    enter(world, channel, state, measure, { ...say, after });
    after += world.random.whole(0, 3);
  }
}

/** The channel hands its contact on: a moment between the talk and the notes. */
export function pass(world: World, channel: Channel, way: "blind" | "consult", state: string, more: string): void {
  if (!enter(world, channel, state, null, { more })) return;
  channel.truth.transfer_count++;
  channel.truth[`${way}_transfer_count`]++;
}

/** The channel leaves, and its truth is complete. */
export function leave(world: World, channel: Channel): void {
  if (!enter(world, channel, "logged-out", null)) return;
  channel.truth.is_open = 0;
  channel.truth.ended_at_ms = channel.lastAt;
}

/** The first free channel for a medium, or null: one voice call or e-mail or two chats at a time, an e-mail beside a call. */
export function freeChannel(session: Session, media: Media): Channel | null {
  if (!session.isOpen) return null;
  const isBusy = (other: Media): boolean => session.channels.some((each) => each.media === other && each.hasWork);
  if (media !== "telephony" && isBusy("telephony")) return null;
  if (media !== "chat" && isBusy("chat")) return null;
  if (media === "chat" && isBusy("email")) return null;
  return session.channels.find((each) => each.media === media && !each.hasWork) ?? null;
}

/** The agent of a group who has waited longest for a contact of a medium, with a free channel; null where all are busy. */
export function firstFree(
  world: World,
  group: string,
  media: Media,
  except?: Session,
): { session: Session; channel: Channel } | null {
  for (const session of world.pools.get(laneOf(group, media)) ?? []) {
    const channel = session === except ? null : freeChannel(session, media);
    if (channel !== null) return { session, channel };
  }
  return null;
}

export function isIdle(session: Session): boolean {
  return session.channels.every((channel) => !channel.hasWork);
}

/** The agent is asked for by nobody while this holds. */
export function withdraw(world: World, session: Session): void {
  for (const media of session.agent.media) world.pools.get(laneOf(session.agent.group, media))?.delete(session);
}
