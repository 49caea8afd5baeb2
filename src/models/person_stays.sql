-- person_stays: one row per stretch of an agent's time in one state, all channels taken together; never two at once
-- key: agent_key, started_at_ms
-- from: agents_to_rebuild, agent_activities, agent_sessions, sealed_agents, idle_starts, state_kinds
-- note: the state of the smallest precedence rules, telephony before other channels; signed in without any known state is unknown
with
sessions as (
    select sessions.*
    from agents_to_rebuild as touched
    join agent_sessions as sessions on sessions.agent_key = touched.agent_key
    left join sealed_agents as sealed on sealed.agent_key = touched.agent_key
    where
        touched.agent_key between :from_key and :to_key
        and sessions.started_at_ms >= coalesce(sealed.before_ms, 0)
),

session_logouts as (
    select
        agent_key,
        agent_session_id,
        max(logged_out_at_ms) as logged_out_at_ms,
        max(known_until_ms) as known_until_ms
    from sessions
    group by agent_key, agent_session_id
),

-- Until when the open stay of a channel lasts: null is the horizon. Nobody is signed in after logging out on another channel, nor for ever.
channels as (
    select
        sessions.agent_key,
        sessions.agent_session_id,
        sessions.channel_id,
        sessions.started_at_ms,
        case
            when coalesce(sessions.is_open, 0) = 0 or sessions.is_stale = 1 then sessions.known_until_ms
            when session_logouts.logged_out_at_ms is not null then session_logouts.known_until_ms
        end as ended_at_ms
    from sessions
    join session_logouts
        on
            session_logouts.agent_key = sessions.agent_key
            and session_logouts.agent_session_id = sessions.agent_session_id
),

-- Each kind of state is a bit, telephony and other channels apart: the smaller the bit, the stronger the state.
classes as materialized (
    select
        kinds.kind,
        sides.is_other,
        cast(1 as bigint) << cast(2 * (kinds.precedence - 1) + sides.is_other as integer) as bit
    from state_kinds as kinds
    cross join (select 0 as is_other union all select 1) as sides
    where kinds.precedence is not null
),

activities as (
    select
        activities.agent_key,
        activities.agent_session_id,
        activities.channel_id,
        classes.bit,
        activities.started_at_ms,
        activities.ended_at_ms
    from agents_to_rebuild as touched
    cross join agent_activities as activities
    join classes
        on classes.kind = activities.kind and classes.is_other = case when activities.channel_type = 'telephony' then 0 else 1 end
    where
        touched.agent_key between :from_key and :to_key
        and activities.agent_key = touched.agent_key
),

-- What has no end yet ends with the largest instant there is, so that ends compare. Ordered for the two that read it.
spans as materialized (
    select
        channels.agent_key,
        classes.bit,
        channels.started_at_ms,
        coalesce(channels.ended_at_ms, 9007199254740991) as ended_at_ms
    from channels
    join classes on classes.kind = 'unknown' and classes.is_other = 0
    where channels.ended_at_ms is null or channels.ended_at_ms > channels.started_at_ms
    union all
    select
        agent_key,
        bit,
        started_at_ms,
        ended_at_ms
    from activities
    where ended_at_ms > started_at_ms
    union all
    select
        activities.agent_key,
        activities.bit,
        activities.started_at_ms,
        coalesce(channels.ended_at_ms, 9007199254740991)
    from activities
    join channels
        on
            channels.agent_key = activities.agent_key
            and channels.agent_session_id = activities.agent_session_id
            and channels.channel_id = activities.channel_id
    where
        activities.ended_at_ms is null
        and (channels.ended_at_ms is null or channels.ended_at_ms > activities.started_at_ms)
    order by agent_key, bit, started_at_ms, ended_at_ms
),

reached as (
    select
        agent_key,
        bit,
        started_at_ms,
        max(ended_at_ms) over (
            partition by agent_key, bit
            order by started_at_ms, ended_at_ms
            rows between unbounded preceding and 1 preceding
        ) as reached_ms
    from spans
),

-- A kind is switched on where a span begins beyond all before it, and off where those before it ended.
switches as (
    select
        agent_key,
        started_at_ms as at_ms,
        bit as bit_change
    from reached
    where started_at_ms > reached_ms or reached_ms is null
    union all
    select
        agent_key,
        reached_ms,
        -bit
    from reached
    where started_at_ms > reached_ms
    union all
    select
        agent_key,
        max(ended_at_ms),
        -bit
    from spans
    group by agent_key, bit
    having max(ended_at_ms) < 9007199254740991
    union all
    select
        agent_key,
        started_at_ms,
        0
    from idle_starts
),

cuts as (
    select
        agent_key,
        at_ms,
        cast(sum(bit_change) as bigint) as mask_change
    from switches
    group by agent_key, at_ms
    order by agent_key, at_ms
),

masks as (
    select
        agent_key,
        at_ms,
        mask_change,
        cast(sum(mask_change) over (partition by agent_key order by at_ms) as bigint) as mask
    from cuts
),

-- The lowest bit rules; where it stays the same, only idle can change: its code.
ruling as (
    select
        agent_key,
        at_ms,
        mask & -mask as bit,
        (mask - mask_change) & -(mask - mask_change) as previous_bit
    from masks
    where
        mask & -mask <> (mask - mask_change) & -(mask - mask_change)
        or mask & -mask in (select bit from classes where kind = 'idle')
),

compared as (
    select
        ruling.agent_key,
        ruling.at_ms,
        classes.kind,
        previous.kind as previous_kind,
        case
            when classes.kind = 'idle'
                then (
                    select idle_code
                    from idle_starts
                    where
                        idle_starts.agent_key = ruling.agent_key
                        and idle_starts.is_other = classes.is_other
                        and idle_starts.started_at_ms <= ruling.at_ms
                    order by started_at_ms desc
                    limit 1
                )
        end as idle_code,
        case
            when previous.kind = 'idle'
                then (
                    select idle_code
                    from idle_starts
                    where
                        idle_starts.agent_key = ruling.agent_key
                        and idle_starts.is_other = previous.is_other
                        and idle_starts.started_at_ms < ruling.at_ms
                    order by started_at_ms desc
                    limit 1
                )
        end as previous_idle_code
    from ruling
    left join classes on classes.bit = ruling.bit
    left join classes as previous on previous.bit = ruling.previous_bit
),

changes as (
    select
        agent_key,
        at_ms as started_at_ms,
        lead(at_ms) over (partition by agent_key order by at_ms) as ended_at_ms,
        kind,
        idle_code
    from compared
    where kind is distinct from previous_kind or idle_code is distinct from previous_idle_code
)

select
    agent_key,
    started_at_ms,
    ended_at_ms,
    kind,
    idle_code
from changes
where kind is not null
