-- agent_context_keys: one row per agent and context of its events
-- key: agent_key, context_key; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, agent_events
-- note: the events are many and their contexts few: whatever a context tells is found out once for each
select distinct
    events.agent_key,
    events.context_key
from agents_to_rebuild as touched
join agent_events as events on events.agent_key = touched.agent_key
where touched.agent_key between :from_key and :to_key
