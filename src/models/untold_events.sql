-- untold_events: one row per event of an agent whose session nobody named, in the order of the agent's events
-- key: agent_key, position; a working table, held only while a slice of agents is rebuilt
-- from: agent_contexts, agents, agent_events, agent_state_names
-- note: of all channels together, since a session is the agent's
with
untold_agents as (
    select distinct agent_key
    from agent_contexts
    where agent_session_id is null
)

select
    events.agent_key,
    row_number() over (
        partition by events.agent_key
        order by
            events.at_ms,
            events.sequence nulls last,
            names.rank,
            case
                when substr(events.identity, 1, 1) = '-' then agents.agent_id || events.identity
                else substr(events.identity, 2)
            end
    ) as position,
    events.event_key,
    ',' || cast(contexts.channel_number as text) || ',' as channel,
    events.at_ms,
    names.is_logout
from untold_agents
join agents on agents.agent_key = untold_agents.agent_key
join agent_events as events on events.agent_key = untold_agents.agent_key
join agent_contexts as contexts
    on
        contexts.agent_key = events.agent_key
        and contexts.context_key = events.context_key
        and contexts.agent_session_id is null
join agent_state_names as names on names.name_key = events.name_key
