-- One row per channel of an agent's session.
-- Key: agent_id, agent_session_id, channel_id.
-- From: agent_sessions.
-- Ordered by key as bytes; a page begins after it.
select
    s.agent_id,
    s.agent_session_id,
    s.channel_id,
    s.agent_name,
    s.channel_type,
    s.site_id,
    s.site_name,
    s.team_id,
    s.team_name,
    s.started_at_ms,
    s.started_day,
    s.ended_at_ms,
    s.total_ms,
    s.is_open,
    s.is_stale,
    s.is_truncated,
    s.idle_count,
    s.idle_ms,
    s.available_count,
    s.available_ms,
    s.ringing_count,
    s.ringing_ms,
    s.outdial_ringing_count,
    s.outdial_ringing_ms,
    s.connected_count,
    s.connected_ms,
    s.hold_count,
    s.hold_ms,
    s.consult_count,
    s.consult_ms,
    s.conference_count,
    s.conference_ms,
    s.wrapup_count,
    s.wrapup_ms,
    s.not_responding_count,
    s.not_responding_ms,
    s.outdial_connected_count,
    s.outdial_connected_ms,
    s.outdial_hold_count,
    s.outdial_hold_ms,
    s.outdial_consult_count,
    s.outdial_consult_ms,
    s.outdial_conference_count,
    s.outdial_conference_ms,
    s.outdial_wrapup_count,
    s.outdial_wrapup_ms,
    s.outdial_not_responding_count,
    s.outdial_not_responding_ms,
    s.transfer_count,
    s.blind_transfer_count,
    s.consult_transfer_count,
    s.disconnected_count,
    s.last_idle_code,
    s.basis
from agent_sessions as s
where s.agent_id >= :after_id
  and (
      s.agent_id > :after_id
      or s.agent_session_id > :after_session
      or (s.agent_session_id = :after_session and s.channel_id > :after_channel)
  )
  and (:from_day = '' or s.started_day >= :from_day)
  and (:to_day = '' or s.started_day <= :to_day)
order by s.agent_id, s.agent_session_id, s.channel_id
limit :page_size
