-- one row per event the sequence table does not hold
-- key: event
-- from: customer_sessions, sequence_transitions, contact_event_names
-- note: is_known says whether the reference of events knows it all the same
with names as (
    select
        event,
        max(is_known) as is_known
    from contact_event_names
    group by event
)

select
    transitions.event,
    coalesce(max(names.is_known), 0) as is_known,
    count(*) as event_count,
    count(distinct transitions.contact_key) as contact_count
from customer_sessions as sessions
join sequence_transitions as transitions on transitions.contact_key = sessions.contact_key
left join names on names.event = transitions.event
where sessions.started_day >= :from_day
    and sessions.started_day <= :to_day
    and transitions.verdict = 'not-in-table'
group by transitions.event
order by event_count desc, transitions.event
