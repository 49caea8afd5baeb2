import { afterEach, describe, expect, it } from "@jest/globals";
import type { Centre } from "../support/centre";
import { given, instantOf, sessionOf } from "../support/contacts";

let centre: Centre;
afterEach(() => centre.close());

async function columns(...names: string[]): Promise<Record<string, unknown>> {
  const session = await sessionOf(centre);
  return Object.fromEntries(names.map((name) => [name, session[name]]));
}

describe("how a contact was handled", () => {
  const handled = async (table: string): Promise<unknown> => {
    centre = await given(table);
    return Object.values(await columns("handle_type", "abandoned_type"));
  };

  it("is normal where it was connected, sudden_disconnect where it ended within five seconds of that", async () => {
    expect(
      await handled(
        "at event\n09:00:00  new\n09:00:20  connected\n09:00:25.001  ended".replace("at event", "at  event"),
      ),
    ).toEqual(["normal", null]);
    await centre.close();
    expect(await handled("at  event\n09:00:00  new\n09:00:20  connected\n09:00:25  ended")).toEqual([
      "sudden_disconnect",
      null,
    ]);
  });

  it("is short within ten seconds, and says where it was left", async () => {
    expect(await handled("at  event\n09:00:00  new\n09:00:04  parked\n09:00:10  ended")).toEqual(["short", "queue"]);
  });

  it("is abandoned where an agent rang and nobody was connected", async () => {
    expect(await handled("at  event\n09:00:00  new\n09:00:04  parked\n09:00:10  connect\n09:00:50  ended")).toEqual([
      "abandoned",
      "agent-connect",
    ]);
  });

  it("is self-service where the contact ended in the flow and asked for nobody", async () => {
    expect(await handled("at  event\n09:00:00  new\n09:00:04  ivr-connected\n09:00:50  ended")).toEqual([
      "self_service",
      null,
    ]);
  });

  it("is callback where the contact left the queue with one", async () => {
    expect(
      await handled("at  event\n09:00:00  new\n09:00:04  parked\n09:00:30  opt-out-of-queue\n09:00:50  ended"),
    ).toEqual(["callback", null]);
  });

  it("is open while the contact goes on after its end", async () => {
    expect(await handled("at  event\n09:00:00  new\n09:00:04  ended\n09:00:30  parked")).toEqual(["open", null]);
  });

  it("is unknown where nothing was heard of it for a day", async () => {
    expect(await handled("contactId  at  event\nc-1  09:00:00  new\nc-2  09:00:00.001+1  new")).toEqual([
      "unknown",
      null,
    ]);
    expect(await columns("is_open", "is_stale", "ended_at_ms", "total_ms")).toEqual({
      is_open: 1,
      is_stale: 1,
      ended_at_ms: null,
      total_ms: null,
    });
  });

  it("is still open after exactly a day, and after two for a chat", async () => {
    expect(await handled("contactId  at  event  channelType\nc-1  09:00:00  new  -\nc-2  09:00:00+1  new  -")).toEqual([
      "open",
      null,
    ]);
    await centre.close();
    expect(
      await handled("contactId  at  event  channelType\nc-1  09:00:00  new  chat\nc-2  09:00:00+2  new  -"),
    ).toEqual(["open", null]);
  });
});

describe("the end of a contact", () => {
  it("is its last ended: a consult leg has one of its own", async () => {
    centre = await given(`
      at        event
      09:00:00  new
      09:00:20  connected
      09:00:40  on-hold
      09:00:41  new
      09:00:50  ended
      09:01:00  hold-done
      09:02:00  ended
    `);
    expect(await columns("is_open", "ended_at_ms", "total_ms")).toEqual({
      is_open: 0,
      ended_at_ms: instantOf("09:02:00"),
      total_ms: 120_000,
    });
  });

  it("is not known with more news than ends", async () => {
    centre = await given("at  event\n09:00:00  new\n09:00:41  new\n09:00:50  ended");
    expect(await columns("is_open", "ended_at_ms")).toEqual({ is_open: 1, ended_at_ms: null });
  });

  it("belongs to the local day on which the contact began", async () => {
    centre = await given("at  event\n14:59:59  new\n15:10:00  ended", { zone: "Asia/Seoul" });
    expect(await columns("started_day")).toEqual({ started_day: "2026-03-02" });
    await centre.close();
    centre = await given("at  event\n15:00:00  new\n15:10:00  ended", { zone: "Asia/Seoul" });
    expect(await columns("started_day")).toEqual({ started_day: "2026-03-03" });
  });
});

describe("wrap-up", () => {
  const measures = ["wrapup_count", "wrapup_ms", "wrapup_unmeasured_count"];

  it("told only by its end begins with the end of the call", async () => {
    centre = await given("at  event\n09:00:00  new\n09:00:20  connected\n09:01:00  ended\n09:01:30  wrapup-done");
    expect(Object.values(await columns(...measures))).toEqual([1, 30_000, 0]);
  });

  it("is not counted twice where it has an event of its own", async () => {
    centre = await given("at  event\n09:00:00  new\n09:01:00  ended\n09:01:05  wrapup\n09:01:30  wrapup-done");
    expect(Object.values(await columns(...measures))).toEqual([1, 25_000, 0]);
  });

  it("of two agents is measured for each from what that agent did last", async () => {
    centre = await given(`
      at        event        agentId
      09:00:00  new          -
      09:00:20  connected    kim
      09:01:00  transferred  kim
      09:01:05  connected    lee
      09:03:00  ended        lee
      09:03:10  wrapup-done  lee
      09:03:40  wrapup-done  kim
    `);
    expect(Object.values(await columns(...measures))).toEqual([2, 10_000 + 160_000, 0]);
  });

  it("without anything that began it is unmeasured", async () => {
    centre = await given("at  event\n09:00:00  new\n09:00:20  connected\n09:01:30  wrapup-done");
    expect(Object.values(await columns(...measures))).toEqual([0, 0, 1]);
  });
});

describe("transfers", () => {
  const measures = ["transfer_count", "blind_transfer_count", "consult_transfer_count"];

  it("that are blind also write a transferred, and are told apart from consult transfers", async () => {
    centre = await given(`
      at        event
      09:00:00  new
      09:00:20  connected
      09:00:40  blind-transfer
      09:00:41  transferred
      09:00:50  connected
      09:01:00  consulting
      09:01:10  transferred
      09:01:20  vt-transfer
      09:02:00  ended
    `);
    expect(Object.values(await columns(...measures))).toEqual([3, 2, 1]);
  });

  it("that failed do not count", async () => {
    centre = await given(
      "at  event\n09:00:00  new\n09:00:20  connected\n09:00:40  blind-transfer\n09:00:41  transfer-error\n09:02:00  ended",
    );
    expect(Object.values(await columns(...measures))).toEqual([0, 0, 0]);
  });
});

describe("offers that failed", () => {
  const measures = [
    "offer_count",
    "rona_count",
    "declined_count",
    "offer_error_count",
    "customer_unreached_count",
    "offer_unexplained_count",
  ];
  const failed = async (reason: string, next: string, rangFor = "09:00:25"): Promise<unknown[]> => {
    centre = await given(`
      at        event    reasonCode
      09:00:00  new      -
      09:00:10  parked   -
      09:00:20  connect  -
      ${rangFor}  ${next}  ${reason}
      09:05:00  ended    -
    `);
    return Object.values(await columns(...measures));
  };

  it.each([
    ["RONA_TIMER_EXPIRED", "con-to-agent-error", [1, 1, 0, 0, 0, 0]],
    ["No Answer User", "parked", [1, 1, 0, 0, 0, 0]],
    ["USER_DECLINED", "con-to-agent-error", [1, 0, 1, 0, 0, 0]],
    ["486", "con-to-agent-error", [1, 0, 0, 1, 0, 0]],
    ["486", "callback-failed", [1, 0, 0, 0, 1, 0]],
    ["-", "parked", [1, 0, 0, 0, 0, 1]],
  ])("by %s and %s are told apart", async (reason, next, told) => {
    expect(await failed(reason, next)).toEqual(told);
  });

  it("without a reason are no answer where it rang for ten seconds", async () => {
    expect(await failed("-", "parked", "09:00:30")).toEqual([1, 1, 0, 0, 0, 0]);
  });

  it("are none where the caller left while it rang", async () => {
    centre = await given("at  event\n09:00:00  new\n09:00:20  connect\n09:02:00  ended");
    expect(Object.values(await columns(...measures))).toEqual([1, 0, 0, 0, 0, 0]);
  });
});

describe("what is said of a contact", () => {
  it("is the last known of its queues, agents and reasons, and the first of its origins", async () => {
    centre = await given(`
      at        event      queueName  agentName  origin  reasonCode  terminatingEnd  terminationReason
      09:00:00  new        -          -          +821    -           -               -
      09:00:10  parked     Support    -          +822    busy1       caller          Odd one
      09:00:20  connected  Sales      Kim        -       486         -               CUSTOMER_LEFT
      09:02:00  ended      -          -          -       -           -               -
    `);
    expect(
      await columns(
        "first_queue_name",
        "last_queue_name",
        "last_agent_name",
        "origin",
        "reason_code",
        "cpa_result",
        "terminating_end",
        "termination_reason",
        "termination_reason_raw",
      ),
    ).toEqual({
      first_queue_name: "Support",
      last_queue_name: "Sales",
      last_agent_name: "Kim",
      origin: "+821",
      reason_code: "486",
      cpa_result: "busy1",
      terminating_end: "customer",
      termination_reason: "customer left",
      termination_reason_raw: "CUSTOMER_LEFT",
    });
  });

  it("keeps a reason nobody knows as it came, and takes telephony for a channel nobody named", async () => {
    centre = await given("at  event  terminationReason\n09:00:00  new  Odd One\n09:02:00  ended  -");
    expect(await columns("termination_reason", "channel_type", "direction")).toEqual({
      termination_reason: "Odd One",
      channel_type: "telephony",
      direction: null,
    });
  });
});
