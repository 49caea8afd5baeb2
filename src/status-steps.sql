-- One row per step that a night ran for a period which touches the days asked for, the earliest first.
-- Key: none.
-- From: receipts.
-- A receipt speaks for every day of its period; of several the last one holds. Reports over a week are no nights.
select
    from_day,
    to_day,
    step,
    status
from receipts
where workflow = 'nightly'
    and from_day <= :to_day
    and to_day >= :from_day
order by receipt_key
