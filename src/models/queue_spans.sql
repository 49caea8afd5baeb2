-- One row per visit of a contact to a queue on its customer leg: where it begins, what ends it and where the next begins.
-- Key: contact_key, visit_number. A working table: held only while a slice of contacts is rebuilt.
-- From: contact_steps, customer_activities, queue_entries, contact_event_names, event_contexts.
-- A `parked` begins a visit where it enters the queue, or where its queue is another than before.
with parked as (
    select
        activities.contact_key,
        activities.activity_number,
        activities.started_at_ms,
        entries.is_customer_entry,
        contexts.queue_id,
        contexts.queue_name,
        lag(contexts.queue_id) over contact as previous_queue_id,
        lag(contexts.queue_name) over contact as previous_queue_name
    from contact_steps as steps
    cross join customer_activities as activities
    cross join event_contexts as contexts
    left join queue_entries as entries
        on entries.contact_key = activities.contact_key and entries.activity_number = activities.activity_number
    where steps.bit = (select max(bit) from contact_event_names where measure = 'queue')
        and activities.contact_key = steps.contact_key
        and activities.activity_number = steps.activity_number
        and activities.leg = 'customer'
        and contexts.context_key = activities.context_key
    window contact as (partition by steps.contact_key order by steps.activity_number)
),
visit as (
    select
        contact_key,
        row_number() over contact as visit_number,
        activity_number,
        started_at_ms as entered_at_ms,
        queue_id,
        queue_name,
        lead(activity_number) over contact as next_at_number,
        lead(started_at_ms) over contact as next_at_ms
    from parked
    where coalesce(is_customer_entry, 1) = 1
        or queue_id <> previous_queue_id
        or ((queue_id is null or previous_queue_id is null) and queue_name <> previous_queue_name)
    window contact as (partition by contact_key order by activity_number)
)
select
    visit.contact_key,
    visit.visit_number,
    visit.activity_number,
    visit.entered_at_ms,
    visit.queue_id,
    visit.queue_name,
    visit.next_at_number,
    visit.next_at_ms,
    (
        select activities.activity_number
        from customer_activities as activities
        join contact_event_names as names on names.name_key = activities.name_key
        where activities.contact_key = visit.contact_key
            and activities.activity_number > visit.activity_number
            and activities.activity_number < coalesce(visit.next_at_number, 9007199254740991)
            and activities.leg = 'customer'
            and names.visit_outcome is not null
        order by activities.activity_number
        limit 1
    ) as left_at_number
from visit
