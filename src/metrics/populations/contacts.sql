-- one row per contact, by its start or by its end
-- key: contact_key
-- from: customer_sessions, customer_activities
-- note: whole is a contact that is closed, complete and has its start: only such enter rates; places are the last ones known
select
    sessions.contact_key,
    sessions.contact_id,
    case
        when cast(:attribution as text) = 'end' then sessions.ended_at_ms
        else sessions.started_at_ms
    end as at_ms,
    coalesce(lower(sessions.channel_type), 'telephony') as channel_type,
    coalesce(sessions.last_queue_id, sessions.last_queue_name) as queue_id,
    coalesce(sessions.last_queue_name, sessions.last_queue_id) as queue_name,
    coalesce(sessions.entry_point_id, sessions.entry_point_name) as entry_point_id,
    coalesce(sessions.entry_point_name, sessions.entry_point_id) as entry_point_name,
    coalesce(sessions.last_site_id, sessions.last_site_name) as site_id,
    coalesce(sessions.last_site_name, sessions.last_site_id) as site_name,
    coalesce(sessions.last_team_id, sessions.last_team_name) as team_id,
    coalesce(sessions.last_team_name, sessions.last_team_id) as team_name,
    coalesce(sessions.last_agent_id, sessions.last_agent_name) as agent_id,
    coalesce(sessions.last_agent_name, sessions.last_agent_id) as agent_name,
    sessions.started_at_ms,
    sessions.ended_at_ms,
    sessions.total_ms,
    sessions.handle_type,
    sessions.abandoned_type,
    coalesce(lower(sessions.direction), case when sessions.is_outdial = 1 then 'outdial' else 'inbound' end) as direction,
    case
        when coalesce(lower(sessions.direction), case when sessions.is_outdial = 1 then 'outdial' else 'inbound' end)
            = 'inbound' then 1
        else 0
    end as is_inbound,
    case
        when coalesce(lower(sessions.direction), case when sessions.is_outdial = 1 then 'outdial' else 'inbound' end)
            = 'outbound' then 1
        else 0
    end as is_outbound,
    case
        when coalesce(lower(sessions.direction), case when sessions.is_outdial = 1 then 'outdial' else 'inbound' end)
            = 'outdial' then 1
        else 0
    end as is_outdial,
    case when sessions.direction is null and coalesce(sessions.is_outdial, 0) = 0 then 1 else 0 end as is_assumed,
    case when sessions.handle_type in ('normal', 'sudden_disconnect') then 1 else 0 end as is_handled,
    case when sessions.handle_type in ('open', 'unknown') or sessions.handle_type is null then 1 else 0 end as is_untold,
    case when sessions.connected_count > 0 or sessions.handle_type in ('normal', 'sudden_disconnect') then 1 else 0 end
        as is_reached,
    coalesce(sessions.is_truncated, 0) as is_truncated,
    case when sessions.basis = 'reported' then 1 else 0 end as is_reported,
    sessions.hold_count,
    sessions.wrapup_ms,
    sessions.transfer_count,
    sessions.blind_transfer_count,
    sessions.consult_transfer_count,
    case
        when sessions.is_open = 1 or sessions.is_stale = 1 or sessions.is_truncated = 1 or sessions.basis <> 'rebuilt' then 0
        when (
            select activities.event
            from customer_activities as activities
            where activities.contact_key = sessions.contact_key and activities.is_in_table = 1
            order by activities.activity_number
            limit 1
        ) = 'new' then 1
        else 0
    end as is_whole
from customer_sessions as sessions
where sessions.started_day >= :from_day
    and sessions.started_day <= :to_day
    and case
        when cast(:attribution as text) = 'end' then sessions.ended_at_ms
        else sessions.started_at_ms
    end >= :starts_at_ms
    and case
        when cast(:attribution as text) = 'end' then sessions.ended_at_ms
        else sessions.started_at_ms
    end < :ends_at_ms
