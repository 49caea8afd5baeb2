-- One row per local day and state: the time all agents together were in it.
-- Key: day, kind.
-- From: stays, which the report puts in front: agent-states-person or agent-states-channel; calendar_days.
-- Note: a stay over midnight is cut there.
select
    days.day,
    stays.kind,
    cast(sum(
        case when stays.ended_at_ms > days.ends_at_ms then days.ends_at_ms else stays.ended_at_ms end
        - case when stays.started_at_ms < days.starts_at_ms then days.starts_at_ms else stays.started_at_ms end
    ) as bigint) as stay_ms
from calendar_days as days
join stays on stays.started_at_ms < days.ends_at_ms and stays.ended_at_ms > days.starts_at_ms
where days.starts_at_ms < :ends_at_ms and days.ends_at_ms > :starts_at_ms
group by days.day, stays.kind
order by days.day, stays.kind
