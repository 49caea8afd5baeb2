-- one row per half-hour and handle type: inbound telephone contacts by the half-hour they began in
-- key: half_hour_at_ms, handle_type
-- from: customer_sessions, calendar_days
-- note: half-hours are counted from the local day's first instant, so a day of the clock change has 46 or 50
with contacts as (
    select
        days.starts_at_ms + (sessions.started_at_ms - days.starts_at_ms) / 1800000 * 1800000 as half_hour_at_ms,
        coalesce(sessions.handle_type, 'not told') as handle_type
    from customer_sessions as sessions
    join calendar_days as days on days.day = sessions.started_day
    where sessions.started_day >= :from_day
        and sessions.started_day <= :to_day
        and coalesce(lower(sessions.channel_type), 'telephony') = 'telephony'
        and coalesce(lower(sessions.direction), case when sessions.is_outdial = 1 then 'outdial' else 'inbound' end)
            = 'inbound'
)

select
    half_hour_at_ms,
    handle_type,
    count(*) as contact_count
from contacts
group by half_hour_at_ms, handle_type
order by half_hour_at_ms, handle_type
