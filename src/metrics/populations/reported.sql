-- one row per inbound contact of which the vendor delivered its own figures
-- key: contact_key
-- from: contacts (put in front), reported_sessions
-- note: times are told for truncated contacts alone, whose own events are not all there
select
    contacts.contact_key,
    contacts.contact_id,
    contacts.at_ms,
    contacts.channel_type,
    contacts.queue_id,
    contacts.queue_name,
    contacts.entry_point_id,
    contacts.entry_point_name,
    contacts.started_at_ms,
    contacts.is_truncated,
    0 as is_left_out,
    case when reported.is_within_service_level = 1 then 1 else 0 end as is_within_service_level,
    case when reported.is_within_service_level is null then 0 else 1 end as is_flagged,
    case when contacts.is_truncated = 1 or contacts.is_reported = 1 then reported.queue_ms end as queue_ms,
    case
        when (contacts.is_truncated = 1 or contacts.is_reported = 1) and reported.connected_ms > 0
            then reported.connected_ms
            + coalesce(reported.hold_ms, 0)
            + coalesce(reported.conference_ms, 0)
            + coalesce(reported.wrapup_ms, 0)
    end as handle_ms
from contacts
join reported_sessions as reported on reported.contact_key = contacts.contact_key
where contacts.is_inbound = 1
