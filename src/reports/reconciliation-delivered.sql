-- one row per kind of session, contacts and agents' channels: how many began, how many of them the vendor delivered figures of
-- key: subject
-- from: customer_sessions, reported_sessions, agent_sessions, reported_agent_sessions
-- note: a page that only lists activities delivers no figure
select
    'contact' as subject,
    count(*) as session_count,
    cast(coalesce(sum(case when sessions.basis = 'reported' then 1 else 0 end), 0) as bigint) as only_reported_count,
    count(*) filter (
        where coalesce(
            reported.total_ms,
            reported.ivr_count,
            reported.ivr_ms,
            reported.queue_count,
            reported.queue_ms,
            reported.ringing_count,
            reported.ringing_ms,
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
            reported.transfer_count,
            reported.blind_transfer_count,
            reported.consult_transfer_count,
            reported.is_within_service_level
        ) is not null
    ) as delivered_count
from customer_sessions as sessions
left join reported_sessions as reported on reported.contact_key = sessions.contact_key
where sessions.started_day >= :from_day
    and sessions.started_day <= :to_day
union all
select
    'agent',
    count(*),
    cast(coalesce(sum(case when basis = 'reported' then 1 else 0 end), 0) as bigint),
    count(*) filter (where is_delivered = 1)
from (
    select
        sessions.agent_key,
        sessions.agent_session_id,
        sessions.channel_id,
        sessions.basis,
        max(
            case
                when coalesce(
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
            reported.consult_transfer_count,
            reported.disconnected_count
                ) is not null
                    then 1
                else 0
            end
        ) as is_delivered
    from agent_sessions as sessions
    left join reported_agent_sessions as reported
        on reported.agent_key = sessions.agent_key
        and sessions.channel_id = coalesce(
            reported.channel_id,
            coalesce(reported.agent_session_id, reported.page_session_id) || ':' || coalesce(reported.channel_type, 'telephony')
        )
        and coalesce(reported.agent_session_id, sessions.agent_session_id) = sessions.agent_session_id
    where sessions.started_day >= :from_day
        and sessions.started_day <= :to_day
    group by sessions.agent_key, sessions.agent_session_id, sessions.channel_id, sessions.basis
) as channels
