-- idle_starts: one row per instant at which idle stays of an agent begin, telephony and other channels apart: the idle code
-- key: agent_key, is_other, started_at_ms; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, agent_activities, event_contexts
-- note: of several codes the smallest, so that the order of channels never shows
select
    activities.agent_key,
    case when activities.channel_type = 'telephony' then 0 else 1 end as is_other,
    activities.started_at_ms,
    min(context.idle_code) as idle_code
from agents_to_rebuild as touched
cross join agent_activities as activities
join event_contexts as context on context.context_key = activities.context_key
where
    touched.agent_key between :from_key and :to_key
    and activities.agent_key = touched.agent_key
    and activities.kind = 'idle'
    and (activities.ended_at_ms is null or activities.ended_at_ms > activities.started_at_ms)
group by activities.agent_key, is_other, activities.started_at_ms
