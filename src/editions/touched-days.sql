-- One row per report that was issued of a day of which dumps loaded since a look hold events.
-- Key: day, report.
-- From: dump_quarters, calendar_days, editions.
-- Only editions of single days, in the view and language of the night.
select distinct
    editions.from_day as day,
    editions.report
from dump_quarters as quarters
join calendar_days as days
    on quarters.quarter_at_ms >= days.starts_at_ms
    and quarters.quarter_at_ms < days.ends_at_ms
join editions
    on editions.from_day = days.day
    and editions.to_day = days.day
where quarters.dump_key > :after_key
    and quarters.dump_key <= :until_key
    and editions.view = :view
    and editions.language = :language
order by editions.from_day, editions.report
