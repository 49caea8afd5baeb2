-- One row per event of a contact.
-- Key: contact_key, activity_number.
-- From: contact_steps, consult_legs, contact_event_names.
-- An event without a delivered end lasts until the first later event that closes it (README, decision 2).
select
    step.contact_key,
    step.activity_number,
    step.event_key,
    step.name_key,
    step.context_key,
    names.event,
    names.is_known,
    names.is_in_table,
    step.at_ms as started_at_ms,
    case
        when step.ended_at_ms is not null then step.ended_at_ms
        when step.closed_by_mask = 0 then step.at_ms
        else (
            select closing.at_ms
            from contact_steps as closing
            where closing.contact_key = step.contact_key
                and closing.activity_number > step.activity_number
                and (closing.bit & step.closed_by_mask) <> 0
            order by closing.activity_number
            limit 1
        )
    end as ended_at_ms,
    step.previous_event,
    next_names.event as next_event,
    case when legs.contact_key is null then 'customer' else 'consult' end as leg
from contact_steps as step
join contact_event_names as names on names.name_key = step.name_key
left join contact_steps as next_step
    on next_step.contact_key = step.contact_key and next_step.activity_number = step.activity_number + 1
left join contact_event_names as next_names on next_names.name_key = next_step.name_key
left join consult_legs as legs
    on legs.contact_key = step.contact_key and legs.activity_number = step.activity_number
order by step.contact_key, step.activity_number
