-- agent_steps: one row per event of an agent, in the order of its session and channel
-- key: agent_key, channel_number, session_started_at_ms, activity_number, is_marker, event_key; a working table, held only while a slice of agents is rebuilt
-- from: agent_arrivals, agent_contexts, derived_sessions, dumps, calendar_days
-- note: stays are numbered, and a marker has the number of the stay before it; a session nobody named is known by its start (else 0)
with
dated_dumps as (
    select
        dumps.dump_key,
        named_days.starts_at_ms
    from dumps
    join calendar_days as named_days on named_days.day = dumps.named_day
),

steps as (
    select
        events.agent_key,
        contexts.channel_number,
        coalesce(derived_sessions.started_at_ms, 0) as session_started_at_ms,
        events.event_key,
        events.name_key,
        events.context_key,
        events.at_ms,
        events.ended_at_ms,
        events.sequence,
        events.rank,
        events.is_logout,
        events.is_marker,
        events.event_id,
        case when events.at_ms < dated_dumps.starts_at_ms then 1 else 0 end as is_late
    from agent_arrivals as events
    join agent_contexts as contexts
        on
            contexts.agent_key = events.agent_key
            and contexts.context_key = events.context_key
            and contexts.from_ms <= events.at_ms
            and contexts.until_ms > events.at_ms
    left join dated_dumps on dated_dumps.dump_key = events.first_dump_key
    left join derived_sessions on derived_sessions.event_key = events.event_key
)

select
    agent_key,
    channel_number,
    session_started_at_ms,
    cast(sum(1 - is_marker) over (
        partition by agent_key, channel_number, session_started_at_ms
        order by at_ms, sequence nulls last, rank, event_id
        rows between unbounded preceding and current row
    ) as bigint) as activity_number,
    event_key,
    name_key,
    context_key,
    at_ms,
    ended_at_ms,
    is_logout,
    is_marker,
    is_late
from steps
