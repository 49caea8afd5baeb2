-- agent_markers: one row per agent session, channel and context of its markers (skill-update), which are events but no stays
-- key: agent_key, agent_session_id, channel_id, context_key; a working table, held only while a slice of agents is rebuilt
-- from: agent_steps, agent_contexts, agents
-- note: last_number is that of the stay before the last of them
select
    steps.agent_key,
    coalesce(contexts.agent_session_id, agents.agent_id || '-' || cast(steps.session_started_at_ms as text)) as agent_session_id,
    contexts.channel_id,
    steps.context_key,
    min(steps.at_ms) as first_at_ms,
    max(steps.at_ms) as last_at_ms,
    max(steps.activity_number) as last_number,
    count(*) as event_count,
    cast(sum(steps.is_late) as bigint) as late_event_count
from agent_steps as steps
join agents on agents.agent_key = steps.agent_key
join agent_contexts as contexts
    on
        contexts.agent_key = steps.agent_key
        and contexts.context_key = steps.context_key
        and contexts.channel_number = steps.channel_number
where steps.is_marker = 1
group by
    steps.agent_key,
    coalesce(contexts.agent_session_id, agents.agent_id || '-' || cast(steps.session_started_at_ms as text)),
    contexts.channel_id,
    steps.context_key
