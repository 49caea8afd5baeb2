-- agent_activities: one row per agent event: a stay in a state, or an instant (logged-out, markers such as skill-update)
-- key: agent_key, agent_session_id, channel_id, activity_number
-- from: agent_steps, agent_contexts, agent_state_names, agents
-- note: a stay ends as delivered, else with the next event of its session and channel that is no marker, else it is open
with
neighbours as (
    select
        steps.*,
        previous.name_key as previous_name_key,
        following.name_key as next_name_key,
        case
            when previous.is_marker = 1
                then (
                    select stays.name_key
                    from agent_steps as stays
                    where
                        stays.agent_key = steps.agent_key
                        and stays.channel_number = steps.channel_number
                        and stays.session_started_at_ms = steps.session_started_at_ms
                        and stays.activity_number < steps.activity_number
                        and stays.is_marker = 0
                    order by stays.activity_number desc
                    limit 1
                )
            else previous.name_key
        end as stay_before_name_key,
        case
            when following.is_marker = 1
                then (
                    select stays.at_ms
                    from agent_steps as stays
                    where
                        stays.agent_key = steps.agent_key
                        and stays.channel_number = steps.channel_number
                        and stays.session_started_at_ms = steps.session_started_at_ms
                        and stays.activity_number > steps.activity_number
                        and stays.is_marker = 0
                    order by stays.activity_number
                    limit 1
                )
            else following.at_ms
        end as next_stay_at_ms
    from agent_steps as steps
    left join agent_steps as previous
        on
            previous.agent_key = steps.agent_key
            and previous.channel_number = steps.channel_number
            and previous.session_started_at_ms = steps.session_started_at_ms
            and previous.activity_number = steps.activity_number - 1
    left join agent_steps as following
        on
            following.agent_key = steps.agent_key
            and following.channel_number = steps.channel_number
            and following.session_started_at_ms = steps.session_started_at_ms
            and following.activity_number = steps.activity_number + 1
),

ended as (
    select
        neighbours.*,
        case
            when is_logout = 1 or is_marker = 1 then at_ms
            else coalesce(ended_at_ms, next_stay_at_ms)
        end as stay_ended_at_ms
    from neighbours
)

select
    ended.agent_key,
    coalesce(contexts.agent_session_id, agents.agent_id || '-' || cast(ended.session_started_at_ms as text)) as agent_session_id,
    contexts.channel_id,
    ended.activity_number,
    ended.event_key,
    ended.context_key,
    ended.is_late,
    names.state,
    names.is_known,
    names.kind,
    case
        when names.measure = 'ringing' and before.measure = 'outdial_ringing' then 'outdial_ringing'
        else names.measure
    end as measure,
    contexts.channel_type,
    ended.at_ms as started_at_ms,
    ended.stay_ended_at_ms as ended_at_ms,
    ended.stay_ended_at_ms - ended.at_ms as duration_ms,
    previous_names.state as previous_state,
    next_names.state as next_state,
    case
        when names.transfer in ('blind', 'consult') then names.transfer
        when names.transfer = 'done' and before.transfer is null then 'other'
    end as transfer
from ended
join agents on agents.agent_key = ended.agent_key
join agent_contexts as contexts on contexts.agent_key = ended.agent_key and contexts.context_key = ended.context_key
join agent_state_names as names on names.name_key = ended.name_key
left join agent_state_names as before on before.name_key = ended.stay_before_name_key
left join agent_state_names as previous_names on previous_names.name_key = ended.previous_name_key
left join agent_state_names as next_names on next_names.name_key = ended.next_name_key
