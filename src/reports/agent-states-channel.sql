-- One row per stay of an agent's channel in one state, and one of kind signed-in per channel session, cut at the period and the horizon.
-- Key: none; stays of one channel may overlap around consults.
-- From: agent_sessions, agent_activities, state_kinds.
-- Note: an open stay lasts until the horizon, that of a stale session until the last that is known of it.
with
sessions as (
    select
        agent_key,
        agent_session_id,
        channel_id,
        channel_type,
        started_at_ms,
        case when coalesce(is_open, 0) = 0 or is_stale = 1 then known_until_ms else :horizon_at_ms end as until_ms,
        case when is_open = 1 and is_stale = 0 then 1 else 0 end as is_open
    from agent_sessions
    where started_at_ms < :ends_at_ms
),

stays as (
    select
        sessions.agent_key,
        sessions.channel_type,
        activities.kind,
        case when activities.kind = 'idle' then context.idle_code end as idle_code,
        activities.started_at_ms,
        coalesce(activities.ended_at_ms, sessions.until_ms) as ended_at_ms,
        case when activities.ended_at_ms is null then sessions.is_open else 0 end as is_open
    from sessions
    join agent_activities as activities
        on
            activities.agent_key = sessions.agent_key
            and activities.agent_session_id = sessions.agent_session_id
            and activities.channel_id = sessions.channel_id
    join state_kinds as kinds on kinds.kind = activities.kind
    join event_contexts as context on context.context_key = activities.context_key
    where kinds.precedence is not null
    union all
    select
        agent_key,
        channel_type,
        'signed-in',
        null,
        started_at_ms,
        until_ms,
        is_open
    from sessions
)

select
    agent_key,
    channel_type,
    kind,
    idle_code,
    case when started_at_ms < :starts_at_ms then :starts_at_ms else started_at_ms end as started_at_ms,
    case when ended_at_ms > :ends_at_ms then :ends_at_ms else ended_at_ms end as ended_at_ms,
    case when started_at_ms < :starts_at_ms then 1 else 0 end as is_carried_in,
    case when ended_at_ms > :ends_at_ms then 1 else 0 end as is_carried_out,
    case when is_open = 1 and :horizon_at_ms <= :ends_at_ms then 1 else 0 end as is_open
from stays
where
    started_at_ms < :ends_at_ms
    and ended_at_ms > :starts_at_ms
    and ended_at_ms > started_at_ms
