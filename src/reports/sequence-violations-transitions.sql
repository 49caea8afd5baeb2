-- one row per state, event and verdict: transitions of contacts that began in the period
-- key: state, event, verdict
-- from: customer_sessions, sequence_transitions
-- note: feeds the matrix and the list of events the table does not know
with transitions as (
    select
        transitions.state,
        transitions.event,
        transitions.verdict,
        transitions.contact_key,
        count(*) as event_count
    from customer_sessions as sessions
    join sequence_transitions as transitions on transitions.contact_key = sessions.contact_key
    where sessions.started_day >= :from_day
        and sessions.started_day <= :to_day
    group by transitions.contact_key, transitions.state, transitions.event, transitions.verdict
)

select
    state,
    event,
    verdict,
    cast(sum(event_count) as bigint) as event_count,
    count(*) as contact_count
from transitions
group by state, event, verdict
order by state, event, verdict
