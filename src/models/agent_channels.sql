-- agent_channels: one row per agent and channel whose session somebody named, with that session
-- key: agent_key, channel_id; a working table, held only while a slice of agents is rebuilt
-- from: agent_context_keys, agents_to_rebuild, reported_agent_sessions, event_contexts, agents
-- note: a session id beats the names made for pages without one; channels that share a page name are one session, the smallest name wins
with recursive
named as (
    select
        contexts.agent_key,
        coalesce(context.channel_id, coalesce(context.agent_session_id, agents.agent_id) || ':' || coalesce(context.channel_type, 'telephony')) as channel_id,
        context.agent_session_id,
        context.page_session_id
    from agent_context_keys as contexts
    join event_contexts as context on context.context_key = contexts.context_key
    join agents on agents.agent_key = contexts.agent_key
    where context.agent_session_id is not null or context.page_session_id is not null
    union
    select
        reported.agent_key,
        coalesce(reported.channel_id, coalesce(reported.agent_session_id, reported.page_session_id) || ':' || coalesce(reported.channel_type, 'telephony')),
        reported.agent_session_id,
        reported.page_session_id
    from agents_to_rebuild as touched
    join reported_agent_sessions as reported on reported.agent_key = touched.agent_key
    where
        touched.agent_key between :from_key and :to_key
        and (reported.agent_session_id is not null or reported.page_session_id is not null)
),

pages as (
    select distinct
        agent_key,
        channel_id,
        page_session_id
    from named
    where page_session_id is not null
),

reached as (
    select
        agent_key,
        channel_id,
        page_session_id
    from pages
    union
    select
        reached.agent_key,
        reached.channel_id,
        further.page_session_id
    from reached
    join pages as sharing
        on sharing.agent_key = reached.agent_key and sharing.page_session_id = reached.page_session_id
    join pages as further
        on further.agent_key = sharing.agent_key and further.channel_id = sharing.channel_id
),

page_groups as (
    select
        agent_key,
        channel_id,
        min(page_session_id) as page_session_id
    from reached
    group by agent_key, channel_id
),

told as (
    select
        agent_key,
        channel_id,
        min(agent_session_id) as agent_session_id
    from named
    where agent_session_id is not null
    group by agent_key, channel_id
),

told_groups as (
    select
        page_groups.agent_key,
        page_groups.page_session_id,
        min(told.agent_session_id) as agent_session_id
    from page_groups
    join told on told.agent_key = page_groups.agent_key and told.channel_id = page_groups.channel_id
    group by page_groups.agent_key, page_groups.page_session_id
)

select
    told.agent_key,
    told.channel_id,
    told.agent_session_id
from told
union all
select
    page_groups.agent_key,
    page_groups.channel_id,
    coalesce(told_groups.agent_session_id, page_groups.page_session_id)
from page_groups
left join told_groups
    on told_groups.agent_key = page_groups.agent_key and told_groups.page_session_id = page_groups.page_session_id
where not exists (
    select 1
    from told
    where told.agent_key = page_groups.agent_key and told.channel_id = page_groups.channel_id
)
