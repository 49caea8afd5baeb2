-- One row: what the database holds of one local day, and the last time its reports were rendered.
-- Key: none.
-- From: dump_quarters, dumps, customer_sessions, agent_sessions, sequence_checks, receipts, editions, mail_holds.
-- A quarter-hour counts to the day it begins in, a rejected line to the day of its dump. Without events nothing is to be checked.
with quarters as (
    select
        dump_key,
        contact_event_count + agent_event_count as event_count
    from dump_quarters
    where quarter_at_ms >= :start_ms and quarter_at_ms < :end_ms
),

contacts_of_day as (
    select
        s.is_open,
        s.is_stale,
        c.violation_count,
        case when c.contact_key is null and s.basis = 'rebuilt' then 1 else 0 end as is_unchecked
    from customer_sessions as s
    left join sequence_checks as c on c.contact_key = s.contact_key
    where s.started_day = :day
)

select
    (select count(distinct dump_key) from quarters) as dump_count,
    (select cast(coalesce(sum(event_count), 0) as bigint) from quarters) as event_count,
    (
        select cast(coalesce(sum(d.rejected_count), 0) as bigint)
        from dumps as d
        where coalesce(d.named_day, d.stamp_day) = :day
    ) as rejected_count,
    (select count(*) from contacts_of_day) as contact_count,
    (select count(*) from contacts_of_day where is_open = 1) as open_count,
    (select count(distinct agent_key) from agent_sessions where started_day = :day) as agent_count,
    (select count(*) from contacts_of_day where is_unchecked = 1) as unchecked_count,
    (select cast(coalesce(sum(violation_count), 0) as bigint) from contacts_of_day) as violation_count,
    (select count(*) from mail_holds where from_day <= :day and to_day >= :day) as held_count,
    (
        select max(made_at_ms)
        from (
            select finished_at_ms as made_at_ms
            from receipts
            where step = 'render' and status = 'done' and from_day <= :day and to_day >= :day
            union all
            select issued_at_ms as made_at_ms
            from editions
            where from_day = :day and to_day = :day
        ) as renders
    ) as rendered_at_ms,
    (
        select count(*)
        from editions
        where from_day = :day and to_day = :day and edition_number > 1
    ) as restated_count,
    (
        select max(d.first_read_at_ms)
        from dumps as d
        where d.dump_key in (select dump_key from quarters)
    ) as last_read_at_ms
