-- One row per activity of a checked contact: the state before it and the verdict.
-- Key: contact_key, activity_number.
-- From: sequence_judgements.
-- Verdicts: accepted, not-accepted, no-start, unjudged (before the state of a contact without a start is known), not-in-table.
select
    contact_key,
    activity_number,
    state,
    event,
    verdict
from sequence_judgements
order by contact_key, activity_number
