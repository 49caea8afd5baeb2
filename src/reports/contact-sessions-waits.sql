-- one row per channel type, and per queue where :by_queue is 1, and per slot of :slot_ms (0: the whole period)
-- key: channel_type, queue_key, slot_at_ms
-- from: queue_visits, calendar_days
-- note: percentiles of the waits of answered visits, by nearest rank: of ten waits the fifth and the ninth
with answered as (
    select
        coalesce(lower(visits.channel_type), 'telephony') as channel_type,
        case when :by_queue = 1 then coalesce(visits.queue_id, visits.queue_name, '') else '' end as queue_key,
        case
            when :slot_ms = 0 then 0
            else days.starts_at_ms + (visits.entered_at_ms - days.starts_at_ms) / :slot_ms * :slot_ms
        end as slot_at_ms,
        visits.wait_ms
    from queue_visits as visits
    join calendar_days as days on days.day = visits.entered_day
    where visits.entered_day >= :from_day
        and visits.entered_day <= :to_day
        and visits.direction = 'inbound'
        and visits.is_counted = 1
        and visits.outcome = 'answered'
),

ranked as (
    select
        channel_type,
        queue_key,
        slot_at_ms,
        wait_ms,
        row_number() over (partition by channel_type, queue_key, slot_at_ms order by wait_ms) as position,
        count(*) over (partition by channel_type, queue_key, slot_at_ms) as answered_count
    from answered
)

select
    channel_type,
    queue_key,
    slot_at_ms,
    max(case when position = (answered_count + 1) / 2 then wait_ms end) as median_wait_ms,
    max(case when position = (answered_count * 9 + 9) / 10 then wait_ms end) as p90_wait_ms
from ranked
where position = (answered_count + 1) / 2
    or position = (answered_count * 9 + 9) / 10
group by channel_type, queue_key, slot_at_ms
order by channel_type, queue_key, slot_at_ms
