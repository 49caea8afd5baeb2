-- one row: how the contacts that began in the period went through the check
-- key: none
-- from: customer_sessions, sequence_checks, sequence_violations
-- note: a contact without a row in sequence_checks was not checked; findings are violations of whatever severity
with contacts as (
    select
        contact_key,
        coalesce(is_truncated, 0) as is_truncated,
        basis
    from customer_sessions
    where started_day >= :from_day
        and started_day <= :to_day
),

findings as (
    select
        violations.contact_key,
        count(case when violations.severity = 'error' then 1 end) as error_count,
        count(case when violations.severity <> 'error' then 1 end) as warning_count,
        max(case when violations.kind = 'no-start' then 1 else 0 end) as is_no_start
    from contacts
    join sequence_violations as violations on violations.contact_key = contacts.contact_key
    group by violations.contact_key
)

select
    count(*) as contact_count,
    count(checks.contact_key) as checked_count,
    count(case when contacts.basis = 'reported' then 1 end) as reported_count,
    cast(coalesce(sum(checks.judged_count), 0) as bigint) as judged_count,
    cast(coalesce(sum(checks.accepted_count), 0) as bigint) as accepted_count,
    cast(coalesce(sum(checks.not_in_table_count), 0) as bigint) as not_in_table_count,
    count(case when checks.contact_key is not null and findings.contact_key is null then 1 end) as fitting_count,
    cast(coalesce(sum(findings.error_count), 0) as bigint) as error_count,
    cast(coalesce(sum(findings.warning_count), 0) as bigint) as warning_count,
    cast(coalesce(sum(findings.is_no_start), 0) as bigint) as no_start_count,
    count(case when findings.is_no_start = 1 and contacts.is_truncated = 1 then 1 end) as no_start_truncated_count,
    cast(coalesce(sum(contacts.is_truncated), 0) as bigint) as truncated_count,
    count(case when findings.contact_key is not null and contacts.is_truncated = 1 then 1 end) as truncated_finding_count
from contacts
left join sequence_checks as checks on checks.contact_key = contacts.contact_key
left join findings on findings.contact_key = contacts.contact_key
