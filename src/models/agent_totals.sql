-- agent_totals: one row per agent session and channel that has activities: what they add up to
-- key: agent_key, agent_session_id, channel_id; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, agent_activities, event_contexts
-- note: descriptive fields are the last known ones, each by itself
with
activities as (
    select activities.*
    from agents_to_rebuild as touched
    join agent_activities as activities on activities.agent_key = touched.agent_key
    where touched.agent_key between :from_key and :to_key
),

sums as (
    select
        agent_key,
        agent_session_id,
        channel_id,
        min(started_at_ms) as started_at_ms,
        max(started_at_ms) as last_event_at_ms,
        max(case when kind <> 'marker' then ended_at_ms end) as known_end_ms,
        max(case when kind = 'logged-out' then started_at_ms end) as logged_out_at_ms,
        max(case when ended_at_ms is null then 1 else 0 end) as has_endless_stay,
        cast(sum(case when activities.measure = 'idle' then 1 else 0 end) as bigint) as idle_count,
        cast(sum(case when activities.measure = 'idle' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as idle_ms,
        cast(sum(case when activities.measure = 'available' then 1 else 0 end) as bigint) as available_count,
        cast(sum(case when activities.measure = 'available' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as available_ms,
        cast(sum(case when activities.measure = 'ringing' then 1 else 0 end) as bigint) as ringing_count,
        cast(sum(case when activities.measure = 'ringing' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as ringing_ms,
        cast(sum(case when activities.measure = 'outdial_ringing' then 1 else 0 end) as bigint) as outdial_ringing_count,
        cast(sum(case when activities.measure = 'outdial_ringing' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as outdial_ringing_ms,
        cast(sum(case when activities.measure = 'connected' then 1 else 0 end) as bigint) as connected_count,
        cast(sum(case when activities.measure = 'connected' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as connected_ms,
        cast(sum(case when activities.measure = 'hold' then 1 else 0 end) as bigint) as hold_count,
        cast(sum(case when activities.measure = 'hold' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as hold_ms,
        cast(sum(case when activities.measure = 'consult' then 1 else 0 end) as bigint) as consult_count,
        cast(sum(case when activities.measure = 'consult' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as consult_ms,
        cast(sum(case when activities.measure = 'conference' then 1 else 0 end) as bigint) as conference_count,
        cast(sum(case when activities.measure = 'conference' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as conference_ms,
        cast(sum(case when activities.measure = 'wrapup' then 1 else 0 end) as bigint) as wrapup_count,
        cast(sum(case when activities.measure = 'wrapup' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as wrapup_ms,
        cast(sum(case when activities.measure = 'not_responding' then 1 else 0 end) as bigint) as not_responding_count,
        cast(sum(case when activities.measure = 'not_responding' then coalesce(activities.duration_ms, 0) else 0 end) as bigint) as not_responding_ms,
        count(transfer) as transfer_count,
        count(case when transfer = 'blind' then 1 end) as blind_transfer_count,
        count(case when transfer = 'consult' then 1 end) as consult_transfer_count,
        count(*) as event_count,
        cast(sum(is_late) as bigint) as late_event_count
    from activities
    group by agent_key, agent_session_id, channel_id
),

contexts as (
    select
        agent_key,
        agent_session_id,
        channel_id,
        context_key,
        max(activity_number) as last_number
    from activities
    group by agent_key, agent_session_id, channel_id, context_key
),

last_known as (
    select distinct
        contexts.agent_key,
        contexts.agent_session_id,
        contexts.channel_id,
        first_value(context.agent_name) over (channel order by case when context.agent_name is null then 1 else 0 end, contexts.last_number desc) as agent_name,
        first_value(context.channel_type) over (channel order by case when context.channel_type is null then 1 else 0 end, contexts.last_number desc) as channel_type,
        first_value(context.site_id) over (channel order by case when context.site_id is null then 1 else 0 end, contexts.last_number desc) as site_id,
        first_value(context.site_name) over (channel order by case when context.site_name is null then 1 else 0 end, contexts.last_number desc) as site_name,
        first_value(context.team_id) over (channel order by case when context.team_id is null then 1 else 0 end, contexts.last_number desc) as team_id,
        first_value(context.team_name) over (channel order by case when context.team_name is null then 1 else 0 end, contexts.last_number desc) as team_name,
        first_value(context.idle_code) over (channel order by case when context.idle_code is null then 1 else 0 end, contexts.last_number desc) as last_idle_code
    from contexts
    join event_contexts as context on context.context_key = contexts.context_key
    window channel as (partition by contexts.agent_key, contexts.agent_session_id, contexts.channel_id)
)

select
    sums.agent_key,
    sums.agent_session_id,
    sums.channel_id,
    sums.started_at_ms,
    sums.last_event_at_ms,
    sums.known_end_ms,
    sums.logged_out_at_ms,
    sums.has_endless_stay,
    sums.idle_count,
    sums.idle_ms,
    sums.available_count,
    sums.available_ms,
    sums.ringing_count,
    sums.ringing_ms,
    sums.outdial_ringing_count,
    sums.outdial_ringing_ms,
    sums.connected_count,
    sums.connected_ms,
    sums.hold_count,
    sums.hold_ms,
    sums.consult_count,
    sums.consult_ms,
    sums.conference_count,
    sums.conference_ms,
    sums.wrapup_count,
    sums.wrapup_ms,
    sums.not_responding_count,
    sums.not_responding_ms,
    sums.transfer_count,
    sums.blind_transfer_count,
    sums.consult_transfer_count,
    sums.event_count,
    sums.late_event_count,
    last_known.agent_name,
    coalesce(last_known.channel_type, 'telephony') as channel_type,
    last_known.site_id,
    last_known.site_name,
    last_known.team_id,
    last_known.team_name,
    last_known.last_idle_code,
    case when sums.logged_out_at_ms is null and sums.has_endless_stay = 1 then 1 else 0 end as is_open
from sums
join last_known
    on
        last_known.agent_key = sums.agent_key
        and last_known.agent_session_id = sums.agent_session_id
        and last_known.channel_id = sums.channel_id
