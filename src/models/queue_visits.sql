-- One row per visit of a contact to a queue, on its customer leg.
-- Key: contact_key, visit_number.
-- From: queue_spans, customer_activities, contact_event_names, event_contexts, customer_sessions, queue_thresholds.
-- A visit lasts until it is answered, leaves unanswered, or the next one begins (README, decision 10).
with measured as (
    select
        spans.contact_key,
        spans.visit_number,
        min(activities.started_at_ms) filter (where names.measure = 'ringing') as offered_at_ms,
        count(*) filter (where names.measure = 'ringing') as offer_count,
        cast(sum(activities.duration_ms) filter (where names.measure = 'queue') as bigint) as queue_ms
    from queue_spans as spans
    cross join customer_activities as activities
    cross join contact_event_names as names
    where activities.contact_key = spans.contact_key
        and activities.activity_number >= spans.activity_number
        and activities.activity_number < coalesce(spans.left_at_number, spans.next_at_number, 9007199254740991)
        and activities.leg = 'customer'
        and names.name_key = activities.name_key
    group by spans.contact_key, spans.visit_number
),
told as (
    select
        spans.contact_key,
        spans.visit_number,
        spans.activity_number,
        spans.entered_at_ms,
        case when coalesce(spans.queue_id, spans.queue_name) is null then contexts.queue_id else spans.queue_id end
            as queue_id,
        case when coalesce(spans.queue_id, spans.queue_name) is null then contexts.queue_name else spans.queue_name end
            as queue_name,
        coalesce(names.visit_outcome, case when spans.next_at_number is null then 'waiting' else 'breakout' end)
            as outcome,
        coalesce(activities.started_at_ms, spans.next_at_ms) as left_at_ms
    from queue_spans as spans
    left join customer_activities as activities
        on activities.contact_key = spans.contact_key and activities.activity_number = spans.left_at_number
    left join contact_event_names as names on names.name_key = activities.name_key
    left join event_contexts as contexts on contexts.context_key = activities.context_key
),
placed as (
    select
        told.*,
        sessions.channel_type,
        coalesce(lower(sessions.direction), case when sessions.is_outdial = 1 then 'outdial' else 'inbound' end)
            as direction,
        case when told.activity_number > rebuilt.callback_at_number then 1 else 0 end as is_callback,
        case
            when rebuilt.has_start = 0 or told.outcome = 'waiting' then 0
            when sessions.is_open = 1 or sessions.is_stale = 1 or sessions.is_truncated = 1 then 0
            else 1
        end as is_whole
    from told
    join rebuilt_sessions as rebuilt on rebuilt.contact_key = told.contact_key
    join customer_sessions as sessions on sessions.contact_key = told.contact_key
)
select
    placed.contact_key,
    placed.visit_number,
    placed.queue_id,
    placed.queue_name,
    placed.channel_type,
    placed.direction,
    placed.entered_at_ms,
    (
        select calendar_days.day
        from calendar_days
        where calendar_days.starts_at_ms <= placed.entered_at_ms
        order by calendar_days.starts_at_ms desc
        limit 1
    ) as entered_day,
    measured.offered_at_ms,
    case when placed.outcome = 'answered' then placed.left_at_ms end as answered_at_ms,
    case when placed.outcome not in ('answered', 'waiting') then placed.left_at_ms end as left_at_ms,
    placed.outcome,
    placed.left_at_ms - placed.entered_at_ms as wait_ms,
    coalesce(measured.queue_ms, 0) as queue_ms,
    measured.offer_count,
    coalesce(by_id.service_level_ms, by_name.service_level_ms, general.service_level_ms) as service_level_ms,
    coalesce(by_id.short_abandon_ms, by_name.short_abandon_ms, general.short_abandon_ms) as short_abandon_ms,
    placed.is_callback,
    case when placed.is_whole = 1 and placed.is_callback = 0 and placed.direction = 'inbound' then 1 else 0 end
        as is_counted
from placed
join measured on measured.contact_key = placed.contact_key and measured.visit_number = placed.visit_number
join queue_thresholds as general on general.queue = ''
left join queue_thresholds as by_id on by_id.queue = placed.queue_id
left join queue_thresholds as by_name on by_name.queue = placed.queue_name
