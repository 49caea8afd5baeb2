-- One row per event of a consult leg.
-- Key: contact_key, activity_number. A working table: held only while a slice of contacts is rebuilt.
-- From: contact_steps, contact_event_names.
-- Only contacts with a `new` after their first event are looked at: no other event opens a leg (README, decision 3).
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
)
select contact_key, activity_number
from opened
where leg_opened_at_number > coalesce(leg_ended_at_number, 0)
