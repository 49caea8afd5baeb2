-- One row per line of a dump that could not be taken.
-- Key: dump_sha256, dump_line.
-- From: rejected_lines, dumps.
-- A rejected line has no day of its own: days select the dumps of those days; a page begins after its key.
select
    d.sha256 as dump_sha256,
    d.name as dump_file,
    r.line_number as dump_line,
    r.reason,
    r.message,
    r.byte_count,
    r.sha256,
    r.text
from dumps as d
inner join rejected_lines as r on r.dump_key = d.dump_key
where d.sha256 >= :after_id
  and (d.sha256 > :after_id or r.line_number > :after_number)
  and (:from_day = '' or coalesce(d.named_day, d.stamp_day) is null or coalesce(d.named_day, d.stamp_day) >= :from_day)
  and (:to_day = '' or coalesce(d.named_day, d.stamp_day) is null or coalesce(d.named_day, d.stamp_day) <= :to_day)
order by d.sha256, r.line_number
limit :page_size
