-- agent_arrivals: one row per event of an agent, in the order in which they were stored
-- key: event_key; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, agents, agent_events, agent_state_names
-- note: an agent's events lie scattered among everybody's, so they are looked up once, in the order they are stored in, not agent by agent
with
picked as materialized (
    select events.event_key
    from agents_to_rebuild as touched
    cross join agent_events as events
    where
        touched.agent_key between :from_key and :to_key
        and events.agent_key = touched.agent_key
    order by events.event_key
)

select
    events.event_key,
    events.agent_key,
    events.name_key,
    events.context_key,
    events.at_ms,
    events.ended_at_ms,
    events.sequence,
    events.first_dump_key,
    names.rank,
    names.is_logout,
    names.is_marker,
    case
        when substr(events.identity, 1, 1) = '-' then agents.agent_id || events.identity
        else substr(events.identity, 2)
    end as event_id
from picked
cross join agent_events as events
join agents on agents.agent_key = events.agent_key
join agent_state_names as names on names.name_key = events.name_key
where events.event_key = picked.event_key
