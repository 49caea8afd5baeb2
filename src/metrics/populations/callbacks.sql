-- one row per inbound contact whose customer took a callback instead of waiting
-- key: contact_key
-- from: contacts (put in front), queue_visits
-- note: each visit after that is an attempt; the contact is reached where an agent answers one of them
with taken as (
    select
        visits.contact_key,
        min(case when visits.outcome = 'callback' then visits.left_at_ms end) as requested_at_ms,
        min(case when visits.outcome = 'callback' then visits.visit_number end) as requested_number,
        cast(sum(visits.is_callback) as bigint) as attempt_count,
        min(case when visits.is_callback = 1 then visits.answered_at_ms end) as reached_at_ms
    from contacts
    join queue_visits as visits on visits.contact_key = contacts.contact_key
    where contacts.is_inbound = 1
    group by visits.contact_key
)

select
    contacts.contact_key,
    contacts.contact_id,
    contacts.at_ms,
    contacts.channel_type,
    coalesce(requests.queue_id, requests.queue_name) as queue_id,
    coalesce(requests.queue_name, requests.queue_id) as queue_name,
    contacts.entry_point_id,
    contacts.entry_point_name,
    contacts.started_at_ms,
    contacts.is_whole as is_requested,
    1 - contacts.is_whole as is_left_out,
    contacts.is_whole * taken.attempt_count as attempt_count,
    case when contacts.is_whole = 1 and taken.reached_at_ms is not null then 1 else 0 end as is_reached,
    case when contacts.is_whole = 1 and taken.reached_at_ms is null and taken.attempt_count > 0 then 1 else 0 end as is_failed,
    case when contacts.is_whole = 1 and taken.attempt_count = 0 then 1 else 0 end as is_not_attempted,
    case when contacts.is_whole = 1 then taken.reached_at_ms - taken.requested_at_ms end as time_to_callback_ms
from taken
join contacts on contacts.contact_key = taken.contact_key
join queue_visits as requests
    on requests.contact_key = taken.contact_key
    and requests.visit_number = taken.requested_number
