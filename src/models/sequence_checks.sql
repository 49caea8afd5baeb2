-- One row per checked contact: how many of its transitions were judged and accepted.
-- Key: contact_key.
-- From: contacts_in_check, sequence_transitions.
-- A missing start is a finding and no judged transition.
select
    checked.contact_key,
    count(*) filter (where transitions.verdict in ('accepted', 'not-accepted')) as judged_count,
    count(*) filter (where transitions.verdict = 'accepted') as accepted_count,
    count(*) filter (where transitions.verdict = 'not-in-table') as not_in_table_count,
    count(*) filter (where transitions.verdict in ('not-accepted', 'no-start')) as violation_count
from contacts_in_check as checked
cross join sequence_transitions as transitions
where checked.contact_key between :from_key and :to_key and transitions.contact_key = checked.contact_key
group by checked.contact_key
