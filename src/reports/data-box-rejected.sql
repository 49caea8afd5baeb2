-- one row per reason for which lines of the period's dumps were rejected
-- key: reason
-- from: rejected_lines, dumps, dump_quarters
-- note: a rejected line has no time that could be trusted, so it counts in every period its dump serves
with quarters as (
    select distinct dump_key
    from dump_quarters
    where quarter_at_ms >= :starts_at_ms
        and quarter_at_ms < :ends_at_ms
),

period_dumps as (
    select dumps.dump_key
    from dumps
    left join quarters on quarters.dump_key = dumps.dump_key
    where quarters.dump_key is not null
        or (dumps.named_day >= :from_day and dumps.named_day <= :to_day)
)

select
    rejected_lines.reason,
    count(*) as rejected_count
from period_dumps
join rejected_lines on rejected_lines.dump_key = period_dumps.dump_key
group by rejected_lines.reason
order by rejected_count desc, rejected_lines.reason
