-- One row per source and UTC quarter-hour of a span: the events of contacts and of agents its dumps hold of it.
-- Key: source, quarter_at_ms.
-- From: dump_quarters, dumps, dump_sources.
-- Dumps of one name count once, those of one day are added, of several days that repeat the quarter the fullest counts.
with held as (
    select
        coalesce(dump_sources.source, :unnamed_source) as source,
        coalesce(dumps.named_day, dumps.stamp_day) as dump_day,
        dumps.name,
        quarters.quarter_at_ms,
        quarters.contact_event_count,
        quarters.agent_event_count
    from dump_quarters as quarters
    join dumps on dumps.dump_key = quarters.dump_key
    left join dump_sources on dump_sources.dump_key = dumps.dump_key
    where quarters.quarter_at_ms >= :starts_at_ms
        and quarters.quarter_at_ms < :ends_at_ms
),

named as (
    select
        source,
        dump_day,
        quarter_at_ms,
        max(contact_event_count) as contact_event_count,
        max(agent_event_count) as agent_event_count
    from held
    group by source, dump_day, name, quarter_at_ms
),

dated as (
    select
        source,
        dump_day,
        quarter_at_ms,
        cast(sum(contact_event_count) as bigint) as contact_event_count,
        cast(sum(agent_event_count) as bigint) as agent_event_count
    from named
    group by source, dump_day, quarter_at_ms
)

select
    source as name,
    quarter_at_ms,
    max(contact_event_count) as contact_count,
    max(agent_event_count) as agent_count
from dated
group by source, quarter_at_ms
order by source, quarter_at_ms
