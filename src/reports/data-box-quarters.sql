-- one row per UTC quarter-hour of the period in which something happened
-- key: quarter_at_ms
-- from: dump_quarters
-- note: tells which of the period's days have no data at all
select distinct quarter_at_ms
from dump_quarters
where quarter_at_ms >= :starts_at_ms
    and quarter_at_ms < :ends_at_ms
order by quarter_at_ms
