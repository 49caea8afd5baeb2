-- one row per stretch of a person's time in one state, all channels taken together
-- key: agent_key, started_at_ms
-- from: person_stays, state_kinds, agents, agent_sessions
-- note: an open stay lasts until the horizon; team and site are those of the session it began in
with stays as (
    select
        person.agent_key,
        person.started_at_ms,
        coalesce(person.ended_at_ms, cast(:horizon_at_ms as bigint)) as ended_at_ms,
        person.kind,
        person.idle_code
    from person_stays as person
    where person.started_at_ms < :ends_at_ms
        and (person.ended_at_ms is null or person.ended_at_ms > :starts_at_ms)
        and coalesce(person.ended_at_ms, cast(:horizon_at_ms as bigint)) > person.started_at_ms
),

placed as (
    select
        stays.*,
        (
            select sessions.agent_session_id
            from agent_sessions as sessions
            where sessions.agent_key = stays.agent_key and sessions.started_at_ms <= stays.started_at_ms
            order by sessions.started_at_ms desc, sessions.agent_session_id, sessions.channel_id
            limit 1
        ) as agent_session_id,
        (
            select sessions.channel_id
            from agent_sessions as sessions
            where sessions.agent_key = stays.agent_key and sessions.started_at_ms <= stays.started_at_ms
            order by sessions.started_at_ms desc, sessions.agent_session_id, sessions.channel_id
            limit 1
        ) as channel_id
    from stays
)

select
    placed.agent_key,
    agents.agent_id,
    coalesce(
        (
            select named.agent_name
            from agent_sessions as named
            where named.agent_key = placed.agent_key and named.agent_name is not null
            order by case when named.started_at_ms < :ends_at_ms then 0 else 1 end, named.started_at_ms desc
            limit 1
        ),
        agents.agent_id
    ) as agent_name,
    'telephony' as channel_type,
    coalesce(sessions.team_id, sessions.team_name) as team_id,
    coalesce(sessions.team_name, sessions.team_id) as team_name,
    coalesce(sessions.site_id, sessions.site_name) as site_id,
    coalesce(sessions.site_name, sessions.site_id) as site_name,
    placed.started_at_ms,
    placed.ended_at_ms,
    placed.kind,
    placed.idle_code,
    0 as is_left_out,
    coalesce(kinds.is_occupied, 0) as is_occupied,
    coalesce(kinds.is_available, 0) as is_available,
    coalesce(kinds.is_utilised, 0) as is_utilised,
    case when placed.kind = 'unknown' then 1 else 0 end as is_unknown
from placed
join agents on agents.agent_key = placed.agent_key
join state_kinds as kinds on kinds.kind = placed.kind
left join agent_sessions as sessions
    on sessions.agent_key = placed.agent_key
    and sessions.agent_session_id = placed.agent_session_id
    and sessions.channel_id = placed.channel_id
