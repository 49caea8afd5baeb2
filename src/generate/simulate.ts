import { HOUR, MINUTE, SECOND } from "../base/days";
import { drawCount, expectedArrivals, instantOf, isOutage, type SimulatedDay, SLOT } from "./arrivals";
import type { Queue } from "./centre";
import { closeContact } from "./close";
import { exportPending } from "./contact";
import { arrive, arriveAtNight } from "./inbound";
import { dialCampaign, dialOut } from "./outbound";
import { closeSession, rosterDay } from "./presence";
import type { World } from "./world";

/** Shares of all contacts that the centre begins itself. */
const OUTDIAL_SHARE = 0.06;
const CAMPAIGN_SHARE = 0.06;

/** What a broken service does to the lines of technical support. */
const OUTAGE_FACTOR = 4;

const NIGHT_CALL_BEFORE_MIDNIGHT = 8 * MINUTE;

/** Lives through one day and takes its dump. */
export function liveThrough(world: World, day: SimulatedDay): void {
  world.today = day.number;
  world.agenda.at(day.starts_at_ms, () => rosterDay(world, day));
  for (let at = day.starts_at_ms; at < day.ends_at_ms; at += SLOT) world.agenda.at(at, () => fillSlot(world, day, at));
  if (world.plan.has("midnight")) callBeforeMidnight(world, day);
  world.agenda.runUntil(day.ends_at_ms);
  exportPending(world, day.number);
  world.delivery.closeDay(day.number);
}

/** The last day is over: whoever is still there is entered into the book as it is. */
export function closeBooks(world: World): void {
  for (const contact of Array.from(world.contacts)) closeContact(world, contact, true);
  for (const session of Array.from(world.sessions.values())) closeSession(world, session);
}

/** Draws the arrivals of a quarter of an hour. */
function fillSlot(world: World, day: SimulatedDay, slotAt: number): void {
  const { contacts, days } = world.request;
  const total = contacts * day.busyness;
  for (const queue of world.centre.queues) {
    const isHit = queue.group === "support" || world.centre.groups.length === 1;
    const factor = isHit && queue.media === "telephony" && isOutage(day, days, slotAt) ? OUTAGE_FACTOR : 1;
    const mean = factor * expectedArrivals(queue, day, slotAt, total * queue.share);
    scatter(world, slotAt, mean, () => arrive(world, queue));
  }
  const hour = (slotAt - instantOf(day, 12)) / HOUR + 12;
  if (hour < 8.5 || hour > 19) return;
  const slots = (10.5 * HOUR) / SLOT;
  scatter(world, slotAt, (total * OUTDIAL_SHARE) / slots, () => dialOut(world, world.random.pick(world.centre.groups)));
  if (day.busyness < 0.7) return;
  scatter(world, slotAt, (total * CAMPAIGN_SHARE) / slots, () => dialCampaign(world, campaignGroup(world)));
}

function scatter(world: World, slotAt: number, mean: number, act: () => void): void {
  for (let left = drawCount(mean, world.random); left > 0; left--) {
    world.agenda.at(slotAt + world.random.share() * SLOT, act);
  }
}

function campaignGroup(world: World): string {
  return world.centre.groups.includes("sales") ? "sales" : (world.centre.groups[0] ?? "care");
}

function callBeforeMidnight(world: World, day: SimulatedDay): void {
  const queue = world.centre.queues.find((each) => each.group === world.centre.agents[0]?.group) as Queue;
  for (let number = 0; number < 2; number++) {
    const at = day.ends_at_ms - NIGHT_CALL_BEFORE_MIDNIGHT + number * 90 * SECOND;
    world.agenda.at(at, () => arriveAtNight(world, queue, 20 * MINUTE));
  }
}
