import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../src/base/log";
import { batchOf } from "../src/batch";
import { selectRows } from "../src/db/sql";
import { FAULTS, generateDays } from "../src/generate/generate";
import { runWorkflow } from "../src/runner";
import { type Centre, openCentre } from "./support/centre";

let centre: Centre;

/** Two days with every fault the generator knows, through the whole night once. */
beforeAll(async () => {
  centre = await openCentre({ zone: "Europe/Berlin" });
  const out = mkdtempSync(join(tmpdir(), "nightdesk-integrity-"));
  // 2026-03-28 and the day of 23 hours after it.
  await generateDays({
    day: "2026-03-28",
    days: 2,
    contacts: 300,
    agents: 20,
    seed: 11,
    faults: [...FAULTS],
    out,
    zone: "Europe/Berlin",
  });
  const context = { db: centre.db, config: centre.config, log: silentLog, now: () => Date.UTC(2026, 2, 31) };
  await runWorkflow(context, batchOf({ workflow: "load", sources: [out] }));
  for (const workflow of ["rebuild", "check"] as const) await runWorkflow(context, batchOf({ workflow }));
  rmSync(out, { recursive: true });
});
afterAll(() => centre.close());

/** The rows of a select that should find nothing. */
async function offenders(sql: string): Promise<unknown[]> {
  return selectRows(centre.db, sql);
}

describe("nothing is lost between tables", () => {
  it.each([
    [
      "every contact with events has a session",
      `select e.contact_key from contact_events as e left join customer_sessions as s on s.contact_key = e.contact_key where s.contact_key is null`,
    ],
    [
      "every event is one activity",
      `select e.event_key from contact_events as e left join customer_activities as a on a.event_key = e.event_key group by e.event_key having count(a.event_key) <> 1`,
    ],
    [
      "every agent event is one stay, a marker none",
      `select e.event_key from agent_events as e inner join agent_state_names as n on n.name_key = e.name_key left join agent_activities as a on a.event_key = e.event_key group by e.event_key, n.is_marker having count(a.event_key) <> 1 - n.is_marker`,
    ],
    [
      "every agent event counts in one session",
      `select agent_key from (select agent_key, 1 as event_count, 0 as counted from agent_events union all select agent_key, 0, event_count from agent_sessions) as both_ways group by agent_key having sum(event_count) <> sum(counted)`,
    ],
    [
      "every stay belongs to a session",
      `select a.event_key from agent_activities as a left join agent_sessions as s on s.agent_key = a.agent_key and s.agent_session_id = a.agent_session_id and s.channel_id = a.channel_id where s.agent_key is null`,
    ],
    [
      "every contact was checked",
      `select s.contact_key from customer_sessions as s left join sequence_checks as c on c.contact_key = s.contact_key where c.contact_key is null and s.basis = 'rebuilt'`,
    ],
    [
      "every violation belongs to an activity",
      `select v.contact_key from sequence_violations as v left join customer_activities as a on a.contact_key = v.contact_key and a.activity_number = v.activity_number where a.contact_key is null`,
    ],
    [
      "activities are numbered without a gap",
      `select contact_key from customer_activities group by contact_key having max(activity_number) <> count(*) or min(activity_number) <> 1`,
    ],
    [
      "nothing is left to rebuild or check",
      `select contact_key from contacts_to_rebuild union all select contact_key from contacts_to_check union all select agent_key from agents_to_rebuild`,
    ],
  ])("%s", async (_name, sql) => {
    expect(await offenders(sql)).toEqual([]);
  });
});

describe("the same minutes counted two ways agree", () => {
  it.each([
    ["connected time", "connected"],
    ["hold time", "hold"],
    ["ringing time", "ringing"],
    ["ivr time", "ivr"],
    ["consult time", "consult"],
  ])("%s of sessions is the sum of its activities", async (_name, measure) => {
    const sql = `
      select s.contact_id, s.${measure}_ms as session_ms, coalesce(sum(a.duration_ms), 0) as activity_ms
      from customer_sessions as s
      left join customer_activities as a on a.contact_key = s.contact_key
        and a.event in (select event from contact_event_names where measure = :measure)
      group by s.contact_id, s.${measure}_ms
      having s.${measure}_ms <> coalesce(sum(a.duration_ms), 0)`;
    expect(await selectRows(centre.db, sql, { measure })).toEqual([]);
  });

  it("person stays of an agent neither overlap nor leave a session uncovered", async () => {
    const overlaps = `
      select a.agent_key from person_stays as a
      inner join person_stays as b on b.agent_key = a.agent_key and b.started_at_ms > a.started_at_ms
      where a.ended_at_ms is null or b.started_at_ms < a.ended_at_ms`;
    expect(await offenders(overlaps)).toEqual([]);
    const uncovered = `
      select s.agent_id from agent_sessions as s
      where s.basis = 'rebuilt' and s.ended_at_ms > s.started_at_ms and not exists (
        select 1 from person_stays as p
        where p.agent_key = s.agent_key and p.started_at_ms <= s.started_at_ms
          and (p.ended_at_ms is null or p.ended_at_ms > s.started_at_ms))`;
    expect(await offenders(uncovered)).toEqual([]);
  });

  it("accepted and refused transitions are the judged ones", async () => {
    const sql = `
      select c.contact_key from sequence_checks as c
      inner join sequence_transitions as t on t.contact_key = c.contact_key
      group by c.contact_key, c.judged_count, c.accepted_count, c.violation_count, c.not_in_table_count
      having c.judged_count <> sum(case when t.verdict in ('accepted', 'not-accepted') then 1 else 0 end)
        or c.accepted_count <> sum(case when t.verdict = 'accepted' then 1 else 0 end)
        or c.not_in_table_count <> sum(case when t.verdict = 'not-in-table' then 1 else 0 end)
        or c.violation_count <> sum(case when t.verdict in ('not-accepted', 'no-start') then 1 else 0 end)`;
    expect(await offenders(sql)).toEqual([]);
  });
});
