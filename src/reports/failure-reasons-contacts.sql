-- one row: how many contacts began in the period
-- key: none
-- from: customer_sessions
-- note: what the shares of the report are shares of
select count(*) as contact_count
from customer_sessions
where started_day >= :from_day
    and started_day <= :to_day
