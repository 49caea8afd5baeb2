-- one row per reason the reference knows
-- key: kind, reason
-- from: reason_codes, cpa_reasons, rule_names
-- note: words for people; the figures come from failure-reasons.sql
select
    'call' as kind,
    code as reason,
    phrase,
    acts as class,
    owner,
    meaning
from reason_codes
union all
select distinct
    'cpa',
    reason,
    outcome,
    phase,
    owner,
    meaning
from cpa_reasons
union all
select distinct
    case when kind = 'offer-reason' then 'offer' else 'termination' end,
    name,
    outcome,
    '',
    owner,
    meaning
from rule_names
where kind in ('offer-reason', 'termination-reason')
order by 1, 2
