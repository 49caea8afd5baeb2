import { type Centre, load, ndjson, openCentre } from "../support/centre";

describe("events as NDJSON", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it("become rows of contact and agent events", async () => {
    const receipt = await load(centre, {
      "events-2026-03-02.ndjson": ndjson([
        {
          type: "contact",
          contactId: "c-1",
          event: "new",
          at: 1772442000000,
          queueName: "Sales",
          origin: "+8221234567",
        },
        { type: "contact", contactId: "c-1", event: "ended", at: "2026-03-02T09:05:00Z", extra: "kept" },
        {
          type: "agent",
          agentId: "a-1",
          state: "Available",
          at: 1772442000000,
          agentSessionId: "s-1",
          contactId: "c-1",
        },
      ]),
    });
    expect(receipt).toMatchObject({ read: 3, new: 3, duplicate: 0, revised: 0, rejected: 0 });
    expect(await centre.db("contact_events").select("identity", "at_ms", "origin", "attributes", "dump_line")).toEqual([
      { identity: "-1772442000000-new", at_ms: 1772442000000, origin: "+8221234567", attributes: null, dump_line: 1 },
      {
        identity: "-1772442300000-ended",
        at_ms: 1772442300000,
        origin: null,
        attributes: '{"extra":"kept"}',
        dump_line: 2,
      },
    ]);
    expect(await centre.db("agent_events").select("identity", "contact_id")).toEqual([
      { identity: "=s-1:telephony-1772442000000-Available", contact_id: "c-1" },
    ]);
    expect(await centre.db("contacts_to_rebuild").select()).toEqual([{ contact_key: 1 }]);
    expect(await centre.db("agents_to_rebuild").select()).toEqual([{ agent_key: 1 }]);
  });
});
