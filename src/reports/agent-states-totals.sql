-- One row per agent, channel type, state and idle code: how often and how long.
-- Key: agent_key, channel_type, kind, idle_code.
-- From: stays, which the report puts in front: agent-states-person or agent-states-channel.
-- Note: times of one agent and channel type that are open or go beyond the period say so.
select
    agent_key,
    channel_type,
    kind,
    idle_code,
    count(*) as stay_count,
    cast(sum(ended_at_ms - started_at_ms) as bigint) as stay_ms,
    min(started_at_ms) as first_at_ms,
    max(ended_at_ms) as last_at_ms,
    max(is_carried_in) as is_carried_in,
    max(is_carried_out) as is_carried_out,
    max(is_open) as is_open
from stays
group by agent_key, channel_type, kind, idle_code
order by agent_key, channel_type, kind, idle_code nulls first
