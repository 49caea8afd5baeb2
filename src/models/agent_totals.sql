-- agent_totals: one row per agent session and channel that has activities: what they add up to
-- key: agent_key, agent_session_id, channel_id; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, agent_activities, event_contexts
-- note: descriptive fields are the last known ones, each by itself
with
sums as (
    select
        activities.agent_key,
        activities.agent_session_id,
        activities.channel_id,
        min(started_at_ms) as started_at_ms,
        max(started_at_ms) as last_event_at_ms,
        max(ended_at_ms) filter (where kind <> 'marker') as known_end_ms,
        max(started_at_ms) filter (where kind = 'logged-out') as logged_out_at_ms,
        max(case when ended_at_ms is null then 1 else 0 end) as has_endless_stay,
        count(*) filter (where measure = 'idle') as idle_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'idle'), 0) as bigint) as idle_ms,
        count(*) filter (where measure = 'available') as available_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'available'), 0) as bigint) as available_ms,
        count(*) filter (where measure = 'ringing') as ringing_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'ringing'), 0) as bigint) as ringing_ms,
        count(*) filter (where measure = 'outdial_ringing') as outdial_ringing_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'outdial_ringing'), 0) as bigint) as outdial_ringing_ms,
        count(*) filter (where measure = 'connected') as connected_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'connected'), 0) as bigint) as connected_ms,
        count(*) filter (where measure = 'hold') as hold_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'hold'), 0) as bigint) as hold_ms,
        count(*) filter (where measure = 'consult') as consult_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'consult'), 0) as bigint) as consult_ms,
        count(*) filter (where measure = 'conference') as conference_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'conference'), 0) as bigint) as conference_ms,
        count(*) filter (where measure = 'wrapup') as wrapup_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'wrapup'), 0) as bigint) as wrapup_ms,
        count(*) filter (where measure = 'not_responding') as not_responding_count,
        cast(coalesce(sum(duration_ms) filter (where measure = 'not_responding'), 0) as bigint) as not_responding_ms,
        count(transfer) as transfer_count,
        count(*) filter (where transfer = 'blind') as blind_transfer_count,
        count(*) filter (where transfer = 'consult') as consult_transfer_count,
        count(*) as event_count,
        cast(sum(is_late) as bigint) as late_event_count
    from agents_to_rebuild as touched
    join agent_activities as activities on activities.agent_key = touched.agent_key
    where touched.agent_key between :from_key and :to_key
    group by activities.agent_key, activities.agent_session_id, activities.channel_id
),

contexts as (
    select
        activities.agent_key,
        activities.agent_session_id,
        activities.channel_id,
        activities.context_key,
        max(activities.activity_number) as last_number
    from agents_to_rebuild as touched
    join agent_activities as activities on activities.agent_key = touched.agent_key
    where touched.agent_key between :from_key and :to_key
    group by activities.agent_key, activities.agent_session_id, activities.channel_id, activities.context_key
),

known as (
    select
        contexts.agent_key,
        contexts.agent_session_id,
        contexts.channel_id,
        contexts.last_number,
        context.agent_name,
        context.channel_type,
        context.site_id,
        context.site_name,
        context.team_id,
        context.team_name,
        context.idle_code,
        max(contexts.last_number) filter (where context.agent_name is not null) over channel as agent_name_number,
        max(contexts.last_number) filter (where context.channel_type is not null) over channel as channel_type_number,
        max(contexts.last_number) filter (where context.site_id is not null) over channel as site_id_number,
        max(contexts.last_number) filter (where context.site_name is not null) over channel as site_name_number,
        max(contexts.last_number) filter (where context.team_id is not null) over channel as team_id_number,
        max(contexts.last_number) filter (where context.team_name is not null) over channel as team_name_number,
        max(contexts.last_number) filter (where context.idle_code is not null) over channel as idle_code_number
    from contexts
    join event_contexts as context on context.context_key = contexts.context_key
    window channel as (partition by contexts.agent_key, contexts.agent_session_id, contexts.channel_id)
),

last_known as (
    select
        agent_key,
        agent_session_id,
        channel_id,
        max(agent_name) filter (where last_number = agent_name_number) as agent_name,
        max(channel_type) filter (where last_number = channel_type_number) as channel_type,
        max(site_id) filter (where last_number = site_id_number) as site_id,
        max(site_name) filter (where last_number = site_name_number) as site_name,
        max(team_id) filter (where last_number = team_id_number) as team_id,
        max(team_name) filter (where last_number = team_name_number) as team_name,
        max(idle_code) filter (where last_number = idle_code_number) as last_idle_code
    from known
    group by agent_key, agent_session_id, channel_id
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
