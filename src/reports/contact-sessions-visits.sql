-- one row per channel type, and per queue where :by_queue is 1, and per slot: half-hour, day, or (:slot_ms 0) the whole period
-- key: channel_type, queue_key, slot_at_ms
-- from: queue_visits, calendar_days
-- note: waits are those of answered visits, queue and ringing together (clock K1); percentiles by nearest rank
with visits as (
    select
        coalesce(lower(visits.channel_type), 'telephony') as channel_type,
        case when :by_queue = 1 then coalesce(visits.queue_id, visits.queue_name, '') else '' end as queue_key,
        case when :by_queue = 1 then visits.queue_id end as queue_id,
        case when :by_queue = 1 then visits.queue_name end as queue_name,
        case
            when :slot_ms = 0 then 0
            else days.starts_at_ms + (visits.entered_at_ms - days.starts_at_ms) / :slot_ms * :slot_ms
        end as slot_at_ms,
        visits.outcome,
        visits.wait_ms,
        visits.service_level_ms,
        case when visits.is_counted = 1 then visits.outcome end as counted_outcome,
        case when visits.wait_ms <= visits.service_level_ms then 1 else 0 end as is_in_time,
        case when visits.wait_ms < visits.short_abandon_ms then 1 else 0 end as is_short,
        visits.is_counted,
        visits.is_callback
    from queue_visits as visits
    join calendar_days as days on days.day = visits.entered_day
    where visits.entered_day >= :from_day
        and visits.entered_day <= :to_day
        and visits.direction = 'inbound'
),

ranked as (
    select
        visits.*,
        row_number() over (
            partition by channel_type, queue_key, slot_at_ms, counted_outcome
            order by wait_ms
        ) as position,
        count(*) over (partition by channel_type, queue_key, slot_at_ms, counted_outcome) as outcome_count
    from visits
)

select
    channel_type,
    queue_key,
    slot_at_ms,
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
    count(case when is_counted = 0 and is_callback = 0 and outcome = 'waiting' then 1 end) as waiting_count,
    count(case when is_counted = 0 and is_callback = 0 and outcome <> 'waiting' then 1 end) as left_out_count,
    cast(sum(case when counted_outcome = 'answered' then wait_ms end) as bigint) as wait_ms,
    max(case when counted_outcome = 'answered' and position = (outcome_count + 1) / 2 then wait_ms end)
        as median_wait_ms,
    max(case when counted_outcome = 'answered' and position = (outcome_count * 9 + 9) / 10 then wait_ms end)
        as p90_wait_ms,
    max(case when counted_outcome in ('answered', 'abandoned') then wait_ms end) as longest_wait_ms
from ranked
group by channel_type, queue_key, slot_at_ms
order by channel_type, queue_key, slot_at_ms
