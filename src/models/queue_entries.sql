-- One row per `parked` of a contact with several, and whether it enters the queue or an offer came back to it.
-- Key: contact_key, activity_number. A working table: held only while a slice of contacts is rebuilt.
-- From: contact_totals, customer_activities, contact_event_names.
-- Asked twice: over all legs for the session's queue_count, and over the customer leg alone for its visits.
with parked as (
    select
        activities.contact_key,
        activities.activity_number,
        activities.leg,
        (
            select before.activity_number
            from customer_activities as before
            join contact_event_names as names on names.name_key = before.name_key
            where before.contact_key = activities.contact_key
                and before.activity_number < activities.activity_number
                and names.keeps_queue_entry = 0
            order by before.activity_number desc
            limit 1
        ) as before_number,
        (
            select before.activity_number
            from customer_activities as before
            join contact_event_names as names on names.name_key = before.name_key
            where before.contact_key = activities.contact_key
                and before.activity_number < activities.activity_number
                and before.leg = 'customer'
                and names.keeps_queue_entry = 0
            order by before.activity_number desc
            limit 1
        ) as customer_before_number
    from contact_totals as totals
    cross join customer_activities as activities
    cross join contact_event_names as names
    where totals.parked_count > 1
        and activities.contact_key = totals.contact_key
        and names.name_key = activities.name_key
        and names.measure = 'queue'
)
select
    parked.contact_key,
    parked.activity_number,
    case
        when exists (
            select 1
            from customer_activities as before
            join contact_event_names as before_names on before_names.name_key = before.name_key
            join customer_activities as between_them
                on between_them.contact_key = before.contact_key
                and between_them.activity_number > before.activity_number
                and between_them.activity_number < parked.activity_number
            join contact_event_names as names on names.name_key = between_them.name_key
            where before.contact_key = parked.contact_key
                and before.activity_number = parked.before_number
                and before_names.measure = 'queue'
                and names.measure = 'ringing'
        ) then 0
        else 1
    end as is_entry,
    case
        when parked.leg <> 'customer' then null
        when exists (
            select 1
            from customer_activities as before
            join contact_event_names as before_names on before_names.name_key = before.name_key
            join customer_activities as between_them
                on between_them.contact_key = before.contact_key
                and between_them.activity_number > before.activity_number
                and between_them.activity_number < parked.activity_number
                and between_them.leg = 'customer'
            join contact_event_names as names on names.name_key = between_them.name_key
            where before.contact_key = parked.contact_key
                and before.activity_number = parked.customer_before_number
                and before_names.measure = 'queue'
                and names.measure = 'ringing'
        ) then 0
        else 1
    end as is_customer_entry
from parked
