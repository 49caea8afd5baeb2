-- agent_contexts: one row per agent and context of its events: the channel meant, and its session where somebody named one
-- key: agent_key, context_key, channel_number; a working table, held only while a slice of agents is rebuilt
-- from: agent_context_keys, event_contexts, agents, agent_channels, agent_events
-- note: where several sessions share a channel's id, a context without a session means each in its turn: from its first event until the next one's
with
named as (
    select
        contexts.agent_key,
        contexts.context_key,
        coalesce(context.channel_id, coalesce(context.agent_session_id, agents.agent_id) || ':' || coalesce(context.channel_type, 'telephony')) as channel_id,
        coalesce(context.channel_type, 'telephony') as channel_type,
        context.agent_session_id
    from agent_context_keys as contexts
    join event_contexts as context on context.context_key = contexts.context_key
    join agents on agents.agent_key = contexts.agent_key
),

shared as (
    select
        agent_key,
        channel_id
    from named
    group by agent_key, channel_id
    having count(distinct agent_session_id) > 1 and count(agent_session_id) < count(*)
),

starts as (
    select
        named.agent_key,
        named.channel_id,
        named.agent_session_id,
        min(events.at_ms) as started_at_ms
    from shared
    join named
        on
            named.agent_key = shared.agent_key
            and named.channel_id = shared.channel_id
            and named.agent_session_id is not null
    join agent_events as events on events.agent_key = named.agent_key and events.context_key = named.context_key
    group by named.agent_key, named.channel_id, named.agent_session_id
),

turns as (
    select
        agent_key,
        channel_id,
        agent_session_id,
        case
            when row_number() over channel = 1 then -9007199254740991
            else started_at_ms
        end as from_ms,
        lead(started_at_ms, 1, 9007199254740991) over channel as until_ms
    from starts
    window channel as (partition by agent_key, channel_id order by started_at_ms, agent_session_id)
),

placed as (
    select
        named.agent_key,
        named.context_key,
        named.channel_id,
        named.channel_type,
        coalesce(named.agent_session_id, turns.agent_session_id, channels.agent_session_id) as agent_session_id,
        coalesce(turns.from_ms, -9007199254740991) as from_ms,
        coalesce(turns.until_ms, 9007199254740991) as until_ms
    from named
    left join agent_channels as channels
        on channels.agent_key = named.agent_key and channels.channel_id = named.channel_id
    left join turns
        on
            turns.agent_key = named.agent_key
            and turns.channel_id = named.channel_id
            and named.agent_session_id is null
)

select
    agent_key,
    context_key,
    dense_rank() over (partition by agent_key order by agent_session_id nulls first, channel_id) as channel_number,
    channel_id,
    channel_type,
    agent_session_id,
    from_ms,
    until_ms
from placed
