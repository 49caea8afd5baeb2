-- one row per state, event and verdict: transitions of contacts that began in the period
-- key: state, event, verdict
-- from: customer_sessions, sequence_transitions
-- note: feeds the matrix
select
    transitions.state,
    transitions.event,
    transitions.verdict,
    count(*) as event_count
from customer_sessions as sessions
join sequence_transitions as transitions on transitions.contact_key = sessions.contact_key
where sessions.started_day >= :from_day
    and sessions.started_day <= :to_day
group by transitions.state, transitions.event, transitions.verdict
order by transitions.state, transitions.event, transitions.verdict
