-- agent_reports: one row per agent session and channel without activities: the figures the vendor reported
-- key: agent_key, agent_session_id, channel_id; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, reported_agent_sessions, dumps, agent_channels, agent_activities
-- note: copies are laid over one another in the order of their dumps: known beats unknown, of two ends the later, else the later copy
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
            order by dumps.stamp_day nulls first, dumps.sha256, reported.dump_line, reported.reported_key
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
        coalesce(next.agent_name, merged.agent_name),
        coalesce(next.channel_type, merged.channel_type),
        coalesce(next.site_id, merged.site_id),
        coalesce(next.site_name, merged.site_name),
        coalesce(next.team_id, merged.team_id),
        coalesce(next.team_name, merged.team_name),
        coalesce(next.last_idle_code, merged.last_idle_code),
        coalesce(next.is_active, merged.is_active),
        coalesce(next.started_at_ms, merged.started_at_ms),
        case
            when merged.ended_at_ms > next.ended_at_ms then merged.ended_at_ms
            else coalesce(next.ended_at_ms, merged.ended_at_ms)
        end,
        coalesce(next.total_ms, merged.total_ms),
        coalesce(next.idle_count, merged.idle_count),
        coalesce(next.idle_ms, merged.idle_ms),
        coalesce(next.available_count, merged.available_count),
        coalesce(next.available_ms, merged.available_ms),
        coalesce(next.ringing_count, merged.ringing_count),
        coalesce(next.ringing_ms, merged.ringing_ms),
        coalesce(next.outdial_ringing_count, merged.outdial_ringing_count),
        coalesce(next.outdial_ringing_ms, merged.outdial_ringing_ms),
        coalesce(next.connected_count, merged.connected_count),
        coalesce(next.connected_ms, merged.connected_ms),
        coalesce(next.hold_count, merged.hold_count),
        coalesce(next.hold_ms, merged.hold_ms),
        coalesce(next.consult_count, merged.consult_count),
        coalesce(next.consult_ms, merged.consult_ms),
        coalesce(next.conference_count, merged.conference_count),
        coalesce(next.conference_ms, merged.conference_ms),
        coalesce(next.wrapup_count, merged.wrapup_count),
        coalesce(next.wrapup_ms, merged.wrapup_ms),
        coalesce(next.not_responding_count, merged.not_responding_count),
        coalesce(next.not_responding_ms, merged.not_responding_ms),
        coalesce(next.transfer_count, merged.transfer_count),
        coalesce(next.blind_transfer_count, merged.blind_transfer_count),
        coalesce(next.consult_transfer_count, merged.consult_transfer_count)
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
    transfer_count,
    blind_transfer_count,
    consult_transfer_count
from merged
where copy_number = copy_count
