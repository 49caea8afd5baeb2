-- One row per dump loaded since an edition and agent: its events of agents of the period, by what they did to it.
-- Key: dump_key, scope_id.
-- From: agent_sessions, agent_activities, agent_events, agent_event_copies, agents, dumps, calendar_days.
-- Late: happened before what the edition's data went up to, or before the day of its dump. Markers, which are no stays, are not counted.
with sessions as (
    select
        agent_key,
        agent_session_id,
        channel_id
    from agent_sessions
    where started_day >= :earliest_day
        and started_day <= :to_day
        and (started_day >= :from_day or coalesce(ended_at_ms, :starts_at_ms) >= :starts_at_ms)
),

dated_dumps as (
    select
        dumps.dump_key,
        named_days.starts_at_ms
    from dumps
    join calendar_days as named_days on named_days.day = dumps.named_day
    where dumps.dump_key > :last_dump_key
),

brought as (
    select
        events.first_dump_key as dump_key,
        events.agent_key,
        case when events.at_ms <= :data_up_to_ms or events.at_ms < dated_dumps.starts_at_ms then 1 else 0 end as is_late,
        0 as is_revised
    from sessions
    join agent_activities as activities
        on activities.agent_key = sessions.agent_key
        and activities.agent_session_id = sessions.agent_session_id
        and activities.channel_id = sessions.channel_id
    join agent_events as events on events.event_key = activities.event_key
    left join dated_dumps on dated_dumps.dump_key = events.first_dump_key
    where events.first_dump_key > :last_dump_key
    union all
    select
        copies.dump_key,
        copies.agent_key,
        0 as is_late,
        1 as is_revised
    from agent_event_copies as copies
    join agent_events as events on events.agent_key = copies.agent_key and events.identity = copies.identity
    where copies.dump_key > :last_dump_key
        and events.first_dump_key <= :last_dump_key
        and events.at_ms < :ends_at_ms
        and coalesce(events.ended_at_ms, events.at_ms) >= :starts_at_ms
)

select
    brought.dump_key,
    agents.agent_id as scope_id,
    cast(sum(brought.is_late) as bigint) as late_count,
    cast(sum(brought.is_revised) as bigint) as revised_count,
    cast(sum(1 - brought.is_late - brought.is_revised) as bigint) as further_count
from brought
join agents on agents.agent_key = brought.agent_key
group by brought.dump_key, agents.agent_id
order by brought.dump_key, agents.agent_id
