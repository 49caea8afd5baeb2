-- person_stays: one row per stretch of an agent's time in one state, all channels taken together; never two at once
-- key: agent_key, started_at_ms
-- from: agent_activities, agent_sessions, event_contexts, state_kinds
-- note: the state of the smallest precedence rules, telephony before other channels; signed in without any known state is unknown
with
sessions as (
    select sessions.*
    from agents_to_rebuild as touched
    join agent_sessions as sessions on sessions.agent_key = touched.agent_key
    where
        touched.agent_key between :from_key and :to_key
        and sessions.started_at_ms is not null
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
classes as (
    select
        kinds.kind,
        sides.is_other,
        cast(1 as bigint) << cast(2 * (kinds.precedence - 1) + sides.is_other as integer) as bit
    from state_kinds as kinds
    cross join (select 0 as is_other union all select 1) as sides
    where kinds.precedence is not null
),

-- What has no end yet ends with the largest instant there is, so that ends compare.
spans as (
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
        activities.agent_key,
        classes.bit,
        activities.started_at_ms,
        activities.ended_at_ms
    from agents_to_rebuild as touched
    join agent_activities as activities on activities.agent_key = touched.agent_key
    join classes
        on classes.kind = activities.kind and classes.is_other = case when activities.channel_type = 'telephony' then 0 else 1 end
    where
        touched.agent_key between :from_key and :to_key
        and activities.ended_at_ms > activities.started_at_ms
    union all
    select
        activities.agent_key,
        classes.bit,
        activities.started_at_ms,
        coalesce(channels.ended_at_ms, 9007199254740991)
    from agents_to_rebuild as touched
    join agent_activities as activities on activities.agent_key = touched.agent_key
    join classes
        on classes.kind = activities.kind and classes.is_other = case when activities.channel_type = 'telephony' then 0 else 1 end
    join channels
        on
            channels.agent_key = activities.agent_key
            and channels.agent_session_id = activities.agent_session_id
            and channels.channel_id = activities.channel_id
    where
        touched.agent_key between :from_key and :to_key
        and activities.ended_at_ms is null
        and (channels.ended_at_ms is null or channels.ended_at_ms > activities.started_at_ms)
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

idle_codes as (
    select
        activities.agent_key,
        case when activities.channel_type = 'telephony' then 0 else 1 end as is_other,
        activities.started_at_ms,
        min(context.idle_code) as idle_code
    from agents_to_rebuild as touched
    join agent_activities as activities on activities.agent_key = touched.agent_key
    join event_contexts as context on context.context_key = activities.context_key
    where
        touched.agent_key between :from_key and :to_key
        and activities.kind = 'idle'
        and (activities.ended_at_ms is null or activities.ended_at_ms > activities.started_at_ms)
    group by activities.agent_key, is_other, activities.started_at_ms
),

-- A kind is switched on where a span begins beyond all before it, and off where those before it ended.
switches as (
    select
        reached.agent_key,
        case signs.sign when 1 then reached.started_at_ms else reached.reached_ms end as at_ms,
        signs.sign * reached.bit as bit_change,
        null as telephony_idle_at_ms,
        null as other_idle_at_ms
    from reached
    cross join (select 1 as sign union all select -1) as signs
    where reached.started_at_ms > reached.reached_ms or (reached.reached_ms is null and signs.sign = 1)
    union all
    select
        agent_key,
        max(ended_at_ms),
        -bit,
        null,
        null
    from spans
    group by agent_key, bit
    having max(ended_at_ms) < 9007199254740991
    union all
    select
        agent_key,
        started_at_ms,
        0,
        case when is_other = 0 then started_at_ms end,
        case when is_other = 1 then started_at_ms end
    from idle_codes
),

cuts as (
    select
        agent_key,
        at_ms,
        cast(sum(bit_change) as bigint) as mask_change,
        max(telephony_idle_at_ms) as telephony_idle_at_ms,
        max(other_idle_at_ms) as other_idle_at_ms
    from switches
    group by agent_key, at_ms
),

masks as (
    select
        agent_key,
        at_ms,
        cast(sum(mask_change) over agent as bigint) as mask,
        max(telephony_idle_at_ms) over agent as telephony_idle_at_ms,
        max(other_idle_at_ms) over agent as other_idle_at_ms
    from cuts
    window agent as (partition by agent_key order by at_ms)
),

ruling as (
    select
        masks.agent_key,
        masks.at_ms,
        classes.kind,
        idle_codes.idle_code
    from masks
    left join classes on classes.bit = masks.mask & -masks.mask
    left join idle_codes
        on
            classes.kind = 'idle'
            and idle_codes.agent_key = masks.agent_key
            and idle_codes.is_other = classes.is_other
            and idle_codes.started_at_ms = case classes.is_other when 0 then masks.telephony_idle_at_ms else masks.other_idle_at_ms end
),

compared as (
    select
        ruling.*,
        lag(kind) over agent as previous_kind,
        lag(idle_code) over agent as previous_idle_code
    from ruling
    window agent as (partition by agent_key order by at_ms)
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
