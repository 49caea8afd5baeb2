-- One row per stay of a range of agents, for the strips and the CSV file of stays.
-- Key: agent_key, channel_type, started_at_ms.
-- From: stays, which the report puts in front: agent-states-person or agent-states-channel.
-- Note: in the order of agents and time.
select
    agent_key,
    channel_type,
    kind,
    idle_code,
    started_at_ms,
    ended_at_ms
from stays
where agent_key between :from_key and :to_key
order by agent_key, channel_type, started_at_ms, ended_at_ms, kind, idle_code nulls first
