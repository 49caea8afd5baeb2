-- one row per inbound contact that came to a queue, with the wait of its first visit
-- key: contact_key
-- from: contacts (put in front), queue_visits, queue_thresholds, reported_sessions
-- note: answered if any of its visits was, else what became of the last; threshold, formula and queue are the first visit's
with visits as (
    select
        visits.contact_key,
        max(case when visits.outcome = 'answered' then 1 else 0 end) as is_any_answered,
        max(visits.visit_number) as last_number,
        min(visits.is_counted) as is_counted
    from contacts
    join queue_visits as visits on visits.contact_key = contacts.contact_key
    where contacts.is_inbound = 1
        and visits.is_callback = 0
    group by visits.contact_key
),

told as (
    select
        contacts.contact_key,
        contacts.contact_id,
        contacts.at_ms,
        contacts.channel_type,
        coalesce(first_visits.queue_id, first_visits.queue_name) as queue_id,
        coalesce(first_visits.queue_name, first_visits.queue_id) as queue_name,
        contacts.entry_point_id,
        contacts.entry_point_name,
        contacts.started_at_ms,
        case cast(:clock as text)
            when 'K2' then first_visits.queue_ms
            when 'K3' then coalesce(first_visits.answered_at_ms, first_visits.left_at_ms) - contacts.started_at_ms
            else first_visits.wait_ms
        end as wait_ms,
        coalesce(cast(:service_level_ms as bigint), first_visits.service_level_ms) as service_level_ms,
        coalesce(cast(:short_abandon_ms as bigint), first_visits.short_abandon_ms) as short_abandon_ms,
        coalesce(cast(:formula as text), by_id.formula, by_name.formula, general.formula) as formula,
        visits.is_counted,
        case when visits.is_any_answered = 1 then 'answered' else last_visits.outcome end as outcome,
        case when visits.is_any_answered = 1 and last_visits.outcome = 'abandoned' then 1 else 0 end as is_abandoned_later
    from visits
    join contacts on contacts.contact_key = visits.contact_key
    join queue_visits as first_visits on first_visits.contact_key = visits.contact_key and first_visits.visit_number = 1
    join queue_visits as last_visits
        on last_visits.contact_key = visits.contact_key and last_visits.visit_number = visits.last_number
    join queue_thresholds as general on general.queue = ''
    left join queue_thresholds as by_id on by_id.queue = first_visits.queue_id
    left join queue_thresholds as by_name on by_name.queue = first_visits.queue_name
)

select
    told.*,
    case when is_counted = 1 then 0 else 1 end as is_left_out,
    case when is_counted = 1 and outcome = 'answered' then 1 else 0 end as is_answered,
    case when is_counted = 1 and outcome = 'abandoned' then 1 else 0 end as is_abandoned,
    case when is_counted = 1 and outcome = 'callback' then 1 else 0 end as is_callback_taken,
    case when is_counted = 1 and outcome = 'breakout' then 1 else 0 end as is_breakout,
    case when is_counted = 1 then is_abandoned_later else 0 end as is_abandoned_after_transfer,
    case when wait_ms <= service_level_ms then 1 else 0 end as is_in_time,
    case when wait_ms < short_abandon_ms then 1 else 0 end as is_short
from told
