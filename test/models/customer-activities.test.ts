import { afterEach, describe, expect, it } from "@jest/globals";
import type { Centre } from "../support/centre";
import { given, instantOf, rowsOf } from "../support/contacts";

let centre: Centre;
afterEach(() => centre.close());

describe("the order of a contact's events", () => {
  it("is by sequence where they share a millisecond, and one without a sequence comes last", async () => {
    centre = await given(`
      at        event   sequence
      09:00:00  new     -
      09:00:00  ended   1
      09:00:00  parked  2
    `);
    expect((await rowsOf(centre, "customer_activities", ["event"])).map((row) => row.event)).toEqual([
      "ended",
      "parked",
      "new",
    ]);
  });

  it("is by the rank of the event without a sequence, unknown events after all known", async () => {
    centre = await given(`
      at        event
      09:00:00  a-thing-nobody-knows
      09:00:00  ended
      09:00:00  connected
      09:00:00  new
    `);
    const made = await rowsOf(centre, "customer_activities", ["event", "is_known"]);
    expect(made.map((row) => row.event)).toEqual(["new", "connected", "ended", "a-thing-nobody-knows"]);
    expect(made.map((row) => row.is_known)).toEqual([1, 1, 1, 0]);
  });

  it("is by the bytes of the whole event id where all else is equal", async () => {
    centre = await given(`
      at        event          eventId  reasonCode
      09:00:00  flow-activity  é        third
      09:00:00  flow-activity  -        second
      09:00:00  flow-activity  Z        first
    `);
    const rows = await centre
      .db("customer_activities as made")
      .join("event_contexts", "event_contexts.context_key", "made.context_key")
      .orderBy("activity_number")
      .pluck("reason_code");
    expect(rows).toEqual(["first", "second", "third"]);
  });
});

describe("the end of an activity", () => {
  it("is the delivered one before all others", async () => {
    centre = await given(`
      at        event      endedAt
      09:00:00  parked     09:00:50
      09:00:20  connect    -
    `);
    expect((await rowsOf(centre, "customer_activities", ["duration_ms"]))[0]).toEqual({ duration_ms: 50_000 });
  });

  it("is the first later event that closes it, though others lie between", async () => {
    centre = await given(`
      at        event
      09:00:00  connected
      09:00:05  recording-started
      09:00:20  on-hold
      09:00:30  ended
    `);
    const made = await rowsOf(centre, "customer_activities", ["event", "duration_ms"]);
    expect(made).toEqual([
      { event: "connected", duration_ms: 20_000 },
      { event: "recording-started", duration_ms: 0 },
      { event: "on-hold", duration_ms: 10_000 },
      { event: "ended", duration_ms: 0 },
    ]);
  });

  it("is not known while nothing has closed it", async () => {
    centre = await given(`
      at        event
      09:00:00  new
      09:00:05  parked
    `);
    const made = await rowsOf(centre, "customer_activities", ["event", "ended_at_ms"]);
    expect(made[1]).toEqual({ event: "parked", ended_at_ms: null });
    expect(made[0]).toEqual({ event: "new", ended_at_ms: instantOf("09:00:05") });
  });
});

describe("the leg of an activity", () => {
  it("is consult from a new while the contact is on hold up to the end of that leg", async () => {
    centre = await given(`
      at        event
      09:00:00  new
      09:00:10  connect
      09:00:20  connected
      09:01:00  on-hold
      09:01:05  consulting
      09:01:06  new
      09:01:07  connect
      09:01:20  connected
      09:02:00  consult-done
      09:02:01  ended
      09:02:02  hold-done
    `);
    const legs = (await rowsOf(centre, "customer_activities", ["leg"])).map((row) => row.leg);
    const customer = Array.from({ length: 5 }, () => "customer");
    expect(legs).toEqual([...customer, "consult", "consult", "consult", "consult", "customer", "customer"]);
  });

  it("is consult for every leg begun in one hold: what a consult leg goes through does not take the customer off it", async () => {
    centre = await given(`
      at        endedAt   event
      09:00:00  -         new
      09:00:20  -         connected
      09:01:00  09:05:00  on-hold
      09:01:05  -         new
      09:01:06  -         connected
      09:01:20  -         ended
      09:02:00  -         new
      09:02:05  -         connect
      09:02:20  -         consult-done
      09:05:00  -         hold-done
    `);
    const legs = (await rowsOf(centre, "customer_activities", ["leg"])).map((row) => row.leg);
    const customer = Array.from({ length: 3 }, () => "customer");
    const consult = Array.from({ length: 6 }, () => "consult");
    expect(legs).toEqual([...customer, ...consult, "customer"]);
  });

  it("stays customer for a second new after the delivered end of the hold", async () => {
    centre = await given(`
      at        endedAt   event
      09:00:00  -         new
      09:01:00  09:01:30  on-hold
      09:01:31  -         new
    `);
    expect((await rowsOf(centre, "customer_activities", ["leg"])).at(-1)).toEqual({ leg: "customer" });
  });

  it("stays customer for a second new of a contact that is not on hold", async () => {
    centre = await given(`
      at        event
      09:00:00  new
      09:00:20  connected
      09:01:00  on-hold
      09:01:05  hold-done
      09:01:06  new
    `);
    expect((await rowsOf(centre, "customer_activities", ["leg"])).at(-1)).toEqual({ leg: "customer" });
  });
});
