-- agent_context_keys: one row per agent and context of its events
-- key: agent_key, context_key; a working table, held only while a slice of agents is rebuilt
-- from: agent_arrivals
-- note: the events are many and their contexts few: whatever a context tells is found out once for each
select distinct
    agent_key,
    context_key
from agent_arrivals
