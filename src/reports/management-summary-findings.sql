-- one row per kind of refused transition, day and last place of the contacts it was found in
-- key: day, kind, state, event, queue_id, team_id, site_id
-- from: customer_sessions, sequence_violations
-- note: places tell whose scope a finding is in; the day is that on which the contact began
select
    sessions.started_day as day,
    violations.kind,
    violations.state,
    violations.event,
    sessions.last_queue_id as queue_id,
    sessions.last_queue_name as queue_name,
    sessions.last_team_id as team_id,
    sessions.last_team_name as team_name,
    sessions.last_site_id as site_id,
    sessions.last_site_name as site_name,
    count(*) as finding_count,
    count(distinct violations.contact_key) as contact_count
from customer_sessions as sessions
join sequence_violations as violations on violations.contact_key = sessions.contact_key
where sessions.started_day >= :from_day
    and sessions.started_day <= :to_day
group by
    sessions.started_day,
    violations.kind,
    violations.state,
    violations.event,
    sessions.last_queue_id,
    sessions.last_queue_name,
    sessions.last_team_id,
    sessions.last_team_name,
    sessions.last_site_id,
    sessions.last_site_name
order by sessions.started_day, violations.kind, violations.state, violations.event
