-- One row per checked contact: how many of its transitions were judged and accepted.
-- Key: contact_key.
-- From: sequence_judgements.
-- A missing start is a finding and no judged transition.
select
    contact_key,
    count(*) filter (where verdict in ('accepted', 'not-accepted')) as judged_count,
    count(*) filter (where verdict = 'accepted') as accepted_count,
    count(*) filter (where verdict = 'not-in-table') as not_in_table_count,
    count(*) filter (where verdict in ('not-accepted', 'no-start')) as violation_count
from sequence_judgements
group by contact_key
