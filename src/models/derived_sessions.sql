-- derived_sessions: one row per event whose session nobody named: when that session began
-- key: event_key; a working table, held only while a slice of agents is rebuilt
-- from: untold_events
-- note: a logged-out leaves a session; its other channels, each until its own logged-out, stay in it up to 5 s after the last of those
with recursive
-- What is known after each event: the session in hand and its channels, whether it was left, and who of the session left last still stays.
walk as (
    select
        agent_key,
        position,
        event_key,
        at_ms,
        cast(1 as bigint) as session_number,
        cast(1 as bigint) as current_number,
        is_logout as is_left,
        channel as current_channels,
        cast(',' as text) as staying_channels,
        at_ms as left_at_ms
    from untold_events
    where position = 1
    union all
    select
        events.agent_key,
        events.position,
        events.event_key,
        events.at_ms,
        case
            when turns.is_staying = 1 then walk.current_number - 1 + walk.is_left
            else walk.current_number + walk.is_left
        end,
        case
            when turns.is_staying = 1 then walk.current_number
            else walk.current_number + walk.is_left
        end,
        case
            when turns.is_staying = 1 then walk.is_left
            else events.is_logout
        end,
        case
            when turns.is_staying = 1 or (walk.is_left = 0 and walk.current_channels like '%' || events.channel || '%')
                then walk.current_channels
            when walk.is_left = 1 then events.channel
            else walk.current_channels || substr(events.channel, 2)
        end,
        case
            when events.is_logout = 0 then walk.staying_channels
            when turns.is_staying = 1 then replace(walk.staying_channels, events.channel, ',')
            when walk.is_left = 1 then ','
            else replace(walk.current_channels, events.channel, ',')
        end,
        case
            when events.is_logout = 1 then events.at_ms
            else walk.left_at_ms
        end
    from walk
    join untold_events as events on events.agent_key = walk.agent_key and events.position = walk.position + 1
    join (select 0 as is_staying union all select 1) as turns
        on
            turns.is_staying = case
                when walk.staying_channels like '%' || events.channel || '%' and events.at_ms <= walk.left_at_ms + 5000 then 1
                else 0
            end
)

select
    event_key,
    min(at_ms) over (partition by agent_key, session_number) as started_at_ms
from walk
