-- One row per event of a consult leg.
-- Key: contact_key, activity_number. A working table: held only while a slice of contacts is rebuilt.
-- From: contact_steps, contact_event_names.
-- Only contacts with a `new` after their first event are walked through: no other event opens a leg (README, decision 3).
with recursive second_start as (
    select distinct contact_key
    from contact_steps
    where activity_number > 1 and bit = (select max(bit) from contact_event_names where event = 'new')
),
-- After each event: whether it was of a consult leg, whether that leg goes on, and until when the customer is on hold.
walk as (
    select
        contact_key,
        cast(0 as bigint) as activity_number,
        0 as is_consult,
        0 as goes_on,
        cast(-1 as bigint) as held_until_ms
    from second_start
    union all
    select
        step.contact_key,
        step.activity_number,
        legs.is_consult,
        case when legs.is_consult = 1 and coalesce(names.ends_consult_leg, 0) = 0 then 1 else 0 end,
        case
            when legs.is_consult = 1 or names.holds_customer is null then walk.held_until_ms
            when names.holds_customer = 0 then -1
            when walk.held_until_ms > coalesce(step.ended_at_ms, 9007199254740991) then walk.held_until_ms
            else coalesce(step.ended_at_ms, 9007199254740991)
        end
    from walk
    cross join contact_steps as step
    cross join contact_event_names as names
    cross join (select 0 as is_consult union all select 1) as legs
    where step.contact_key = walk.contact_key
        and step.activity_number = walk.activity_number + 1
        and names.name_key = step.name_key
        and legs.is_consult = case
            when walk.goes_on = 1 or (names.event = 'new' and walk.held_until_ms >= step.at_ms) then 1
            else 0
        end
)
select contact_key, activity_number
from walk
where is_consult = 1
