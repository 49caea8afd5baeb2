-- one row per kind of refused transition and example: the first three contacts of each kind
-- key: kind, state, previous_event, event, severity, confidence, example_number
-- from: customer_sessions, sequence_violations
-- note: the counts are those of the kind, the same on each of its examples
with findings as (
    select
        violations.kind,
        violations.state,
        violations.previous_event,
        violations.event,
        violations.severity,
        violations.confidence,
        violations.contact_id,
        min(violations.at_ms) as first_at_ms,
        max(violations.at_ms) as last_at_ms,
        count(*) as finding_count,
        max(coalesce(sessions.is_truncated, 0)) as is_truncated
    from customer_sessions as sessions
    join sequence_violations as violations on violations.contact_key = sessions.contact_key
    where sessions.started_day >= :from_day
        and sessions.started_day <= :to_day
    group by
        violations.kind,
        violations.state,
        violations.previous_event,
        violations.event,
        violations.severity,
        violations.confidence,
        violations.contact_id
),

numbered as (
    select
        findings.*,
        row_number() over (
            partition by kind, state, previous_event, event, severity, confidence
            order by first_at_ms, contact_id
        ) as example_number,
        cast(sum(finding_count) over kind_of as bigint) as kind_finding_count,
        count(*) over kind_of as contact_count,
        cast(sum(is_truncated) over kind_of as bigint) as truncated_count,
        min(first_at_ms) over kind_of as kind_first_at_ms,
        max(last_at_ms) over kind_of as kind_last_at_ms
    from findings
    window kind_of as (partition by kind, state, previous_event, event, severity, confidence)
)

select
    kind,
    state,
    previous_event,
    event,
    severity,
    confidence,
    example_number,
    contact_id,
    kind_finding_count as finding_count,
    contact_count,
    truncated_count,
    kind_first_at_ms as first_at_ms,
    kind_last_at_ms as last_at_ms
from numbered
where example_number <= 3
order by finding_count desc, kind, state, event, previous_event, severity, confidence, example_number
