-- One row per event of a contact.
-- Key: contact_key, activity_number.
-- From: contact_steps, contact_event_names.
-- An event without a delivered end lasts until the first later event that closes it; one that nothing closes is an instant.
with step as (
    select * from contact_steps
),
-- A `new` after the first event may open a consult leg: only contacts that have one are looked at for legs.
second_start as (
    select distinct step.contact_key
    from step
    join contact_event_names as names on names.name_key = step.name_key
    where names.event = 'new' and step.activity_number > 1
),
watched as (
    select
        step.contact_key,
        step.activity_number,
        names.event,
        max(case when names.ends_consult_leg = 1 then step.activity_number end) over earlier as leg_ended_at_number,
        max(case when names.holds_customer is not null then 2 * step.activity_number + names.holds_customer end)
            over earlier % 2 as is_held
    from second_start
    join step on step.contact_key = second_start.contact_key
    join contact_event_names as names on names.name_key = step.name_key
    window earlier as (
        partition by step.contact_key order by step.activity_number
        rows between unbounded preceding and 1 preceding
    )
),
opened as (
    select
        contact_key,
        activity_number,
        leg_ended_at_number,
        max(case when event = 'new' and is_held = 1 then activity_number end) over (
            partition by contact_key order by activity_number
            rows between unbounded preceding and current row
        ) as leg_opened_at_number
    from watched
),
consult_leg as (
    select contact_key, activity_number
    from opened
    where leg_opened_at_number > coalesce(leg_ended_at_number, 0)
),
ended as (
    select
        step.*,
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
        end as end_ms
    from step
)
select
    ended.contact_key,
    ended.activity_number,
    ended.event_key,
    ended.name_key,
    ended.context_key,
    names.event,
    names.is_known,
    names.is_in_table,
    ended.at_ms as started_at_ms,
    ended.end_ms as ended_at_ms,
    ended.end_ms - ended.at_ms as duration_ms,
    ended.previous_event,
    next_names.event as next_event,
    case when consult_leg.contact_key is null then 'customer' else 'consult' end as leg
from ended
join contact_event_names as names on names.name_key = ended.name_key
left join contact_steps as next_step
    on next_step.contact_key = ended.contact_key and next_step.activity_number = ended.activity_number + 1
left join contact_event_names as next_names on next_names.name_key = next_step.name_key
left join consult_leg
    on consult_leg.contact_key = ended.contact_key and consult_leg.activity_number = ended.activity_number
order by ended.contact_key, ended.activity_number
