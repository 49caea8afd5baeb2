-- One row per finding of the sequence check.
-- Key: contact_key, activity_number.
-- From: contacts_in_check, sequence_transitions, contacts, customer_activities, sequence_cells.
-- The previous event is the event of the sequence table just before, whether or not it moved the state.
select
    judged.contact_key,
    contacts.contact_id,
    judged.activity_number,
    activities.started_at_ms as at_ms,
    judged.state,
    coalesce(
        (
            select earlier.event
            from customer_activities as earlier
            where earlier.contact_key = judged.contact_key
                and earlier.activity_number < judged.activity_number
                and earlier.is_in_table = 1
            order by earlier.activity_number desc
            limit 1
        ),
        'no-contact'
    ) as previous_event,
    judged.event,
    judged.verdict as kind,
    case when judged.verdict = 'not-accepted' and cells.confidence = 'high' then 'error' else 'warning' end as severity,
    cells.confidence,
    cells.table_name,
    cast(:table_version as text) as table_version
from contacts_in_check as checked
cross join sequence_transitions as judged
join contacts on contacts.contact_key = judged.contact_key
join customer_activities as activities
    on activities.contact_key = judged.contact_key and activities.activity_number = judged.activity_number
join sequence_cells as cells
    on cells.table_name = :table_name and cells.state = judged.state and cells.event = judged.event
where checked.contact_key between :from_key and :to_key
    and judged.contact_key = checked.contact_key
    and judged.verdict in ('not-accepted', 'no-start')
order by checked.contact_key, judged.activity_number
