-- One row per event of a contact, numbered in the order of the contact's events.
-- Key: contact_key, activity_number. A working table: held only while a slice of contacts is rebuilt.
-- From: contacts_to_rebuild, contacts, contact_events, contact_event_names, dumps, calendar_days.
-- Order: instant, sequence (missing last), rank of the event, event id as bytes (README, decision 1).
with dated_dump as (
    select dumps.dump_key, calendar_days.starts_at_ms as named_day_starts_at_ms
    from dumps
    join calendar_days on calendar_days.day = dumps.named_day
)
select
    events.contact_key,
    row_number() over contact as activity_number,
    events.event_key,
    events.name_key,
    events.context_key,
    events.at_ms,
    events.ended_at_ms,
    names.bit,
    names.closed_by_mask,
    lag(names.event) over contact as previous_event,
    case when events.context_key = lag(events.context_key) over contact then 0 else 1 end as is_new_context,
    case when events.at_ms < dated_dump.named_day_starts_at_ms then 1 else 0 end as is_late
from contacts_to_rebuild as pending
join contacts on contacts.contact_key = pending.contact_key
join contact_events as events on events.contact_key = pending.contact_key
join contact_event_names as names on names.name_key = events.name_key
left join dated_dump on dated_dump.dump_key = events.first_dump_key
where pending.contact_key between :from_key and :to_key
window contact as (
    partition by events.contact_key
    order by
        events.at_ms,
        events.sequence nulls last,
        names.rank,
        case
            when substr(events.identity, 1, 1) = '-' then contacts.contact_id || events.identity
            else substr(events.identity, 2)
        end
)
