-- agent_totals: one row per agent session and channel that has activities: what they add up to
-- key: agent_key, agent_session_id, channel_id; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, agent_activities, agent_markers, event_contexts
-- note: descriptive fields are the last known ones, each by itself; a channel of nothing but markers lasts from its first to its last
with
sums as (
    select
        activities.agent_key,
        activities.agent_session_id,
        activities.channel_id,
        min(started_at_ms) as started_at_ms,
        max(started_at_ms) as last_stay_at_ms,
        max(ended_at_ms) as known_end_ms,
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

markers as (
    select
        agent_key,
        agent_session_id,
        channel_id,
        min(first_at_ms) as first_at_ms,
        max(last_at_ms) as last_at_ms,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(late_event_count) as bigint) as late_event_count
    from agent_markers
    group by agent_key, agent_session_id, channel_id
),

-- A marker is numbered after the stay before it.
contexts as (
    select
        activities.agent_key,
        activities.agent_session_id,
        activities.channel_id,
        activities.context_key,
        2 * max(activities.activity_number) as last_number
    from agents_to_rebuild as touched
    join agent_activities as activities on activities.agent_key = touched.agent_key
    where touched.agent_key between :from_key and :to_key
    group by activities.agent_key, activities.agent_session_id, activities.channel_id, activities.context_key
    union all
    select
        agent_key,
        agent_session_id,
        channel_id,
        context_key,
        2 * last_number + 1
    from agent_markers
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
        context.is_outdial,
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
        max(idle_code) filter (where last_number = idle_code_number) as last_idle_code,
        max(is_outdial) as is_outdial
    from known
    group by agent_key, agent_session_id, channel_id
),

outdial as (
    select
        activities.agent_key,
        activities.agent_session_id,
        activities.channel_id,
        count(*) filter (where activities.measure = 'connected') as outdial_connected_count,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.measure = 'connected'), 0) as bigint) as outdial_connected_ms,
        count(*) filter (where activities.measure = 'hold') as outdial_hold_count,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.measure = 'hold'), 0) as bigint) as outdial_hold_ms,
        count(*) filter (where activities.measure = 'consult') as outdial_consult_count,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.measure = 'consult'), 0) as bigint) as outdial_consult_ms,
        count(*) filter (where activities.measure = 'conference') as outdial_conference_count,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.measure = 'conference'), 0) as bigint) as outdial_conference_ms,
        count(*) filter (where activities.measure = 'wrapup') as outdial_wrapup_count,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.measure = 'wrapup'), 0) as bigint) as outdial_wrapup_ms,
        count(*) filter (where activities.measure = 'not_responding') as outdial_not_responding_count,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.measure = 'not_responding'), 0) as bigint) as outdial_not_responding_ms
    from last_known
    cross join agent_activities as activities
    cross join event_contexts as context
    where
        last_known.is_outdial = 1
        and activities.agent_key = last_known.agent_key
        and activities.agent_session_id = last_known.agent_session_id
        and activities.channel_id = last_known.channel_id
        and context.context_key = activities.context_key
        and context.is_outdial = 1
    group by activities.agent_key, activities.agent_session_id, activities.channel_id
)

select
    last_known.agent_key,
    last_known.agent_session_id,
    last_known.channel_id,
    coalesce(sums.started_at_ms, markers.first_at_ms) as started_at_ms,
    case
        when markers.last_at_ms > sums.last_stay_at_ms or sums.last_stay_at_ms is null then markers.last_at_ms
        else sums.last_stay_at_ms
    end as last_event_at_ms,
    case when sums.started_at_ms is null then markers.last_at_ms else sums.known_end_ms end as known_end_ms,
    sums.last_stay_at_ms,
    sums.logged_out_at_ms,
    coalesce(sums.idle_count, 0) as idle_count,
    coalesce(sums.idle_ms, 0) as idle_ms,
    coalesce(sums.available_count, 0) as available_count,
    coalesce(sums.available_ms, 0) as available_ms,
    coalesce(sums.ringing_count, 0) as ringing_count,
    coalesce(sums.ringing_ms, 0) as ringing_ms,
    coalesce(sums.outdial_ringing_count, 0) as outdial_ringing_count,
    coalesce(sums.outdial_ringing_ms, 0) as outdial_ringing_ms,
    coalesce(sums.connected_count, 0) as connected_count,
    coalesce(sums.connected_ms, 0) as connected_ms,
    coalesce(sums.hold_count, 0) as hold_count,
    coalesce(sums.hold_ms, 0) as hold_ms,
    coalesce(sums.consult_count, 0) as consult_count,
    coalesce(sums.consult_ms, 0) as consult_ms,
    coalesce(sums.conference_count, 0) as conference_count,
    coalesce(sums.conference_ms, 0) as conference_ms,
    coalesce(sums.wrapup_count, 0) as wrapup_count,
    coalesce(sums.wrapup_ms, 0) as wrapup_ms,
    coalesce(sums.not_responding_count, 0) as not_responding_count,
    coalesce(sums.not_responding_ms, 0) as not_responding_ms,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_connected_count, 0) end as outdial_connected_count,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_connected_ms, 0) end as outdial_connected_ms,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_hold_count, 0) end as outdial_hold_count,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_hold_ms, 0) end as outdial_hold_ms,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_consult_count, 0) end as outdial_consult_count,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_consult_ms, 0) end as outdial_consult_ms,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_conference_count, 0) end as outdial_conference_count,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_conference_ms, 0) end as outdial_conference_ms,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_wrapup_count, 0) end as outdial_wrapup_count,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_wrapup_ms, 0) end as outdial_wrapup_ms,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_not_responding_count, 0) end as outdial_not_responding_count,
    case when last_known.is_outdial is not null then coalesce(outdial.outdial_not_responding_ms, 0) end as outdial_not_responding_ms,
    coalesce(sums.transfer_count, 0) as transfer_count,
    coalesce(sums.blind_transfer_count, 0) as blind_transfer_count,
    coalesce(sums.consult_transfer_count, 0) as consult_transfer_count,
    coalesce(sums.event_count, 0) + coalesce(markers.event_count, 0) as event_count,
    coalesce(sums.late_event_count, 0) + coalesce(markers.late_event_count, 0) as late_event_count,
    last_known.agent_name,
    coalesce(last_known.channel_type, 'telephony') as channel_type,
    last_known.site_id,
    last_known.site_name,
    last_known.team_id,
    last_known.team_name,
    last_known.last_idle_code,
    case when sums.logged_out_at_ms is null and sums.has_endless_stay = 1 then 1 else 0 end as is_open
from last_known
left join sums
    on
        sums.agent_key = last_known.agent_key
        and sums.agent_session_id = last_known.agent_session_id
        and sums.channel_id = last_known.channel_id
left join markers
    on
        markers.agent_key = last_known.agent_key
        and markers.agent_session_id = last_known.agent_session_id
        and markers.channel_id = last_known.channel_id
left join outdial
    on
        outdial.agent_key = last_known.agent_key
        and outdial.agent_session_id = last_known.agent_session_id
        and outdial.channel_id = last_known.channel_id
