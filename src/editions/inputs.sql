-- One row per dump the period rests on: it holds events of the period, or its name is dated within it.
-- Key: sha256.
-- From: dumps, dump_quarters.
-- Events are counted as read, copies of one event in several dumps included.
with quarters as (
    select
        dump_key,
        cast(sum(contact_event_count + agent_event_count) as bigint) as event_count
    from dump_quarters
    where quarter_at_ms >= :starts_at_ms
        and quarter_at_ms < :ends_at_ms
    group by dump_key
)

select
    dumps.sha256,
    dumps.name,
    coalesce(quarters.event_count, 0) as event_count,
    coalesce(dumps.rejected_count, 0) as rejected_count
from dumps
left join quarters on quarters.dump_key = dumps.dump_key
where quarters.dump_key is not null
    or (dumps.named_day >= :from_day and dumps.named_day <= :to_day)
order by dumps.sha256
