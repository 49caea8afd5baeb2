-- One row per event of a contact.
-- Key: contact_key, activity_number.
-- From: contact_steps, contact_event_names.
-- Only contacts with a `new` after their first event are looked at for consult legs (README, decisions 2 and 3).
with second_start as (
    select distinct contact_key
    from contact_steps
    where activity_number > 1 and bit = (select max(bit) from contact_event_names where event = 'new')
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
    cross join contact_steps as step
    cross join contact_event_names as names
    where step.contact_key = second_start.contact_key and names.name_key = step.name_key
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
)
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
    case when consult_leg.contact_key is null then 'customer' else 'consult' end as leg
from contact_steps as step
join contact_event_names as names on names.name_key = step.name_key
left join contact_steps as next_step
    on next_step.contact_key = step.contact_key and next_step.activity_number = step.activity_number + 1
left join contact_event_names as next_names on next_names.name_key = next_step.name_key
left join consult_leg
    on consult_leg.contact_key = step.contact_key and consult_leg.activity_number = step.activity_number
order by step.contact_key, step.activity_number
