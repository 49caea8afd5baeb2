-- One row per event of a contact, with what the event carried.
-- Key: contact_id, activity_number.
-- From: customer_activities, contact_events, event_contexts, contact_event_names, dumps.
-- Days select whole contacts by the day they began; ordered by key, a page begins after it.
select
    s.contact_id,
    a.activity_number,
    a.event,
    n.spelling as source_event,
    a.is_known,
    a.is_in_table,
    a.started_at_ms,
    a.ended_at_ms,
    a.duration_ms,
    a.previous_event,
    a.next_event,
    x.agent_id,
    x.agent_name,
    x.agent_session_id,
    x.queue_id,
    x.queue_name,
    x.entry_point_id,
    x.entry_point_name,
    x.site_id,
    x.site_name,
    x.team_id,
    x.team_name,
    x.reason_code,
    a.leg,
    case when e.identity like '-%' then s.contact_id || e.identity else substr(e.identity, 2) end as event_id,
    d.name as dump_file,
    e.dump_line
from customer_sessions as s
inner join customer_activities as a on a.contact_key = s.contact_key
inner join contact_events as e on e.event_key = a.event_key
inner join event_contexts as x on x.context_key = e.context_key
inner join contact_event_names as n on n.name_key = e.name_key
inner join dumps as d on d.dump_key = e.dump_key
where s.contact_id >= :after_id
  and (s.contact_id > :after_id or a.activity_number > :after_number)
  and (:from_day = '' or s.started_day >= :from_day)
  and (:to_day = '' or s.started_day <= :to_day)
order by s.contact_id, a.activity_number
limit :page_size
