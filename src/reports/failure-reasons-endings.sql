-- one row per termination reason at a place: ends that somebody has to look at, by queue, entry point and agent
-- key: reason, place_kind, place_id
-- from: customer_sessions, rule_names
-- note: ordinary ends, such as a party hanging up, are told as a whole only; unknown words are no ordinary ends
with ordinary as (
    select distinct name
    from rule_names
    where kind = 'termination-reason'
        and owner = 'nobody'
),

contacts as (
    select
        sessions.termination_reason as reason,
        coalesce(sessions.ended_at_ms, sessions.started_at_ms) as at_ms,
        coalesce(sessions.last_queue_id, sessions.last_queue_name) as queue_id,
        coalesce(sessions.last_queue_name, sessions.last_queue_id) as queue_name,
        coalesce(sessions.entry_point_id, sessions.entry_point_name) as entry_point_id,
        coalesce(sessions.entry_point_name, sessions.entry_point_id) as entry_point_name,
        coalesce(sessions.last_agent_id, sessions.last_agent_name) as agent_id,
        coalesce(sessions.last_agent_name, sessions.last_agent_id) as agent_name
    from customer_sessions as sessions
    left join ordinary on ordinary.name = sessions.termination_reason
    where sessions.started_day >= :from_day
        and sessions.started_day <= :to_day
        and sessions.termination_reason is not null
        and ordinary.name is null
),

placed as (
    select reason, at_ms, 'queue' as place_kind, queue_id as place_id, queue_name as place
    from contacts
    where queue_id is not null
    union all
    select reason, at_ms, 'entry point', entry_point_id, entry_point_name
    from contacts
    where entry_point_id is not null
    union all
    select reason, at_ms, 'agent', agent_id, agent_name
    from contacts
    where agent_id is not null
)

select
    'reason at a place' as level,
    'termination' as kind,
    min(reason) as reason,
    0 as is_failure,
    place_kind,
    place_id,
    max(place) as place,
    count(*) as event_count,
    count(*) as contact_count,
    min(at_ms) as first_at_ms,
    max(at_ms) as last_at_ms,
    '' as contact_id,
    '' as spelling
from placed
group by lower(replace(replace(replace(reason, '-', ''), '_', ''), ' ', '')), place_kind, place_id
order by 3, 5, 6
