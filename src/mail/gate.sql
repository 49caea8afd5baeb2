-- one row: how much of what came for a period could not be used, and whether anything came at all
-- key: none
-- from: dumps, dump_quarters, customer_sessions
-- note: a dump counts where it holds events of the period or is dated within it; contacts by the local day they began
with quarters as (
    select
        dump_key,
        cast(sum(contact_event_count + agent_event_count) as bigint) as event_count
    from dump_quarters
    where quarter_at_ms >= :starts_at_ms
        and quarter_at_ms < :ends_at_ms
    group by dump_key
),

period_dumps as (
    select
        dumps.dump_key,
        dumps.read_count,
        dumps.rejected_count,
        coalesce(quarters.event_count, 0) as event_count
    from dumps
    left join quarters on quarters.dump_key = dumps.dump_key
    where quarters.dump_key is not null
        or (dumps.named_day >= :from_day and dumps.named_day <= :to_day)
)

select
    (select cast(coalesce(sum(event_count), 0) as bigint) from period_dumps) as event_count,
    (select cast(coalesce(sum(read_count), 0) as bigint) from period_dumps) as line_count,
    (select cast(coalesce(sum(rejected_count), 0) as bigint) from period_dumps) as rejected_count,
    (
        select count(*)
        from customer_sessions
        where started_day >= :from_day and started_day <= :to_day
    ) as contact_count,
    (
        select cast(coalesce(sum(is_truncated), 0) as bigint)
        from customer_sessions
        where started_day >= :from_day and started_day <= :to_day
    ) as truncated_count
