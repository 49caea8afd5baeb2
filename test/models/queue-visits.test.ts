import { afterEach, describe, expect, it } from "@jest/globals";
import { type Centre, openCentre } from "../support/centre";
import { given, rowsOf } from "../support/contacts";

let centre: Centre;
afterEach(() => centre.close());

const visits = (...columns: string[]) => rowsOf(centre, "queue_visits", columns);

describe("a queue visit", () => {
  it("waits in the queue and while agents ring, until one answers", async () => {
    centre = await given(`
      at        event      queueId
      09:00:00  new        -
      09:00:10  parked     support
      09:00:30  connect    support
      09:00:36  connected  support
      09:02:00  ended      -
    `);
    expect(await visits("queue_id", "outcome", "wait_ms", "queue_ms", "offer_count", "is_counted")).toEqual([
      { queue_id: "support", outcome: "answered", wait_ms: 26_000, queue_ms: 20_000, offer_count: 1, is_counted: 1 },
    ]);
  });

  it("goes on where an offer comes back to the queue", async () => {
    centre = await given(`
      at        event
      09:00:00  new
      09:00:10  parked
      09:00:30  connect
      09:00:48  con-to-agent-error
      09:00:48  flow-activity
      09:00:49  parked
      09:01:00  connect
      09:01:05  connected
      09:02:00  ended
    `);
    expect(await visits("wait_ms", "queue_ms", "offer_count")).toEqual([
      { wait_ms: 55_000, queue_ms: 31_000, offer_count: 2 },
    ]);
  });

  it("ends where the queue changes, though an offer lies between", async () => {
    centre = await given(`
      at        event    queueId
      09:00:00  new      -
      09:00:10  parked   support
      09:00:30  connect  support
      09:00:40  parked   sales
      09:01:00  ended    -
    `);
    expect(await visits("queue_id", "outcome", "wait_ms")).toEqual([
      { queue_id: "support", outcome: "breakout", wait_ms: 30_000 },
      { queue_id: "sales", outcome: "abandoned", wait_ms: 20_000 },
    ]);
  });

  it("after a callback was taken is a callback visit and enters no rate", async () => {
    centre = await given(`
      at        event
      09:00:00  new
      09:00:10  parked
      09:00:40  opt-out-of-queue
      09:10:00  parked
      09:10:05  connect
      09:10:09  connected
      09:12:00  ended
    `);
    expect(await visits("outcome", "is_callback", "is_counted")).toEqual([
      { outcome: "callback", is_callback: 0, is_counted: 1 },
      { outcome: "answered", is_callback: 1, is_counted: 0 },
    ]);
  });

  it("is waiting while nothing has ended it, and not counted", async () => {
    centre = await given(`
      at        event
      09:00:00  new
      09:00:10  parked
    `);
    expect(await visits("outcome", "wait_ms", "left_at_ms", "is_counted")).toEqual([
      { outcome: "waiting", wait_ms: null, left_at_ms: null, is_counted: 0 },
    ]);
  });

  it("is not counted for an outdial, nor for a contact whose beginning is missing", async () => {
    centre = await given(`
      contactId  at        event   isOutdial
      out        09:00:00  new     true
      out        09:00:10  parked  -
      out        09:01:10  ended   -
      late       09:00:10  parked  -
      late       09:01:10  ended   -
    `);
    const columns = ["direction", "is_counted"];
    expect(await rowsOf(centre, "queue_visits", columns, "out")).toEqual([{ direction: "outdial", is_counted: 0 }]);
    expect(await rowsOf(centre, "queue_visits", columns, "late")).toEqual([{ direction: "inbound", is_counted: 0 }]);
  });

  it("carries the thresholds of its own queue, named by id or by name", async () => {
    const other = await openCentre();
    const { thresholds } = other.config;
    await other.close();
    const queues = {
      support: { ...thresholds, service_level_ms: 30_000 },
      Sales: { ...thresholds, service_level_ms: 40_000 },
    };
    centre = await given(
      `
      at        event   queueId  queueName
      09:00:00  new     -        -
      09:00:10  parked  support  Support
      09:00:20  parked  q-2      Sales
      09:00:30  parked  q-3      Claims
      09:00:40  ended   -        -
    `,
      { queues },
    );
    expect((await visits("service_level_ms")).map((row) => row.service_level_ms)).toEqual([30_000, 40_000, 20_000]);
  });
});
