-- One row per stay of an agent in a state on a channel.
-- Key: agent_id, agent_session_id, channel_id, activity_number.
-- From: agent_activities, agents, agent_sessions, agent_events, event_contexts, agent_state_names, dumps.
-- Days select whole sessions by the day they began; ordered by key, a page begins after it.
select
    g.agent_id,
    a.agent_session_id,
    a.channel_id,
    a.activity_number,
    x.agent_name,
    a.channel_type,
    a.state,
    n.spelling as source_state,
    a.is_known,
    a.kind,
    a.measure,
    a.started_at_ms,
    a.ended_at_ms,
    a.duration_ms,
    a.previous_state,
    a.next_state,
    e.contact_id,
    x.idle_code,
    x.wrapup_code,
    x.queue_id,
    x.queue_name,
    x.site_id,
    x.site_name,
    x.team_id,
    x.team_name,
    x.reason_code,
    case when e.identity like '-%' then g.agent_id || e.identity else substr(e.identity, 2) end as event_id,
    d.name as dump_file,
    e.dump_line
from agents as g
inner join agent_activities as a on a.agent_key = g.agent_key
inner join agent_sessions as s
    on s.agent_key = a.agent_key and s.agent_session_id = a.agent_session_id and s.channel_id = a.channel_id
inner join agent_events as e on e.event_key = a.event_key
inner join event_contexts as x on x.context_key = e.context_key
inner join agent_state_names as n on n.name_key = e.name_key
inner join dumps as d on d.dump_key = e.dump_key
where g.agent_id >= :after_id
  and (
      g.agent_id > :after_id
      or a.agent_session_id > :after_session
      or (a.agent_session_id = :after_session and a.channel_id > :after_channel)
      or (a.agent_session_id = :after_session and a.channel_id = :after_channel and a.activity_number > :after_number)
  )
  and (:from_day = '' or s.started_day >= :from_day)
  and (:to_day = '' or s.started_day <= :to_day)
order by g.agent_id, a.agent_session_id, a.channel_id, a.activity_number
limit :page_size
