-- one row per visit of an inbound contact to a queue, with what it counts as under the clock and thresholds asked for
-- key: contact_key, visit_number
-- from: queue_visits, customer_sessions, queue_thresholds, customer_activities, contact_event_names, event_contexts
-- note: site, team and agent are those of the answer; a threshold that is bound takes the place of the stored one
with visits as (
    select
        visits.*,
        sessions.contact_id,
        sessions.started_at_ms,
        sessions.entry_point_id,
        sessions.entry_point_name,
        case
            when cast(:attribution as text) = 'end' then coalesce(visits.answered_at_ms, visits.left_at_ms)
            else visits.entered_at_ms
        end as at_ms,
        case cast(:clock as text)
            when 'K2' then visits.queue_ms
            when 'K3' then coalesce(visits.answered_at_ms, visits.left_at_ms) - sessions.started_at_ms
            else visits.wait_ms
        end as clocked_ms,
        coalesce(cast(:service_level_ms as bigint), visits.service_level_ms) as in_time_ms,
        coalesce(cast(:short_abandon_ms as bigint), visits.short_abandon_ms) as short_ms,
        coalesce(cast(:formula as text), by_id.formula, by_name.formula, general.formula) as formula,
        (
            select activities.context_key
            from customer_activities as activities
            join contact_event_names as names on names.name_key = activities.name_key
            where activities.contact_key = visits.contact_key
                and activities.started_at_ms = visits.answered_at_ms
                and activities.leg = 'customer'
                and names.visit_outcome = 'answered'
            order by activities.activity_number
            limit 1
        ) as answer_key
    from queue_visits as visits
    join customer_sessions as sessions on sessions.contact_key = visits.contact_key
    join queue_thresholds as general on general.queue = ''
    left join queue_thresholds as by_id on by_id.queue = visits.queue_id
    left join queue_thresholds as by_name on by_name.queue = visits.queue_name
    where visits.entered_day >= :from_day
        and visits.entered_day <= :to_day
        and visits.direction = 'inbound'
)

select
    visits.contact_key,
    visits.contact_id,
    visits.visit_number,
    visits.at_ms,
    coalesce(lower(visits.channel_type), 'telephony') as channel_type,
    coalesce(visits.queue_id, visits.queue_name) as queue_id,
    coalesce(visits.queue_name, visits.queue_id) as queue_name,
    coalesce(visits.entry_point_id, visits.entry_point_name) as entry_point_id,
    coalesce(visits.entry_point_name, visits.entry_point_id) as entry_point_name,
    coalesce(answers.site_id, answers.site_name) as site_id,
    coalesce(answers.site_name, answers.site_id) as site_name,
    coalesce(answers.team_id, answers.team_name) as team_id,
    coalesce(answers.team_name, answers.team_id) as team_name,
    coalesce(answers.agent_id, answers.agent_name) as agent_id,
    coalesce(answers.agent_name, answers.agent_id) as agent_name,
    visits.entered_at_ms,
    visits.answered_at_ms,
    coalesce(visits.answered_at_ms, visits.left_at_ms) as left_at_ms,
    visits.outcome,
    visits.clocked_ms as wait_ms,
    visits.offer_count,
    visits.formula,
    visits.in_time_ms as service_level_ms,
    visits.short_ms as short_abandon_ms,
    visits.is_counted,
    visits.is_callback,
    case when visits.is_counted = 0 and visits.is_callback = 0 and visits.outcome = 'waiting' then 1 else 0 end
        as is_waiting,
    case when visits.is_counted = 0 and visits.is_callback = 0 then 1 else 0 end as is_left_out,
    case when visits.is_counted = 1 and visits.outcome = 'answered' then 1 else 0 end as is_answered,
    case when visits.is_counted = 1 and visits.outcome = 'abandoned' then 1 else 0 end as is_abandoned,
    case when visits.is_counted = 1 and visits.outcome = 'callback' then 1 else 0 end as is_callback_taken,
    case when visits.is_counted = 1 and visits.outcome = 'breakout' then 1 else 0 end as is_breakout,
    case when visits.clocked_ms <= visits.in_time_ms then 1 else 0 end as is_in_time,
    case when visits.clocked_ms < visits.short_ms then 1 else 0 end as is_short
from visits
left join event_contexts as answers on answers.context_key = visits.answer_key
where visits.at_ms >= :starts_at_ms
    and visits.at_ms < :ends_at_ms
