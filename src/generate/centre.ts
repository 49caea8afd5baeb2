import type { SimulatedDay } from "./arrivals";
import { PEOPLE } from "./names";
import { type Random, randomOf } from "./random";
import { HOUR, MINUTE, SECOND } from "../base/days";

export type Media = "telephony" | "chat" | "email";

/** A queue: who serves it, how long its callers wait and talk. Shares are of all contacts; times are medians, ms. */
export interface Queue {
  id: string;
  name: string;
  media: Media;
  group: string;
  share: number;
  /** When its day has its first hill, hours after midnight. */
  peak_h: number;
  patience_ms: number;
  talk_ms: number;
  wrapup_ms: number;
  /** The queue its callers are handed to when they have waited long, if any. */
  overflow: string | null;
  /** Ready JSON: `,"queueId":…,"queueName":…`. */
  fields: string;
}

/** The channels an agent has for a medium, by the end of their ids. */
export function channelSuffixes(media: Media): readonly string[] {
  return media === "chat" ? ["chat-1", "chat-2"] : [media];
}

export interface Agent {
  id: string;
  name: string;
  group: string;
  /** Ready JSON: site and team. */
  fields: string;
  media: readonly Media[];
  /** The place in the roster, from 0; it decides the usual shift and the days off. */
  number: number;
  /** Whether this agent is one of the few who work through the night. */
  isOnNights: boolean;
}

export interface Centre {
  queues: Queue[];
  agents: Agent[];
  groups: string[];
}

const GROUPS = [
  { id: "care", name: "Customer Care", share: 0.47 },
  { id: "sales", name: "Sales", share: 0.2 },
  { id: "support", name: "Technical Support", share: 0.33 },
];

const SITES = [
  { id: "site-seoul", name: "서울 (Seoul)" },
  { id: "site-dublin", name: "Dublin" },
  { id: "site-krakow", name: "Kraków" },
];

/** Below this many agents everybody does everything. */
const SPECIALISTS_FROM = 24;
const TEAM_SIZE = 12;

type QueueRow = [name: string, media: Media, group: string, share: number, peakH: number, times: number[]];

// Times: patience in seconds, talk in seconds, wrap-up in seconds.
const QUEUES: QueueRow[] = [
  ["Billing", "telephony", "care", 0.2, 10, [190, 300, 45]],
  ["Orders & Delivery", "telephony", "care", 0.16, 11, [170, 250, 40]],
  ["Returns", "telephony", "care", 0.08, 14, [160, 310, 50]],
  ["Sales", "telephony", "sales", 0.11, 11.5, [110, 420, 70]],
  ["Retention", "telephony", "sales", 0.04, 15, [210, 540, 90]],
  ["Technical Support", "telephony", "support", 0.17, 9.5, [300, 560, 60]],
  ["General", "telephony", "care", 0.02, 13, [240, 280, 40]],
  ["Chat Care", "chat", "care", 0.06, 13, [150, 620, 30]],
  ["Chat Support", "chat", "support", 0.03, 16, [170, 740, 40]],
  ["E-mail Care", "email", "care", 0.05, 10, [0, 420, 20]],
  ["E-mail Support", "email", "support", 0.02, 10, [0, 560, 30]],
];

/** The centre of a seed: the same queues always, other people. */
export function centreOf(agents: number, seed: number): Centre {
  const groups = agents < SPECIALISTS_FROM ? GROUPS.slice(0, 1) : GROUPS;
  return {
    queues: QUEUES.map((row) => queueOf(row, groups.length > 1 ? row[2] : "care")),
    agents: agentsOf(agents, groups, randomOf(seed, "people")),
    groups: groups.map((group) => group.id),
  };
}

function queueOf([name, media, , share, peak_h, times]: QueueRow, group: string): Queue {
  const [patience, talk, wrapup] = times as [number, number, number];
  const id = `queue-${name.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return {
    id,
    name,
    media,
    group,
    share,
    peak_h,
    patience_ms: media === "email" ? 30 * 24 * HOUR : patience * SECOND,
    talk_ms: talk * SECOND,
    wrapup_ms: wrapup * SECOND,
    overflow: name === "Billing" || name === "Returns" ? "queue-general" : null,
    fields: `,"queueId":${JSON.stringify(id)},"queueName":${JSON.stringify(name)}`,
  };
}

function agentsOf(count: number, groups: typeof GROUPS, random: Random): Agent[] {
  const total = groups.reduce((sum, group) => sum + group.share, 0);
  let filled = 0;
  let wanted = 0;
  return groups.flatMap((group) => {
    wanted += (group.share / total) * count;
    const size = Math.round(wanted) - filled;
    filled += size;
    return Array.from({ length: size }, (_, index) => agentOf(filled - size + index, index, group, random));
  });
}

function agentOf(number: number, place: number, group: (typeof GROUPS)[number], random: Random): Agent {
  const people = random.pick(PEOPLE);
  const isKorean = people === PEOPLE[0];
  const last = random.pick(people.last);
  const first = random.pick(people.first);
  const team = Math.floor(place / TEAM_SIZE);
  const site = SITES[(team + GROUPS.indexOf(group)) % SITES.length] as (typeof SITES)[number];
  const ids = { siteId: site.id, siteName: site.name, teamId: `team-${group.id}-${team + 1}` };
  const isWritten = group.id !== "sales" && place % 3 === 0;
  return {
    id: `agent-${1001 + number}`,
    name: isKorean ? `${last}${first}` : `${first} ${last}`,
    group: group.id,
    fields: `,${JSON.stringify({ ...ids, teamName: `${group.name} ${team + 1}` }).slice(1, -1)}`,
    media: isWritten ? ["telephony", "chat", "email"] : ["telephony"],
    number,
    isOnNights: number < 2,
  };
}

/** The share of the roster that works on an average day. */
const ATTENDANCE = 0.62;

/** A stretch of work: hours after local midnight, and what interrupts it. */
export interface Shift {
  start_h: number;
  end_h: number;
  breaks: readonly { at_h: number; code: string; ms: number }[];
}

const FULL = (start: number): Shift => ({
  start_h: start,
  end_h: start + 8.25,
  breaks: [
    { at_h: start + 2, code: "Break", ms: 12 * MINUTE },
    { at_h: start + 3.9, code: "Lunch", ms: 32 * MINUTE },
    { at_h: start + 6.3, code: "Break", ms: 12 * MINUTE },
  ],
});

const PART = (start: number): Shift => ({
  start_h: start,
  end_h: start + 4.5,
  breaks: [{ at_h: start + 2.2, code: "Break", ms: 12 * MINUTE }],
});

const SHIFTS: readonly Shift[] = [
  FULL(7.75),
  FULL(8.5),
  FULL(9),
  FULL(9.5),
  FULL(11.75),
  PART(9),
  PART(12.5),
  PART(15.5),
];

/** Through the night, for a centre that has somebody there: over midnight. */
const NIGHT: Shift = {
  start_h: 19.5,
  end_h: 28,
  breaks: [{ at_h: 22.2, code: "Break", ms: 15 * MINUTE }],
};

/** An agent's shift of one day, shaken by some minutes, or null for a day off. */
export function shiftOf(agent: Agent, day: SimulatedDay, isNightManned: boolean, random: Random): Shift | null {
  if (agent.isOnNights && isNightManned) return NIGHT;
  if (!agent.isOnNights && isDayOff(agent, day)) return null;
  const usual = SHIFTS[(agent.number * 3 + random.whole(0, 1)) % SHIFTS.length] as Shift;
  const shake = (): number => (random.share() - 0.5) * 0.3;
  const extra = random.chance(0.15)
    ? [{ at_h: usual.start_h + 1.1, code: random.pick(["Meeting", "Training"]), ms: random.whole(15, 45) * MINUTE }]
    : [];
  return {
    start_h: usual.start_h + random.share() * 0.1,
    end_h: usual.end_h + random.share() * 0.1,
    breaks: [...extra, ...usual.breaks].map((pause) => ({ ...pause, at_h: pause.at_h + shake() })),
  };
}

/** Steps of the golden section fall evenly whatever is counted: no day and no team is left without people by chance. */
function isDayOff(agent: Agent, day: SimulatedDay): boolean {
  const turn = (agent.number * 0.618034 + day.number * 0.381966) % 1;
  return turn >= Math.min(0.95, ATTENDANCE * day.busyness);
}

/** A customer's mobile number, in the form E.164. */
export function phone(random: Random): string {
  return `+8210${random.whole(10_000_000, 99_999_999)}`;
}
