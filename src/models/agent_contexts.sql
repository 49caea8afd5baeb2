-- agent_contexts: one row per agent and context of its events: the channel meant, and its session where somebody named one
-- key: agent_key, context_key; a working table, held only while a slice of agents is rebuilt
-- from: agent_context_keys, event_contexts, agents, agent_channels
-- note: channel_number tells the pairs of session and channel of one agent apart
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

placed as (
    select
        named.agent_key,
        named.context_key,
        named.channel_id,
        named.channel_type,
        coalesce(named.agent_session_id, channels.agent_session_id) as agent_session_id
    from named
    left join agent_channels as channels
        on channels.agent_key = named.agent_key and channels.channel_id = named.channel_id
)

select
    agent_key,
    context_key,
    dense_rank() over (partition by agent_key order by agent_session_id nulls first, channel_id) as channel_number,
    channel_id,
    channel_type,
    agent_session_id
from placed
