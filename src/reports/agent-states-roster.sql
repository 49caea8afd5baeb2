-- One row per agent: name and team as last known up to the end of the period.
-- Key: agent_key.
-- From: agents, agent_sessions.
-- Note: a name or team that only a later session tells is taken where no earlier one does.
with
told as (
    select
        agent_key,
        agent_name,
        team_id,
        team_name,
        row_number() over (
            partition by agent_key
            order by
                case when agent_name is null then 1 else 0 end,
                case when started_at_ms < :ends_at_ms then 0 else 1 end,
                started_at_ms desc,
                agent_session_id,
                channel_id
        ) as name_number,
        row_number() over (
            partition by agent_key
            order by
                case when team_name is null and team_id is null then 1 else 0 end,
                case when started_at_ms < :ends_at_ms then 0 else 1 end,
                started_at_ms desc,
                agent_session_id,
                channel_id
        ) as team_number
    from agent_sessions
)

select
    agents.agent_key,
    agents.agent_id,
    names.agent_name,
    teams.team_id,
    teams.team_name
from agents
left join told as names on names.agent_key = agents.agent_key and names.name_number = 1
left join told as teams on teams.agent_key = agents.agent_key and teams.team_number = 1
order by agents.agent_id
