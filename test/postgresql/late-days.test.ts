import { lateDays } from "../../src/late-days";
import { type Centre, openCentre } from "../support/centre";

const DAY = "2026-03-02";
const STARTS_AT_MS = Date.parse(`${DAY}T00:00:00Z`);

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
  const ends_at_ms = STARTS_AT_MS + 86_400_000;
  await centre.db("calendar_days").insert({ day: DAY, starts_at_ms: STARTS_AT_MS, ends_at_ms });
  await step("first", "pull", 100, 110);
  await step("first", "rebuild", 120, 130);
  await step("first", "render", 140, 150, 1);
  await dump("early", 105);
});
afterEach(() => centre.close());

async function step(
  run_id: string,
  name: string,
  started_at_ms: number,
  finished_at_ms: number,
  ends_run = 0,
): Promise<void> {
  const days = { from_day: DAY, to_day: DAY };
  const row = { run_id, workflow: "nightly", step: name, ...days, status: "done", started_at_ms, finished_at_ms };
  await centre.db("receipts").insert({ ...row, ends_run });
}

async function dump(sha256: string, first_read_at_ms: number): Promise<void> {
  const row = { sha256, name: sha256, format: "events", byte_count: 1, first_read_at_ms };
  const [made] = await centre.db("dumps").insert(row).returning<{ dump_key: number }[]>("dump_key");
  const counts = { contact_event_count: 1, agent_event_count: 0 };
  await centre.db("dump_quarters").insert({ dump_key: made?.dump_key, quarter_at_ms: STARTS_AT_MS, ...counts });
}

it("a day is late from the end of the run that read something of it after its night until its night is run again", async () => {
  expect(await lateDays(centre.db, DAY)).toEqual([]);
  await dump("late", 205);
  await step("second", "pull", 200, 210);
  expect(await lateDays(centre.db, DAY)).toEqual([]);
  await centre.db("receipts").where({ run_id: "second" }).update({ ends_run: 1, from_day: null, to_day: null });
  expect(await lateDays(centre.db, DAY)).toEqual([DAY]);
  expect(await lateDays(centre.db, "2026-03-03")).toEqual([]);
  await step("third", "rebuild", 300, 310);
  await step("third", "render", 320, 330, 1);
  expect(await lateDays(centre.db, DAY)).toEqual([]);
});
