-- one row per contact, with what the sequence check found
-- key: contact_key
-- from: contacts (put in front), sequence_checks
-- note: a contact without a row in sequence_checks was not checked, and is left out
select
    contacts.contact_key,
    contacts.contact_id,
    contacts.at_ms,
    contacts.channel_type,
    contacts.queue_id,
    contacts.queue_name,
    contacts.entry_point_id,
    contacts.entry_point_name,
    contacts.site_id,
    contacts.site_name,
    contacts.team_id,
    contacts.team_name,
    contacts.agent_id,
    contacts.agent_name,
    contacts.started_at_ms,
    case when checks.contact_key is null then 1 else 0 end as is_left_out,
    case when checks.contact_key is null then 0 else 1 end as is_checked,
    case when checks.violation_count = 0 then 1 else 0 end as is_fitting,
    coalesce(checks.judged_count, 0) as judged_count,
    coalesce(checks.accepted_count, 0) as accepted_count,
    coalesce(checks.not_in_table_count, 0) as not_in_table_count,
    coalesce(checks.violation_count, 0) as violation_count
from contacts
left join sequence_checks as checks on checks.contact_key = contacts.contact_key
