-- one row per contact that left before anybody spoke to it, short ones included
-- key: contact_id
-- from: customer_sessions
-- note: in the order they began
select
    contact_id,
    coalesce(lower(channel_type), 'telephony') as channel_type,
    coalesce(lower(direction), case when is_outdial = 1 then 'outdial' else 'inbound' end) as direction,
    origin,
    destination,
    entry_point_name,
    coalesce(last_queue_name, last_queue_id) as queue,
    started_at_ms,
    ended_at_ms,
    total_ms,
    queue_ms,
    ringing_ms,
    queue_ms + ringing_ms as wait_ms,
    offer_count,
    handle_type,
    abandoned_type,
    terminating_end,
    reason_code
from customer_sessions
where started_day >= :from_day
    and started_day <= :to_day
    and handle_type in ('abandoned', 'short')
order by started_at_ms, contact_id
