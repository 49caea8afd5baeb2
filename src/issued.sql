-- One row per edition of a period that touches the days asked for, by period, report and number.
-- Key: edition_id.
-- From: editions, edition_files, restatements.
-- An empty report is every report.
select
    editions.edition_id,
    editions.report,
    editions.view,
    editions.language,
    editions.from_day,
    editions.to_day,
    editions.edition_number,
    editions.issued_at_ms,
    editions.data_up_to_ms,
    (
        select count(*)
        from restatements
        where restatements.edition_key = editions.edition_key
    ) as change_count,
    editions.causes,
    (
        select count(*)
        from edition_files
        where edition_files.edition_key = editions.edition_key
    ) as file_count,
    (
        select cast(coalesce(sum(edition_files.byte_count), 0) as bigint)
        from edition_files
        where edition_files.edition_key = editions.edition_key
    ) as byte_count,
    (
        select cast(coalesce(sum(length(edition_files.content)), 0) as bigint)
        from edition_files
        where edition_files.edition_key = editions.edition_key
    ) as packed_byte_count
from editions
where editions.from_day <= :to_day
    and editions.to_day >= :from_day
    and (editions.report = :report or cast(:report as text) = '')
order by editions.from_day, editions.to_day, editions.report, editions.view, editions.language, editions.edition_number
