-- One row per contact.
-- Key: contact_key.
-- From: rebuilt_sessions, reported_sessions, contact_lists, contacts, rules and thresholds, calendar_days, dumps.
-- A contact with events is rebuilt from them; of one without events the vendor's own figures are kept (README, decision 9).
with session as (
    select
        rebuilt.contact_key,
        coalesce(rebuilt.channel_type, reported.channel_type) as channel_type,
        coalesce(rebuilt.direction, reported.direction) as direction,
        coalesce(rebuilt.is_outdial, reported.is_outdial) as is_outdial,
        coalesce(rebuilt.origin, reported.origin) as origin,
        coalesce(rebuilt.destination, reported.destination) as destination,
        rebuilt.started_at_ms,
        rebuilt.last_at_ms,
        rebuilt.ended_at_ms,
        rebuilt.is_open,
        rebuilt.total_ms,
        rebuilt.ivr_count,
        rebuilt.ivr_ms,
        rebuilt.queue_count,
        rebuilt.queue_ms,
        rebuilt.ringing_count,
        rebuilt.ringing_ms,
        rebuilt.connected_count,
        rebuilt.connected_ms,
        rebuilt.talk_ms,
        rebuilt.hold_count,
        rebuilt.hold_ms,
        rebuilt.consult_count,
        rebuilt.consult_ms,
        rebuilt.conference_count,
        rebuilt.conference_ms,
        rebuilt.wrapup_count,
        rebuilt.wrapup_ms,
        rebuilt.wrapup_unmeasured_count,
        rebuilt.transfer_count,
        rebuilt.blind_transfer_count,
        rebuilt.consult_transfer_count,
        rebuilt.offer_count,
        rebuilt.rona_count,
        rebuilt.declined_count,
        rebuilt.offer_error_count,
        rebuilt.customer_unreached_count,
        rebuilt.offer_unexplained_count,
        coalesce(rebuilt.entry_point_id, reported.entry_point_id) as entry_point_id,
        coalesce(rebuilt.entry_point_name, reported.entry_point_name) as entry_point_name,
        coalesce(rebuilt.first_queue_id, reported.first_queue_id) as first_queue_id,
        coalesce(rebuilt.first_queue_name, reported.first_queue_name) as first_queue_name,
        coalesce(rebuilt.last_queue_id, reported.last_queue_id) as last_queue_id,
        coalesce(rebuilt.last_queue_name, reported.last_queue_name) as last_queue_name,
        coalesce(rebuilt.last_agent_id, reported.last_agent_id) as last_agent_id,
        coalesce(rebuilt.last_agent_name, reported.last_agent_name) as last_agent_name,
        coalesce(rebuilt.last_team_id, reported.last_team_id) as last_team_id,
        coalesce(rebuilt.last_team_name, reported.last_team_name) as last_team_name,
        coalesce(rebuilt.last_site_id, reported.last_site_id) as last_site_id,
        coalesce(rebuilt.last_site_name, reported.last_site_name) as last_site_name,
        rebuilt.callback_count,
        rebuilt.parked_count,
        cast(null as text) as termination_type,
        rebuilt.abandoned_type,
        coalesce(rebuilt.terminating_end, reported.terminating_end) as terminating_end,
        coalesce(rebuilt.termination_reason, reported.termination_reason) as termination_reason,
        coalesce(rebuilt.reason_code, reported.reason_code) as reason_code,
        coalesce(rebuilt.cpa_code, reported.cpa_status) as cpa_code,
        reported.cpa_status,
        coalesce(rebuilt.wrapup_code, reported.wrapup_code) as wrapup_code,
        'rebuilt' as basis,
        rebuilt.event_count,
        rebuilt.late_event_count,
        rebuilt.connected_at_ms
    from rebuilt_sessions as rebuilt
    left join reported_sessions as reported on reported.contact_key = rebuilt.contact_key
    union all
    select
        reported.contact_key,
        reported.channel_type,
        reported.direction,
        reported.is_outdial,
        reported.origin,
        reported.destination,
        reported.started_at_ms,
        coalesce(reported.ended_at_ms, reported.started_at_ms) as last_at_ms,
        reported.ended_at_ms,
        case
            when reported.ended_at_ms is not null or reported.is_active = 0 or lower(reported.status) = 'ended' then 0
            else 1
        end as is_open,
        coalesce(reported.total_ms, reported.ended_at_ms - reported.started_at_ms) as total_ms,
        reported.ivr_count,
        reported.ivr_ms,
        reported.queue_count,
        reported.queue_ms,
        reported.ringing_count,
        reported.ringing_ms,
        reported.connected_count,
        reported.connected_ms,
        null as talk_ms,
        reported.hold_count,
        reported.hold_ms,
        reported.consult_count,
        reported.consult_ms,
        reported.conference_count,
        reported.conference_ms,
        reported.wrapup_count,
        reported.wrapup_ms,
        null as wrapup_unmeasured_count,
        reported.transfer_count,
        reported.blind_transfer_count,
        reported.consult_transfer_count,
        null as offer_count,
        null as rona_count,
        null as declined_count,
        null as offer_error_count,
        null as customer_unreached_count,
        null as offer_unexplained_count,
        reported.entry_point_id,
        reported.entry_point_name,
        reported.first_queue_id,
        reported.first_queue_name,
        reported.last_queue_id,
        reported.last_queue_name,
        reported.last_agent_id,
        reported.last_agent_name,
        reported.last_team_id,
        reported.last_team_name,
        reported.last_site_id,
        reported.last_site_name,
        null as callback_count,
        null as parked_count,
        reported.termination_type,
        reported.abandoned_type,
        reported.terminating_end,
        reported.termination_reason,
        reported.reason_code,
        coalesce(reported.cpa_status, reported.reason_code) as cpa_code,
        reported.cpa_status,
        reported.wrapup_code,
        'reported' as basis,
        0 as event_count,
        0 as late_event_count,
        null as connected_at_ms
    from contacts_to_rebuild as pending
    join reported_sessions as reported on reported.contact_key = pending.contact_key
    where pending.contact_key between :from_key and :to_key
        and not exists (select 1 from rebuilt_sessions as rebuilt where rebuilt.contact_key = pending.contact_key)
),
newest as (
    select max(newest_at_ms) as newest_at_ms from dumps
),
aged as (
    select
        session.*,
        contacts.contact_id,
        coalesce(lists.is_truncated, 0) as is_truncated,
        case
            when session.is_open = 1
                and newest.newest_at_ms - session.last_at_ms > coalesce(channel.stale_after_ms, general.stale_after_ms)
                then 1
            else 0
        end as is_stale
    from session
    join contacts on contacts.contact_key = session.contact_key
    cross join newest
    join channel_thresholds as general on general.channel_type = ''
    left join channel_thresholds as channel on channel.channel_type = coalesce(lower(session.channel_type), 'telephony')
    left join contact_lists as lists on lists.contact_key = session.contact_key
),
handled as (
    select
        aged.*,
        case
            when aged.is_stale = 1 then 'unknown'
            when aged.is_open = 1 then 'open'
            when aged.basis = 'reported' then coalesce(
                types.name,
                aged.termination_type,
                case
                    when aged.connected_count > 0 or aged.connected_ms > 0 then 'normal'
                    when coalesce(aged.connected_count, aged.connected_ms) is null then null
                    when aged.total_ms
                        <= coalesce(by_id.short_contact_ms, by_name.short_contact_ms, general.short_contact_ms)
                        then 'short'
                    when aged.queue_count > 0 or aged.queue_ms > 0 or aged.ringing_count > 0 or aged.ringing_ms > 0
                        then 'abandoned'
                    when (aged.ivr_count > 0 or aged.ivr_ms > 0) and coalesce(aged.queue_count, aged.queue_ms) = 0
                        then 'self_service'
                end
            )
            when aged.connected_count > 0
                and aged.ended_at_ms - aged.connected_at_ms
                <= coalesce(by_id.sudden_disconnect_ms, by_name.sudden_disconnect_ms, general.sudden_disconnect_ms)
                then 'sudden_disconnect'
            when aged.connected_count > 0 then 'normal'
            when aged.callback_count > 0 then 'callback'
            when aged.total_ms
                <= coalesce(by_id.short_contact_ms, by_name.short_contact_ms, general.short_contact_ms)
                then 'short'
            when aged.parked_count = 0 and aged.ringing_count = 0 and aged.ivr_count > 0 then 'self_service'
            else 'abandoned'
        end as handle_type
    from aged
    join queue_thresholds as general on general.queue = ''
    left join queue_thresholds as by_id on by_id.queue = aged.last_queue_id
    left join queue_thresholds as by_name on by_name.queue = aged.last_queue_name
    left join rule_names as types
        on types.kind = 'termination-type'
        and types.folded = lower(replace(replace(replace(aged.termination_type, '-', ''), '_', ''), ' ', ''))
)
select
    handled.contact_key,
    handled.contact_id,
    coalesce(handled.channel_type, 'telephony') as channel_type,
    handled.direction,
    handled.origin,
    handled.destination,
    handled.is_outdial,
    handled.started_at_ms,
    (
        select calendar_days.day
        from calendar_days
        where calendar_days.starts_at_ms <= handled.started_at_ms
        order by calendar_days.starts_at_ms desc
        limit 1
    ) as started_day,
    case when handled.is_open = 0 then handled.ended_at_ms end as ended_at_ms,
    handled.is_open,
    handled.is_stale,
    case when handled.is_open = 0 then handled.total_ms end as total_ms,
    handled.ivr_count,
    handled.ivr_ms,
    handled.queue_count,
    handled.queue_ms,
    handled.ringing_count,
    handled.ringing_ms,
    handled.connected_count,
    handled.connected_ms,
    handled.talk_ms,
    handled.hold_count,
    handled.hold_ms,
    handled.consult_count,
    handled.consult_ms,
    handled.conference_count,
    handled.conference_ms,
    handled.wrapup_count,
    handled.wrapup_ms,
    handled.wrapup_unmeasured_count,
    handled.transfer_count,
    handled.blind_transfer_count,
    handled.consult_transfer_count,
    handled.offer_count,
    handled.rona_count,
    handled.declined_count,
    handled.offer_error_count,
    handled.customer_unreached_count,
    handled.offer_unexplained_count,
    handled.entry_point_id,
    handled.entry_point_name,
    handled.first_queue_id,
    handled.first_queue_name,
    handled.last_queue_id,
    handled.last_queue_name,
    handled.last_agent_id,
    handled.last_agent_name,
    handled.last_team_id,
    handled.last_team_name,
    handled.last_site_id,
    handled.last_site_name,
    handled.handle_type,
    case when handled.handle_type in ('short', 'abandoned') then handled.abandoned_type end as abandoned_type,
    coalesce(ends.name, handled.terminating_end) as terminating_end,
    handled.terminating_end as terminating_end_raw,
    coalesce(reasons.name, handled.termination_reason) as termination_reason,
    handled.termination_reason as termination_reason_raw,
    handled.reason_code,
    coalesce(cpa_reasons.reason, handled.cpa_status) as cpa_result,
    handled.wrapup_code,
    handled.is_truncated,
    handled.basis,
    handled.event_count,
    handled.late_event_count,
    handled.connected_at_ms
from handled
left join rule_names as ends
    on ends.kind = 'terminating-end'
    and ends.folded = lower(replace(replace(replace(handled.terminating_end, '-', ''), '_', ''), ' ', ''))
left join rule_names as reasons
    on reasons.kind = 'termination-reason'
    and reasons.folded = lower(replace(replace(replace(handled.termination_reason, '-', ''), '_', ''), ' ', ''))
left join cpa_reasons
    on cpa_reasons.folded = lower(replace(replace(replace(handled.cpa_code, '-', ''), '_', ''), ' ', ''))
