-- one row per channel type, queue and half-hour: inbound visits that entered then, by how they ended
-- key: channel_type, queue_key, half_hour_at_ms
-- from: queue_visits, calendar_days
-- note: what is not counted stands beside: callback visits, visits still waiting, visits of contacts that enter no rate
with visits as (
    select
        coalesce(lower(visits.channel_type), 'telephony') as channel_type,
        coalesce(visits.queue_id, visits.queue_name, '') as queue_key,
        visits.queue_id,
        visits.queue_name,
        days.starts_at_ms + (visits.entered_at_ms - days.starts_at_ms) / 1800000 * 1800000 as half_hour_at_ms,
        case when visits.is_counted = 1 then visits.outcome end as counted_outcome,
        case when visits.is_counted = 0 and visits.is_callback = 0 then visits.outcome end as other_outcome,
        visits.is_counted,
        visits.is_callback,
        visits.wait_ms,
        visits.service_level_ms,
        case when visits.wait_ms <= visits.service_level_ms then 1 else 0 end as is_in_time,
        case when visits.wait_ms < visits.short_abandon_ms then 1 else 0 end as is_short
    from queue_visits as visits
    join calendar_days as days on days.day = visits.entered_day
    where visits.entered_day >= :from_day
        and visits.entered_day <= :to_day
        and visits.direction = 'inbound'
)

select
    channel_type,
    queue_key,
    half_hour_at_ms,
    max(queue_id) as queue_id,
    max(queue_name) as queue_name,
    min(service_level_ms) as least_service_level_ms,
    max(service_level_ms) as most_service_level_ms,
    cast(sum(is_counted) as bigint) as offered_count,
    count(case when counted_outcome = 'answered' then 1 end) as answered_count,
    count(case when counted_outcome = 'answered' and is_in_time = 1 then 1 end) as answered_in_time_count,
    count(case when counted_outcome = 'abandoned' then 1 end) as abandoned_count,
    count(case when counted_outcome = 'abandoned' and is_in_time = 1 then 1 end) as abandoned_in_time_count,
    count(case when counted_outcome = 'abandoned' and is_short = 1 then 1 end) as short_abandon_count,
    count(case when counted_outcome = 'callback' then 1 end) as callback_count,
    count(case when counted_outcome = 'callback' and is_in_time = 1 then 1 end) as callback_in_time_count,
    count(case when counted_outcome = 'breakout' then 1 end) as breakout_count,
    count(case when is_counted = 0 and is_callback = 1 then 1 end) as callback_visit_count,
    count(case when other_outcome = 'waiting' then 1 end) as waiting_count,
    count(case when other_outcome <> 'waiting' then 1 end) as left_out_count,
    cast(coalesce(sum(case when counted_outcome = 'answered' then wait_ms end), 0) as bigint) as answered_wait_ms,
    max(case when counted_outcome in ('answered', 'abandoned') then wait_ms end) as longest_wait_ms
from visits
group by channel_type, queue_key, half_hour_at_ms
order by channel_type, queue_key, half_hour_at_ms
