-- agent_reports: one row per agent session and channel without activities: the figures the vendor reported
-- key: agent_key, agent_session_id, channel_id; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, reported_agent_sessions, dumps, agent_channels, agent_activities, agent_markers
-- note: the best copy's figures, and what it does not say from the next best (README, decision 9)
with recursive
copies as (
    select
        reported.agent_key,
        coalesce(reported.agent_session_id, channels.agent_session_id) as agent_session_id,
        channels.channel_id,
        row_number() over (
            partition by
                reported.agent_key,
                coalesce(reported.agent_session_id, channels.agent_session_id),
                channels.channel_id
            order by
                reported.ended_at_ms desc nulls last,
                case when reported.is_active = 0 then 0 else 1 end,
                reported.total_ms desc nulls last,
                dumps.stamp_day desc nulls last,
                dumps.sha256 desc,
                reported.dump_line desc,
                reported.reported_key desc
        ) as copy_number,
        count(*) over (
            partition by
                reported.agent_key,
                coalesce(reported.agent_session_id, channels.agent_session_id),
                channels.channel_id
        ) as copy_count,
        reported.agent_name,
        reported.channel_type,
        reported.site_id,
        reported.site_name,
        reported.team_id,
        reported.team_name,
        reported.last_idle_code,
        reported.is_active,
        reported.started_at_ms,
        reported.ended_at_ms,
        reported.total_ms,
        reported.idle_count,
        reported.idle_ms,
        reported.available_count,
        reported.available_ms,
        reported.ringing_count,
        reported.ringing_ms,
        reported.outdial_ringing_count,
        reported.outdial_ringing_ms,
        reported.connected_count,
        reported.connected_ms,
        reported.hold_count,
        reported.hold_ms,
        reported.consult_count,
        reported.consult_ms,
        reported.conference_count,
        reported.conference_ms,
        reported.wrapup_count,
        reported.wrapup_ms,
        reported.not_responding_count,
        reported.not_responding_ms,
        reported.outdial_connected_count,
        reported.outdial_connected_ms,
        reported.outdial_hold_count,
        reported.outdial_hold_ms,
        reported.outdial_consult_count,
        reported.outdial_consult_ms,
        reported.outdial_conference_count,
        reported.outdial_conference_ms,
        reported.outdial_wrapup_count,
        reported.outdial_wrapup_ms,
        reported.outdial_not_responding_count,
        reported.outdial_not_responding_ms,
        reported.transfer_count,
        reported.blind_transfer_count,
        reported.consult_transfer_count
    from agents_to_rebuild as touched
    join reported_agent_sessions as reported on reported.agent_key = touched.agent_key
    join dumps on dumps.dump_key = reported.dump_key
    join agent_channels as channels
        on
            channels.agent_key = reported.agent_key
            and channels.channel_id = coalesce(reported.channel_id, coalesce(reported.agent_session_id, reported.page_session_id) || ':' || coalesce(reported.channel_type, 'telephony'))
    where
        touched.agent_key between :from_key and :to_key
        and not exists (
            select 1
            from agent_activities as activities
            where
                activities.agent_key = reported.agent_key
                and activities.agent_session_id = coalesce(reported.agent_session_id, channels.agent_session_id)
                and (activities.channel_id = channels.channel_id or reported.channel_id is null)
        )
        and not exists (
            select 1
            from agent_markers as markers
            where
                markers.agent_key = reported.agent_key
                and markers.agent_session_id = coalesce(reported.agent_session_id, channels.agent_session_id)
                and (markers.channel_id = channels.channel_id or reported.channel_id is null)
        )
),

merged as (
    select
        agent_key,
        agent_session_id,
        channel_id,
        copy_number,
        copy_count,
        agent_name,
        channel_type,
        site_id,
        site_name,
        team_id,
        team_name,
        last_idle_code,
        is_active,
        started_at_ms,
        ended_at_ms,
        total_ms,
        idle_count,
        idle_ms,
        available_count,
        available_ms,
        ringing_count,
        ringing_ms,
        outdial_ringing_count,
        outdial_ringing_ms,
        connected_count,
        connected_ms,
        hold_count,
        hold_ms,
        consult_count,
        consult_ms,
        conference_count,
        conference_ms,
        wrapup_count,
        wrapup_ms,
        not_responding_count,
        not_responding_ms,
        outdial_connected_count,
        outdial_connected_ms,
        outdial_hold_count,
        outdial_hold_ms,
        outdial_consult_count,
        outdial_consult_ms,
        outdial_conference_count,
        outdial_conference_ms,
        outdial_wrapup_count,
        outdial_wrapup_ms,
        outdial_not_responding_count,
        outdial_not_responding_ms,
        transfer_count,
        blind_transfer_count,
        consult_transfer_count
    from copies
    where copy_number = 1
    union all
    select
        next.agent_key,
        next.agent_session_id,
        next.channel_id,
        next.copy_number,
        next.copy_count,
        coalesce(merged.agent_name, next.agent_name),
        coalesce(merged.channel_type, next.channel_type),
        coalesce(merged.site_id, next.site_id),
        coalesce(merged.site_name, next.site_name),
        coalesce(merged.team_id, next.team_id),
        coalesce(merged.team_name, next.team_name),
        coalesce(merged.last_idle_code, next.last_idle_code),
        coalesce(merged.is_active, next.is_active),
        coalesce(merged.started_at_ms, next.started_at_ms),
        coalesce(merged.ended_at_ms, next.ended_at_ms),
        coalesce(merged.total_ms, next.total_ms),
        coalesce(merged.idle_count, next.idle_count),
        coalesce(merged.idle_ms, next.idle_ms),
        coalesce(merged.available_count, next.available_count),
        coalesce(merged.available_ms, next.available_ms),
        coalesce(merged.ringing_count, next.ringing_count),
        coalesce(merged.ringing_ms, next.ringing_ms),
        coalesce(merged.outdial_ringing_count, next.outdial_ringing_count),
        coalesce(merged.outdial_ringing_ms, next.outdial_ringing_ms),
        coalesce(merged.connected_count, next.connected_count),
        coalesce(merged.connected_ms, next.connected_ms),
        coalesce(merged.hold_count, next.hold_count),
        coalesce(merged.hold_ms, next.hold_ms),
        coalesce(merged.consult_count, next.consult_count),
        coalesce(merged.consult_ms, next.consult_ms),
        coalesce(merged.conference_count, next.conference_count),
        coalesce(merged.conference_ms, next.conference_ms),
        coalesce(merged.wrapup_count, next.wrapup_count),
        coalesce(merged.wrapup_ms, next.wrapup_ms),
        coalesce(merged.not_responding_count, next.not_responding_count),
        coalesce(merged.not_responding_ms, next.not_responding_ms),
        coalesce(merged.outdial_connected_count, next.outdial_connected_count),
        coalesce(merged.outdial_connected_ms, next.outdial_connected_ms),
        coalesce(merged.outdial_hold_count, next.outdial_hold_count),
        coalesce(merged.outdial_hold_ms, next.outdial_hold_ms),
        coalesce(merged.outdial_consult_count, next.outdial_consult_count),
        coalesce(merged.outdial_consult_ms, next.outdial_consult_ms),
        coalesce(merged.outdial_conference_count, next.outdial_conference_count),
        coalesce(merged.outdial_conference_ms, next.outdial_conference_ms),
        coalesce(merged.outdial_wrapup_count, next.outdial_wrapup_count),
        coalesce(merged.outdial_wrapup_ms, next.outdial_wrapup_ms),
        coalesce(merged.outdial_not_responding_count, next.outdial_not_responding_count),
        coalesce(merged.outdial_not_responding_ms, next.outdial_not_responding_ms),
        coalesce(merged.transfer_count, next.transfer_count),
        coalesce(merged.blind_transfer_count, next.blind_transfer_count),
        coalesce(merged.consult_transfer_count, next.consult_transfer_count)
    from merged
    join copies as next
        on
            next.agent_key = merged.agent_key
            and next.agent_session_id = merged.agent_session_id
            and next.channel_id = merged.channel_id
            and next.copy_number = merged.copy_number + 1
)

select
    agent_key,
    agent_session_id,
    channel_id,
    agent_name,
    channel_type,
    site_id,
    site_name,
    team_id,
    team_name,
    last_idle_code,
    is_active,
    started_at_ms,
    case when ended_at_ms < started_at_ms then null else ended_at_ms end as ended_at_ms,
    total_ms,
    idle_count,
    idle_ms,
    available_count,
    available_ms,
    ringing_count,
    ringing_ms,
    outdial_ringing_count,
    outdial_ringing_ms,
    connected_count,
    connected_ms,
    hold_count,
    hold_ms,
    consult_count,
    consult_ms,
    conference_count,
    conference_ms,
    wrapup_count,
    wrapup_ms,
    not_responding_count,
    not_responding_ms,
    outdial_connected_count,
    outdial_connected_ms,
    outdial_hold_count,
    outdial_hold_ms,
    outdial_consult_count,
    outdial_consult_ms,
    outdial_conference_count,
    outdial_conference_ms,
    outdial_wrapup_count,
    outdial_wrapup_ms,
    outdial_not_responding_count,
    outdial_not_responding_ms,
    transfer_count,
    blind_transfer_count,
    consult_transfer_count
from merged
where copy_number = copy_count
