-- one row per termination reason and sample: the first three contacts that ended so
-- key: reason, sample_number
-- from: customer_sessions
-- note: the last reason of each contact; the counts are those of the reason, the same on each of its samples
with contacts as (
    select
        termination_reason,
        contact_key,
        coalesce(ended_at_ms, started_at_ms) as at_ms
    from customer_sessions
    where started_day >= :from_day
        and started_day <= :to_day
        and termination_reason is not null
),

spellings as (
    select
        termination_reason,
        lower(replace(replace(replace(termination_reason, '-', ''), '_', ''), ' ', '')) as folded,
        count(*) as contact_count,
        min(at_ms) as first_at_ms,
        max(at_ms) as last_at_ms
    from contacts
    group by termination_reason
),

reasons as (
    select
        folded,
        min(termination_reason) as reason,
        cast(sum(contact_count) as bigint) as contact_count,
        min(first_at_ms) as first_at_ms,
        max(last_at_ms) as last_at_ms
    from spellings
    group by folded
),

earliest as (
    select
        contacts.termination_reason,
        contacts.contact_key,
        contacts.at_ms
    from (
        select
            termination_reason,
            contact_key,
            at_ms,
            rank() over (partition by termination_reason order by at_ms) as place
        from contacts
    ) as contacts
    where contacts.place <= 3
),

samples as (
    select
        spellings.folded,
        sessions.contact_id,
        row_number() over (partition by spellings.folded order by earliest.at_ms, sessions.contact_id) as sample_number
    from earliest
    join spellings on spellings.termination_reason = earliest.termination_reason
    join customer_sessions as sessions on sessions.contact_key = earliest.contact_key
)

select
    reasons.reason,
    reasons.contact_count,
    reasons.first_at_ms,
    reasons.last_at_ms,
    samples.sample_number,
    samples.contact_id
from reasons
join samples on samples.folded = reasons.folded
where samples.sample_number <= 3
order by reasons.reason, samples.sample_number
