-- One row per stretch of an agent's time in one state, all channels taken together, cut at the period and the horizon.
-- Key: agent_key, started_at_ms.
-- From: person_stays.
-- Note: an open stay lasts until the horizon; signed-in time is the sum of the stays.
select
    agent_key,
    '' as channel_type,
    kind,
    idle_code,
    case when started_at_ms < :starts_at_ms then :starts_at_ms else started_at_ms end as started_at_ms,
    case when coalesce(ended_at_ms, :horizon_at_ms) > :ends_at_ms then :ends_at_ms else coalesce(ended_at_ms, :horizon_at_ms) end as ended_at_ms,
    case when started_at_ms < :starts_at_ms then 1 else 0 end as is_carried_in,
    case when coalesce(ended_at_ms, :horizon_at_ms) > :ends_at_ms then 1 else 0 end as is_carried_out,
    case when ended_at_ms is null and :horizon_at_ms <= :ends_at_ms then 1 else 0 end as is_open
from person_stays
where
    started_at_ms < :ends_at_ms
    and coalesce(ended_at_ms, :horizon_at_ms) > :starts_at_ms
    and coalesce(ended_at_ms, :horizon_at_ms) > started_at_ms
