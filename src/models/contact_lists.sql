-- One row per contact that came in lists of activities, and whether a part of them is missing.
-- Key: contact_key. A working table: held only while a slice of contacts is rebuilt.
-- From: contacts_to_rebuild, delivered_lists, contact_steps.
-- A vendor's list says how many there are, or whether more follow, or neither; neither at 25 is the vendor's limit.
with list as (
    select lists.*
    from contacts_to_rebuild as pending
    join delivered_lists as lists on lists.contact_key = pending.contact_key
    where pending.contact_key between :from_key and :to_key
),
stored as (
    select contact_key, count(*) as event_count
    from contact_steps
    group by contact_key
),
said as (
    select
        list.contact_key,
        coalesce(stored.event_count, 0) as event_count,
        max(list.total_count) as total_count,
        max(case when list.has_next_page = 0 then 1 else 0 end) as has_last_page
    from list
    left join stored on stored.contact_key = list.contact_key
    group by list.contact_key, stored.event_count
),
unfinished as (
    select distinct list.contact_key
    from list
    left join stored on stored.contact_key = list.contact_key
    where list.has_next_page = 1
        and (list.total_count is null or list.total_count > coalesce(stored.event_count, 0))
        and not exists (
            select 1
            from delivered_lists as last_page
            where last_page.contact_key = list.contact_key
                and last_page.has_next_page = 0
                and (last_page.oldest_at_ms <= list.oldest_at_ms or last_page.newest_at_ms >= list.newest_at_ms)
        )
),
silent as (
    select distinct contact_key
    from list
    where node_count = 25 and total_count is null and has_next_page is null
)
select
    said.contact_key,
    case
        when said.event_count < said.total_count then 1
        when unfinished.contact_key is not null then 1
        when silent.contact_key is not null and said.total_count is null and said.has_last_page = 0 then 1
        else 0
    end as is_truncated
from said
left join unfinished on unfinished.contact_key = said.contact_key
left join silent on silent.contact_key = said.contact_key
