-- One row per visit of a contact to a queue, on its customer leg.
-- Key: contact_key, visit_number.
-- From: queue_entries, customer_activities, contact_event_names, event_contexts, customer_sessions, queue_thresholds.
-- A visit lasts until it is answered, leaves unanswered, or the next one begins (README, decision 10).
with parked as (
    select
        entries.contact_key,
        entries.activity_number,
        entries.is_customer_entry,
        activities.started_at_ms,
        contexts.queue_id,
        contexts.queue_name,
        lag(contexts.queue_id) over contact as previous_queue_id,
        lag(contexts.queue_name) over contact as previous_queue_name
    from queue_entries as entries
    join customer_activities as activities
        on activities.contact_key = entries.contact_key and activities.activity_number = entries.activity_number
    join event_contexts as contexts on contexts.context_key = activities.context_key
    where activities.leg = 'customer'
    window contact as (partition by entries.contact_key order by entries.activity_number)
),
visit as (
    select
        contact_key,
        row_number() over contact as visit_number,
        activity_number,
        lead(activity_number) over contact as next_number,
        lead(started_at_ms) over contact as next_at_ms,
        started_at_ms as entered_at_ms,
        queue_id,
        queue_name
    from parked
    where is_customer_entry = 1
        or queue_id <> previous_queue_id
        or ((queue_id is null or previous_queue_id is null) and queue_name <> previous_queue_name)
    window contact as (partition by contact_key order by activity_number)
),
leaving as (
    select
        visit.*,
        (
            select activities.activity_number
            from customer_activities as activities
            join contact_event_names as names on names.name_key = activities.name_key
            where activities.contact_key = visit.contact_key
                and activities.activity_number > visit.activity_number
                and activities.activity_number < coalesce(visit.next_number, 9007199254740991)
                and activities.leg = 'customer'
                and names.visit_outcome is not null
            order by activities.activity_number
            limit 1
        ) as left_at_number
    from visit
),
told as (
    select
        leaving.contact_key,
        leaving.visit_number,
        leaving.activity_number,
        leaving.entered_at_ms,
        coalesce(leaving.left_at_number, leaving.next_number, 9007199254740991) as until_number,
        coalesce(leaving.next_number, 9007199254740991) as next_number,
        case when leaving.queue_id is null and leaving.queue_name is null then contexts.queue_id else leaving.queue_id end
            as queue_id,
        coalesce(leaving.queue_name, case when leaving.queue_id is null then contexts.queue_name end) as queue_name,
        coalesce(names.visit_outcome, case when leaving.next_number is null then 'waiting' else 'breakout' end)
            as outcome,
        coalesce(activities.started_at_ms, leaving.next_at_ms) as left_at_ms
    from leaving
    left join customer_activities as activities
        on activities.contact_key = leaving.contact_key and activities.activity_number = leaving.left_at_number
    left join contact_event_names as names on names.name_key = activities.name_key
    left join event_contexts as contexts on contexts.context_key = activities.context_key
),
measured as (
    select
        told.contact_key,
        told.visit_number,
        min(activities.started_at_ms) filter (
            where names.measure = 'ringing' and activities.activity_number < told.until_number
        ) as offered_at_ms,
        count(*) filter (
            where names.measure = 'ringing' and activities.activity_number < told.until_number
        ) as offer_count,
        cast(sum(activities.duration_ms) filter (where names.measure = 'queue') as bigint) as queue_ms
    from told
    join customer_activities as activities
        on activities.contact_key = told.contact_key
        and activities.activity_number >= told.activity_number
        and activities.activity_number < told.next_number
        and activities.leg = 'customer'
    join contact_event_names as names on names.name_key = activities.name_key
    group by told.contact_key, told.visit_number
),
placed as (
    select
        told.*,
        sessions.channel_type,
        coalesce(lower(sessions.direction), case when sessions.is_outdial = 1 then 'outdial' else 'inbound' end)
            as direction,
        case
            when sessions.is_open = 1 or sessions.is_stale = 1 or sessions.is_truncated = 1 then 0
            else 1
        end as is_complete,
        (
            select activities.event
            from customer_activities as activities
            where activities.contact_key = told.contact_key and activities.is_in_table = 1
            order by activities.activity_number
            limit 1
        ) as first_event,
        case
            when exists (
                select 1
                from customer_activities as activities
                join contact_event_names as names on names.name_key = activities.name_key
                where activities.contact_key = told.contact_key
                    and activities.activity_number < told.activity_number
                    and activities.leg = 'customer'
                    and names.visit_outcome = 'callback'
            ) then 1
            else 0
        end as is_callback
    from told
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
    case when placed.outcome <> 'waiting' then placed.left_at_ms - placed.entered_at_ms end as wait_ms,
    coalesce(measured.queue_ms, 0) as queue_ms,
    measured.offer_count,
    coalesce(by_id.service_level_ms, by_name.service_level_ms, general.service_level_ms) as service_level_ms,
    coalesce(by_id.short_abandon_ms, by_name.short_abandon_ms, general.short_abandon_ms) as short_abandon_ms,
    placed.is_callback,
    case
        when placed.is_complete = 1
            and placed.first_event = 'new'
            and placed.direction = 'inbound'
            and placed.is_callback = 0
            and placed.outcome <> 'waiting'
            then 1
        else 0
    end as is_counted
from placed
join measured on measured.contact_key = placed.contact_key and measured.visit_number = placed.visit_number
join queue_thresholds as general on general.queue = ''
left join queue_thresholds as by_id on by_id.queue = placed.queue_id
left join queue_thresholds as by_name on by_name.queue = placed.queue_name
