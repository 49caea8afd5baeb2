-- agent_steps: one row per event of an agent, numbered in the order of its session and channel
-- key: agent_key, channel_number, session_started_at_ms, activity_number; a working table, held only while a slice of agents is rebuilt
-- from: agent_events, agent_state_names, agents, agent_contexts, dumps, calendar_days
-- note: sessions nobody named are derived per agent and known by their start (else 0): they end with a logged-out and what other channels say up to 5 s later
with recursive
untold_agents as (
    select distinct agent_key
    from agent_contexts
    where agent_session_id is null
),

untold as (
    select
        events.agent_key,
        events.event_key,
        contexts.channel_number,
        events.at_ms,
        names.is_logout,
        row_number() over agent as position,
        sum(names.is_logout) over agent as logout_number
    from untold_agents
    join agents on agents.agent_key = untold_agents.agent_key
    join agent_events as events on events.agent_key = untold_agents.agent_key
    join agent_contexts as contexts
        on
            contexts.agent_key = events.agent_key
            and contexts.context_key = events.context_key
            and contexts.agent_session_id is null
    join agent_state_names as names on names.name_key = events.name_key
    window agent as (
        partition by events.agent_key
        order by
            events.at_ms,
            events.sequence nulls last,
            names.rank,
            case
                when substr(events.identity, 1, 1) = '-' then agents.agent_id || events.identity
                else substr(events.identity, 2)
            end
        rows between unbounded preceding and current row
    )
),

after_logouts as (
    select
        agent_key,
        event_key,
        at_ms,
        is_logout,
        logout_number,
        max(case when is_logout = 1 then logout_number else 0 end) over (
            partition by agent_key, channel_number
            order by position
            rows between unbounded preceding and current row
        ) as channel_logout_number
    from untold
),

logouts as (
    select
        agent_key,
        logout_number,
        at_ms,
        lag(logout_number, 1, 0) over (partition by agent_key, channel_number order by position) as previous_logout_number
    from untold
    where is_logout = 1
),

-- Each logged-out closes a session of its own, or belongs to the one that the logged-out before it closes.
closings as (
    select
        agent_key,
        logout_number,
        at_ms,
        1 as session_number,
        logout_number as first_logout_number
    from logouts
    where logout_number = 1
    union all
    select
        logouts.agent_key,
        logouts.logout_number,
        logouts.at_ms,
        case
            when logouts.at_ms <= closings.at_ms + 5000 and logouts.previous_logout_number < closings.first_logout_number
                then closings.session_number
            else closings.session_number + 1
        end,
        case
            when logouts.at_ms <= closings.at_ms + 5000 and logouts.previous_logout_number < closings.first_logout_number
                then closings.first_logout_number
            else logouts.logout_number
        end
    from closings
    join logouts
        on logouts.agent_key = closings.agent_key and logouts.logout_number = closings.logout_number + 1
),

derived as (
    select
        events.agent_key,
        events.event_key,
        events.at_ms,
        case
            when closings.session_number is null then 1
            when events.is_logout = 1 then closings.session_number
            when events.at_ms <= closings.at_ms + 5000 and events.channel_logout_number < closings.first_logout_number
                then closings.session_number
            else closings.session_number + 1
        end as session_number
    from after_logouts as events
    left join closings
        on closings.agent_key = events.agent_key and closings.logout_number = events.logout_number
),

starts as (
    select
        agent_key,
        session_number,
        min(at_ms) as started_at_ms
    from derived
    group by agent_key, session_number
),

derived_sessions as (
    select
        derived.event_key,
        starts.started_at_ms
    from derived
    join starts on starts.agent_key = derived.agent_key and starts.session_number = derived.session_number
),

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
        names.rank,
        names.is_logout,
        names.is_marker,
        case
            when substr(events.identity, 1, 1) = '-' then agents.agent_id || events.identity
            else substr(events.identity, 2)
        end as event_id,
        case when events.at_ms < dated_dumps.starts_at_ms then 1 else 0 end as is_late
    from agents_to_rebuild as touched
    join agents on agents.agent_key = touched.agent_key
    join agent_events as events on events.agent_key = touched.agent_key
    join agent_contexts as contexts
        on contexts.agent_key = events.agent_key and contexts.context_key = events.context_key
    join agent_state_names as names on names.name_key = events.name_key
    left join dated_dumps on dated_dumps.dump_key = events.first_dump_key
    left join derived_sessions on derived_sessions.event_key = events.event_key
    where touched.agent_key between :from_key and :to_key
)

select
    agent_key,
    channel_number,
    session_started_at_ms,
    row_number() over (
        partition by agent_key, channel_number, session_started_at_ms
        order by at_ms, sequence nulls last, rank, event_id
    ) as activity_number,
    event_key,
    name_key,
    context_key,
    at_ms,
    ended_at_ms,
    is_logout,
    is_marker,
    is_late
from steps
