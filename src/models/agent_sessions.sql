-- agent_sessions: one row per agent session and channel
-- key: agent_key, agent_session_id, channel_id
-- from: agent_totals, agent_reports, agent_lists, agents, dumps, channel_thresholds, calendar_days
-- note: a channel with activities is rebuilt from them; one without has the figures the vendor reported
with
newest as (
    select max(newest_at_ms) as at_ms
    from dumps
),

sessions as (
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
        started_at_ms,
        case when is_open = 0 then known_end_ms end as ended_at_ms,
        known_end_ms - started_at_ms as total_ms,
        is_open,
        last_event_at_ms,
        case
            when known_end_ms > last_stay_at_ms or last_stay_at_ms is null then known_end_ms
            else last_stay_at_ms
        end as known_until_ms,
        logged_out_at_ms,
        event_count,
        late_event_count,
        'rebuilt' as basis,
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
        consult_transfer_count,
        last_idle_code
    from agent_totals
    union all
    select
        agent_key,
        agent_session_id,
        channel_id,
        agent_name,
        coalesce(channel_type, 'telephony'),
        site_id,
        site_name,
        team_id,
        team_name,
        started_at_ms,
        ended_at_ms,
        coalesce(total_ms, ended_at_ms - started_at_ms),
        case
            when ended_at_ms is not null then 0
            else is_active
        end,
        coalesce(ended_at_ms, started_at_ms + total_ms, started_at_ms),
        coalesce(ended_at_ms, started_at_ms + total_ms, started_at_ms),
        null,
        0,
        0,
        'reported',
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
        consult_transfer_count,
        last_idle_code
    from agent_reports
)

select
    sessions.agent_key,
    agents.agent_id,
    sessions.agent_session_id,
    sessions.channel_id,
    sessions.agent_name,
    sessions.channel_type,
    sessions.site_id,
    sessions.site_name,
    sessions.team_id,
    sessions.team_name,
    sessions.started_at_ms,
    started.day as started_day,
    sessions.ended_at_ms,
    sessions.total_ms,
    sessions.is_open,
    case
        when sessions.is_open = 1 and sessions.last_event_at_ms < newest.at_ms - coalesce(own.stale_after_ms, general.stale_after_ms)
            then 1
        else 0
    end as is_stale,
    coalesce(truncated.is_truncated, 0) as is_truncated,
    sessions.idle_count,
    sessions.idle_ms,
    sessions.available_count,
    sessions.available_ms,
    sessions.ringing_count,
    sessions.ringing_ms,
    sessions.outdial_ringing_count,
    sessions.outdial_ringing_ms,
    sessions.connected_count,
    sessions.connected_ms,
    sessions.hold_count,
    sessions.hold_ms,
    sessions.consult_count,
    sessions.consult_ms,
    sessions.conference_count,
    sessions.conference_ms,
    sessions.wrapup_count,
    sessions.wrapup_ms,
    sessions.not_responding_count,
    sessions.not_responding_ms,
    sessions.outdial_connected_count,
    sessions.outdial_connected_ms,
    sessions.outdial_hold_count,
    sessions.outdial_hold_ms,
    sessions.outdial_consult_count,
    sessions.outdial_consult_ms,
    sessions.outdial_conference_count,
    sessions.outdial_conference_ms,
    sessions.outdial_wrapup_count,
    sessions.outdial_wrapup_ms,
    sessions.outdial_not_responding_count,
    sessions.outdial_not_responding_ms,
    sessions.transfer_count,
    sessions.blind_transfer_count,
    sessions.consult_transfer_count,
    null as disconnected_count,
    sessions.last_idle_code,
    sessions.basis,
    sessions.event_count,
    sessions.late_event_count,
    sessions.logged_out_at_ms,
    sessions.known_until_ms
from sessions
join agents on agents.agent_key = sessions.agent_key
cross join newest
left join channel_thresholds as own on own.channel_type = sessions.channel_type
left join channel_thresholds as general on general.channel_type = ''
left join calendar_days as started
    on started.starts_at_ms = (
        select max(days.starts_at_ms)
        from calendar_days as days
        where days.starts_at_ms <= sessions.started_at_ms
    )
left join agent_lists as truncated
    on truncated.agent_key = sessions.agent_key and truncated.channel_id = sessions.channel_id
