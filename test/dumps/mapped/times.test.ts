import { type Centre, load, openCentre } from "../../support/centre";
import { PLAIN, rejects, told, under } from "../../support/mapped";

describe("times of a foreign table", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre({ zone: "Asia/Seoul" });
  });
  afterEach(() => centre.close());

  const instantOf = async (times: object, text: string): Promise<string> => {
    const [event = ""] = await loaded({ ...PLAIN, times }, `call;what;time\nc;new;${text}\n`);
    return event.replace("c new ", "");
  };
  const loaded = async (mapping: object, table: string): Promise<string[]> => {
    await load(under(centre, mapping), { "calls.csv": table });
    return [...(await told(centre)), ...(await rejects(centre))];
  };

  it.each<[object, string, string]>([
    [{ as: "s" }, "1772442000", "2026-03-02T09:00:00.000Z"],
    [{ as: "s" }, "1772442000.7509", "2026-03-02T09:00:00.750Z"],
    [{ as: "ms" }, "1772442000123", "2026-03-02T09:00:00.123Z"],
    [{ as: "iso" }, "2026-03-02T09:00:00.5Z", "2026-03-02T09:00:00.500Z"],
    [{ as: "iso", zone: "Europe/Berlin" }, "2026-03-02T09:00:00-05:00", "2026-03-02T14:00:00.000Z"],
    [{ as: "iso", zone: "Europe/Berlin" }, "2026-03-02 09:00", "2026-03-02T08:00:00.000Z"],
    [{}, "2026-03-02T09:00:00", "2026-03-02T00:00:00.000Z"],
    [{ as: "dd.MM.yyyy HH:mm", zone: "Europe/Berlin" }, "02.03.2026 09:00", "2026-03-02T08:00:00.000Z"],
    [{ as: "M/d/yy h:mm:ss a", zone: "America/New_York" }, "3/2/26 12:05:09 am", "2026-03-02T05:05:09.000Z"],
    [{ as: "M/d/yy h:mm:ss a", zone: "America/New_York" }, "3/2/26 12:05:09 PM", "2026-03-02T17:05:09.000Z"],
    [{ as: "d-MMM-yyyy 'at' HH:mm:ss.SSS", zone: "Etc/UTC" }, "2-Mar-2026 at 09:00:00.25", "2026-03-02T09:00:00.250Z"],
    [{ as: "yyyyMMddHHmmssZ" }, "20260302090000+0530", "2026-03-02T03:30:00.000Z"],
  ])("written as %j are instants: %s", async (times, text, instant) => {
    expect(await instantOf(times, text)).toBe(instant);
  });

  it.each<[object, string, string]>([
    [{ as: "s" }, "yesterday", 'bad-at: at is "yesterday". Expected seconds since 1970, as the mapping says.'],
    [
      { as: "dd.MM.yyyy HH:mm" },
      "31.02.2026 09:00",
      'bad-at: at is "31.02.2026 09:00". Expected a time as dd.MM.yyyy HH:mm',
    ],
    [{ as: "dd.MM.yyyy HH:mm" }, "2026-03-02 09:00", "bad-at"],
    [{ as: "dd.MM.yyyy HH:mm" }, "02.03.2026 24:00", "bad-at"],
    [{ as: "d.M.yyyy h:mm a" }, "2.3.2026 13:00 pm", "bad-at"],
    [{ as: "s" }, "0", "no-at"],
    [{ as: "ms" }, "-1", "no-at"],
    [{ as: "ms" }, "1772442000", "at-before-2000"],
    [{ as: "s" }, "1999999999", "at-in-future"],
  ])("written as %j that say no instant reject the line: %s", async (times, text, reason) => {
    expect(await instantOf(times, text)).toContain(`2 ${reason}`);
  });

  it("that clocks skip are read as by a clock that nobody has put forward yet", async () => {
    expect(
      await loaded(
        PLAIN,
        "call;what;time\nc;new;2026-03-29 01:59:59\nc;parked;2026-03-29 02:30:00\nc;ended;2026-03-29 03:30:01\n",
      ),
    ).toEqual([
      "c new 2026-03-29T00:59:59.000Z",
      "c parked 2026-03-29T01:30:00.000Z",
      "c ended 2026-03-29T01:30:01.000Z",
    ]);
  });

  const doubled = {
    ...PLAIN,
    events: [
      { event: "parked", at: "{time}" },
      { event: "connected", at: "{answered}", endedAt: "{finished}" },
    ],
  };

  it("that clocks show twice are the first, unless what comes later in the row would come before", async () => {
    const table = [
      "call;time;answered;finished",
      "c-1;2026-10-25 02:50:00;2026-10-25 02:50:30;2026-10-25 02:55:00",
      "c-2;2026-10-25 02:50:00;2026-10-25 02:58:00;2026-10-25 02:05:00",
      "c-3;2026-10-25 02:50:00;2026-10-25 02:05:00;2026-10-25 02:06:00",
      "c-4;2026-10-25 01:50:00;2026-10-25 02:05:00;2026-10-25 03:05:00",
    ];
    expect(await loaded(doubled, table.join("\n"))).toEqual([
      "c-1 parked 2026-10-25T00:50:00.000Z",
      "c-1 connected 2026-10-25T00:50:30.000Z to 2026-10-25T00:55:00.000Z",
      "c-2 parked 2026-10-25T00:50:00.000Z",
      "c-2 connected 2026-10-25T00:58:00.000Z to 2026-10-25T01:05:00.000Z",
      "c-3 parked 2026-10-25T00:50:00.000Z",
      "c-3 connected 2026-10-25T01:05:00.000Z to 2026-10-25T01:06:00.000Z",
      "c-4 parked 2026-10-24T23:50:00.000Z",
      "c-4 connected 2026-10-25T00:05:00.000Z to 2026-10-25T02:05:00.000Z",
    ]);
  });

  it.each([
    ["Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25T01:30:00.000Z"],
    ["America/New_York", "2026-11-01 01:30:00", "2026-11-01T06:30:00.000Z"],
  ])("that clocks of %s show twice are the second where the mapping says so", async (zone, text, instant) => {
    expect(await instantOf({ ...PLAIN.times, zone, doubled_hour: "second" }, text)).toBe(instant);
  });

  it("are counted on and back by durations of any unit", async () => {
    const events = [
      { event: "connect", at: { time: "{time}", minus: ["{ring}"] } },
      { event: "connected", endedAt: { plus: ["{talk}", "{hold}"], durations: "clock" } },
      {
        event: "wrapup",
        at: { time: "{time}", plus: "{after}", durations: "min" },
        endedAt: { time: "{time}", plus: "{ms}", durations: "ms" },
      },
    ];
    const table = "call;time;ring;talk;hold;after;ms\nc;2026-03-02 09:00:00;7,5;1:02:03;04:05.5;90;5400001\n";
    expect(await loaded({ ...PLAIN, events }, table)).toEqual([
      "c connect 2026-03-02T07:59:52.500Z",
      "c connected 2026-03-02T08:00:00.000Z to 2026-03-02T09:06:08.500Z",
      "c wrapup 2026-03-02T09:30:00.000Z to 2026-03-02T09:30:00.001Z",
    ]);
  });

  it("have no end where the duration is not known, and reject the line where it is none", async () => {
    const events = [{ event: "connected", endedAt: { plus: "{talk}" } }];
    const table = "call;time;talk\na;2026-03-02 09:00:00;\nb;2026-03-02 09:00:00;-4\nc;2026-03-02 09:00:00;1:30\n";
    expect(await loaded({ ...PLAIN, events }, table)).toEqual([
      "a connected 2026-03-02T08:00:00.000Z",
      '3 bad-duration: endedAt counts with the duration "-4". Expected a number of seconds, as the mapping says.',
      '4 bad-duration: endedAt counts with the duration "1:30". Expected a number of seconds, as the mapping says.',
    ]);
  });
});
