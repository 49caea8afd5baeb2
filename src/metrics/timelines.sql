-- one row per activity of the contacts shown, with the dump and line its event came from
-- key: contact_key, activity_number
-- from: customer_activities, contact_events, dumps, event_contexts
-- note: `shown`, the contact keys that are asked for, is put in front of it
select
    activities.contact_key,
    activities.activity_number,
    activities.event,
    activities.leg,
    activities.started_at_ms,
    activities.ended_at_ms,
    activities.duration_ms,
    coalesce(contexts.queue_name, contexts.queue_id) as queue_name,
    coalesce(contexts.agent_name, contexts.agent_id) as agent_name,
    contexts.reason_code,
    dumps.name as dump_file,
    events.dump_line
from shown
join customer_activities as activities on activities.contact_key = shown.contact_key
join contact_events as events on events.event_key = activities.event_key
join dumps on dumps.dump_key = events.dump_key
left join event_contexts as contexts on contexts.context_key = activities.context_key
order by activities.contact_key, activities.activity_number
