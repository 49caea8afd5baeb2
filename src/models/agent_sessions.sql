-- agent_sessions: one row per agent session and channel
-- key: agent_key, agent_session_id, channel_id
-- from: agent_activities, event_contexts, agent_channels, reported_agent_sessions, delivered_lists, dumps, calendar_days
-- note: a channel without activities has the figures the vendor reported, its copies laid over one another in the order of their dumps
with recursive
newest as (
    select max(newest_at_ms) as at_ms
    from dumps
),

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
),

rebuilt as (
    select
        sums.*,
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
),

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
        case when known_end_ms > last_event_at_ms then known_end_ms else last_event_at_ms end as known_until_ms,
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
        transfer_count,
        blind_transfer_count,
        consult_transfer_count,
        last_idle_code
    from rebuilt
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
            when is_active is not null then is_active
            when ended_at_ms is not null then 0
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
        transfer_count,
        blind_transfer_count,
        consult_transfer_count,
        last_idle_code
    from merged
    where copy_number = copy_count
),

-- A list that says there is more was read to its end where a list without more reaches as far, or all it counts is stored.
stored as (
    select
        agent_key,
        channel_id,
        cast(sum(event_count) as bigint) as event_count
    from sessions
    group by agent_key, channel_id
),

lists as (
    select
        lists.agent_key,
        lists.channel_id,
        case
            when lists.total_count > coalesce(stored.event_count, 0) then 1
            when lists.total_count is not null then 0
            when lists.has_next_page is null and lists.node_count = 25 then 1
            when
                lists.has_next_page = 1 and not exists (
                    select 1
                    from delivered_lists as others
                    where
                        others.agent_key = lists.agent_key
                        and others.channel_id = lists.channel_id
                        and others.has_next_page = 0
                        and (
                            others.node_count = 0
                            or others.oldest_at_ms <= lists.oldest_at_ms
                            or others.newest_at_ms >= lists.newest_at_ms
                        )
                )
                then 1
            else 0
        end as is_truncated
    from agents_to_rebuild as touched
    join delivered_lists as lists on lists.agent_key = touched.agent_key
    left join stored on stored.agent_key = lists.agent_key and stored.channel_id = lists.channel_id
    where touched.agent_key between :from_key and :to_key
),

truncated as (
    select
        agent_key,
        channel_id,
        max(is_truncated) as is_truncated
    from lists
    group by agent_key, channel_id
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
left join truncated
    on truncated.agent_key = sessions.agent_key and truncated.channel_id = sessions.channel_id
