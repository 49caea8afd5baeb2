import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/**
 * The same load and the same kind of rebuild by DuckDB, in memory: events from NDJSON, activities with their ends by the
 * closing sets, sessions with measures, agent stays. It knows no bad lines, no repeats and no sequence check: a yardstick,
 * not a rival.
 */
export async function runYardstick(folder: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  const files = readdirSync(folder).filter((name) => name.endsWith(".ndjson"));
  const list = (prefix: string): string =>
    files
      .filter((name) => name.startsWith(prefix))
      .map((name) => `'${join(folder, name)}'`)
      .join(", ");
  for (const statement of statements(list("contact"), list("agent"))) await connection.run(statement);
  connection.closeSync();
}

function statements(contactFiles: string, agentFiles: string): string[] {
  return [
    `create table contact_events as select * from read_json([${contactFiles}], format = 'newline_delimited', union_by_name = true)`,
    `create table agent_events as select * from read_json([${agentFiles}], format = 'newline_delimited', union_by_name = true)`,
    `create table activities as
       select *, row_number() over w as number, lag(event) over w as previous_event, lead(event) over w as next_event,
         coalesce("endedAt", lead("at") over w) as ended
       from contact_events window w as (partition by "contactId" order by "at", event)`,
    `create table sessions as
       select "contactId", min("at") as started, max(case when event = 'ended' then "at" end) as ended,
         count(*) filter (where event = 'connected') as connected_count,
         sum(ended - "at") filter (where event = 'connected') as connected_ms, sum(ended - "at") filter (where event = 'parked') as queue_ms,
         sum(ended - "at") filter (where event = 'on-hold') as hold_ms, sum(ended - "at") filter (where event = 'connect') as ringing_ms,
         arg_min("queueName", "at") as first_queue, arg_max("queueName", "at") as last_queue, arg_max("agentId", "at") as last_agent
       from activities group by "contactId"`,
    `create table stays as
       select *, lead("at") over w as ended
       from agent_events window w as (partition by "agentSessionId", "channelType" order by "at", state)`,
    `create table agent_sessions as
       select "agentSessionId", "channelType", state, count(*) as stays, sum(ended - "at") as ms
       from stays group by all`,
  ];
}
