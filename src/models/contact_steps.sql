-- One row per event of a contact, numbered in the order of the contact's events.
-- Key: contact_key, activity_number. A working table: held only while a slice of contacts is rebuilt.
-- From: contacts_to_rebuild, contacts, contact_events, contact_event_names.
-- Order: instant, sequence (missing last), rank of the event, event id as bytes (README, decision 1).
select
    events.contact_key,
    row_number() over contact as activity_number,
    events.event_key,
    events.name_key,
    events.context_key,
    events.at_ms,
    events.ended_at_ms,
    events.first_dump_key,
    names.bit,
    names.closed_by_mask,
    lag(names.event) over contact as previous_event,
    case when events.context_key = lag(events.context_key) over contact then 0 else 1 end as is_new_context,
    case when events.origin is null and events.destination is null then 0 else 1 end as is_addressed
from contacts_to_rebuild as pending
cross join contacts
cross join contact_events as events
cross join contact_event_names as names
where pending.contact_key between :from_key and :to_key
    and contacts.contact_key = pending.contact_key
    and events.contact_key = pending.contact_key
    and names.name_key = events.name_key
window contact as (
    partition by pending.contact_key
    order by
        events.at_ms,
        events.sequence nulls last,
        names.rank,
        case
            when substr(events.identity, 1, 1) = '-' then contacts.contact_id || events.identity
            else substr(events.identity, 2)
        end
)
