-- One row per dump loaded since an edition and queue: its events of contacts of the period, by what they did to it.
-- Key: dump_key, queue; the empty queue is all contacts of the period, whatever queues they were in.
-- From: customer_sessions, queue_visits, contact_events, contact_event_copies, dumps, calendar_days.
-- Late: happened before what the edition's data went up to, or before the day of its dump. A contact that began earlier is of the period while it lasts.
with touched as (
    select contact_key
    from customer_sessions
    where started_day >= :earliest_day
        and started_day <= :to_day
        and (started_day >= :from_day or coalesce(ended_at_ms, :starts_at_ms) >= :starts_at_ms)
    union
    select contact_key
    from queue_visits
    where entered_day >= :from_day and entered_day <= :to_day
),

dated_dumps as (
    select
        dumps.dump_key,
        named_days.starts_at_ms
    from dumps
    join calendar_days as named_days on named_days.day = dumps.named_day
    where dumps.dump_key > :last_dump_key
),

brought as (
    select
        events.first_dump_key as dump_key,
        events.contact_key,
        case when events.at_ms <= :data_up_to_ms or events.at_ms < dated_dumps.starts_at_ms then 1 else 0 end as is_late,
        0 as is_revised
    from touched
    join contact_events as events on events.contact_key = touched.contact_key
    left join dated_dumps on dated_dumps.dump_key = events.first_dump_key
    where events.first_dump_key > :last_dump_key
    union all
    select
        copies.dump_key,
        copies.contact_key,
        0 as is_late,
        1 as is_revised
    from touched
    join contact_event_copies as copies on copies.contact_key = touched.contact_key
    join contact_events as events on events.contact_key = copies.contact_key and events.identity = copies.identity
    where copies.dump_key > :last_dump_key
        and events.first_dump_key <= :last_dump_key
),

summed as (
    select
        dump_key,
        contact_key,
        cast(sum(is_late) as bigint) as late_count,
        cast(sum(is_revised) as bigint) as revised_count,
        count(*) as event_count
    from brought
    group by dump_key, contact_key
),

places as (
    select distinct
        contact_key,
        coalesce(queue_id, queue_name, '') as queue
    from queue_visits
    union
    select
        contact_key,
        '' as queue
    from touched
)

select
    summed.dump_key,
    places.queue as scope_id,
    cast(sum(summed.late_count) as bigint) as late_count,
    cast(sum(summed.revised_count) as bigint) as revised_count,
    cast(sum(summed.event_count - summed.late_count - summed.revised_count) as bigint) as further_count
from summed
join places on places.contact_key = summed.contact_key
group by summed.dump_key, places.queue
order by summed.dump_key, places.queue
