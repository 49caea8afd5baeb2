-- One row per queue and UTC quarter-hour of a local day: the visits that entered the queue then.
-- Key: name, quarter_at_ms.
-- From: queue_visits.
-- All visits count, of whatever direction and outcome: what was delivered is asked here, not how it was served.
select
    coalesce(queue_name, queue_id, '(no queue named)') as name,
    entered_at_ms / 900000 * 900000 as quarter_at_ms,
    count(*) as visit_count
from queue_visits
where entered_day = :day
group by coalesce(queue_name, queue_id, '(no queue named)'), entered_at_ms / 900000 * 900000
order by name, quarter_at_ms
