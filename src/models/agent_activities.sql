-- agent_activities: one row per stay of an agent's channel in a state; logged-out is an instant, and a marker (skill-update) has no row
-- key: agent_key, agent_session_id, channel_id, activity_number
-- from: agent_steps, agent_contexts, agent_state_names, agents
-- note: a stay ends as delivered, else with the next stay of its session and channel, else it is open
with
stays as (
    select
        steps.*,
        previous.name_key as previous_name_key,
        following.name_key as next_name_key,
        case
            when steps.is_logout = 1 then steps.at_ms
            else coalesce(steps.ended_at_ms, following.at_ms)
        end as stay_ended_at_ms
    from agent_steps as steps
    left join agent_steps as previous
        on
            previous.agent_key = steps.agent_key
            and previous.channel_number = steps.channel_number
            and previous.session_started_at_ms = steps.session_started_at_ms
            and previous.activity_number = steps.activity_number - 1
            and previous.is_marker = 0
    left join agent_steps as following
        on
            following.agent_key = steps.agent_key
            and following.channel_number = steps.channel_number
            and following.session_started_at_ms = steps.session_started_at_ms
            and following.activity_number = steps.activity_number + 1
            and following.is_marker = 0
    where steps.is_marker = 0
)

select
    stays.agent_key,
    coalesce(contexts.agent_session_id, agents.agent_id || '-' || cast(stays.session_started_at_ms as text)) as agent_session_id,
    contexts.channel_id,
    stays.activity_number,
    stays.event_key,
    stays.context_key,
    stays.is_late,
    names.state,
    names.is_known,
    names.kind,
    case
        when names.measure = 'ringing' and before.measure = 'outdial_ringing' then 'outdial_ringing'
        else names.measure
    end as measure,
    contexts.channel_type,
    stays.at_ms as started_at_ms,
    stays.stay_ended_at_ms as ended_at_ms,
    stays.stay_ended_at_ms - stays.at_ms as duration_ms,
    before.state as previous_state,
    following.state as next_state,
    case
        when names.transfer in ('blind', 'consult') then names.transfer
        when names.transfer = 'done' and before.transfer is null then 'other'
    end as transfer
from stays
join agents on agents.agent_key = stays.agent_key
join agent_contexts as contexts
    on
        contexts.agent_key = stays.agent_key
        and contexts.context_key = stays.context_key
        and contexts.channel_number = stays.channel_number
join agent_state_names as names on names.name_key = stays.name_key
left join agent_state_names as before on before.name_key = stays.previous_name_key
left join agent_state_names as following on following.name_key = stays.next_name_key
