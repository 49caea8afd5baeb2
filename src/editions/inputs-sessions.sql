-- One row: how many sessions of the period are open for so long that they count as lost, and how many events came late.
-- Key: none.
-- From: customer_sessions, agent_sessions.
-- A session belongs to the local day it began.
with sessions as (
    select is_stale, late_event_count
    from customer_sessions
    where started_day >= :from_day and started_day <= :to_day
    union all
    select is_stale, late_event_count
    from agent_sessions
    where started_day >= :from_day and started_day <= :to_day
)

select
    cast(coalesce(sum(is_stale), 0) as bigint) as stale_count,
    cast(coalesce(sum(late_event_count), 0) as bigint) as late_event_count
from sessions
