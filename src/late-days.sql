-- One row per local day of which a dump was read after its night had been through: the day's reports do not hold it.
-- Key: day.
-- From: receipts, dumps, dump_quarters, calendar_days.
-- A night has seen what was read before its rebuild began. Who read the dump has come to his end: one day is finished before another is made anew.
with nights as (
    select
        ended.from_day,
        ended.to_day,
        coalesce(max(rebuilt.started_at_ms), ended.started_at_ms) as seen_until_ms,
        max(case when rendered.status = 'done' then 1 else 0 end) as is_rendered
    from receipts as ended
    left join receipts as rebuilt on rebuilt.run_id = ended.run_id and rebuilt.step = 'rebuild'
    left join receipts as rendered on rendered.run_id = ended.run_id and rendered.step = 'render'
    where ended.workflow = 'nightly'
        and ended.ends_run = 1
        and ended.is_plain = 1
        and ended.to_day >= :from_day
    group by ended.receipt_key, ended.from_day, ended.to_day, ended.started_at_ms
),

days as (
    select
        calendar_days.day,
        calendar_days.starts_at_ms,
        calendar_days.ends_at_ms,
        max(nights.seen_until_ms) as seen_until_ms
    from calendar_days
    join nights on nights.from_day <= calendar_days.day and nights.to_day >= calendar_days.day
    where calendar_days.day >= :from_day
    group by calendar_days.day, calendar_days.starts_at_ms, calendar_days.ends_at_ms
    having max(nights.is_rendered) = 1
)

select days.day
from days
where exists (
    select 1
    from dumps
    where dumps.first_read_at_ms > days.seen_until_ms
        and exists (
            select 1
            from dump_quarters
            where dump_quarters.dump_key = dumps.dump_key
                and dump_quarters.quarter_at_ms >= days.starts_at_ms
                and dump_quarters.quarter_at_ms < days.ends_at_ms
        )
        and exists (
            select 1
            from receipts as pulled
            join receipts as ended on ended.run_id = pulled.run_id and ended.ends_run = 1
            where pulled.step = 'pull'
                and pulled.started_at_ms <= dumps.first_read_at_ms
                and pulled.finished_at_ms >= dumps.first_read_at_ms
        )
)
order by days.day
