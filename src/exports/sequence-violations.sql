-- One row per finding of the sequence check.
-- Key: contact_id, activity_number.
-- From: sequence_violations, customer_sessions.
-- Days select whole contacts by the day they began; ordered by key, a page begins after it.
select
    v.contact_id,
    v.activity_number,
    v.at_ms,
    v.state,
    v.previous_event,
    v.event,
    v.kind,
    v.severity,
    v.confidence,
    v.table_name,
    v.table_version
from sequence_violations as v
inner join customer_sessions as s on s.contact_key = v.contact_key
where v.contact_id >= :after_id
  and (v.contact_id > :after_id or v.activity_number > :after_number)
  and (:from_day = '' or s.started_day >= :from_day)
  and (:to_day = '' or s.started_day <= :to_day)
order by v.contact_id, v.activity_number
limit :page_size
