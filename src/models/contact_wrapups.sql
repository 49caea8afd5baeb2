-- One row per contact with wrap-up that no event of its own measures: wrap-up told only by its end.
-- Key: contact_key. A working table: held only while a slice of contacts is rebuilt.
-- From: contact_steps, contact_event_names, event_contexts.
-- Only events of the same agent, or of none, belong to a wrap-up (README, decision 7).
with mark as materialized (
    select
        steps.contact_key,
        steps.activity_number,
        steps.at_ms,
        names.event,
        names.measure,
        names.begins_wrapup,
        contexts.agent_id
    from contact_steps as steps
    join contact_event_names as names on names.name_key = steps.name_key
    join event_contexts as contexts on contexts.context_key = steps.context_key
    where names.event = 'wrapup-done' or names.measure = 'wrapup' or names.begins_wrapup = 1
),
done as (
    select
        mark.contact_key,
        mark.activity_number,
        mark.at_ms,
        coalesce(max(case when earlier.event = 'wrapup-done' then earlier.activity_number end), 0) as done_at_number,
        coalesce(max(case when earlier.measure = 'wrapup' then earlier.activity_number end), 0) as wrapup_at_number,
        coalesce(max(case when earlier.begins_wrapup = 1 then earlier.activity_number end), 0) as began_at_number,
        max(case when earlier.begins_wrapup = 1 then earlier.at_ms end) as began_at_ms
    from mark
    left join mark as earlier
        on earlier.contact_key = mark.contact_key
        and earlier.activity_number < mark.activity_number
        and (mark.agent_id is null or earlier.agent_id is null or earlier.agent_id = mark.agent_id)
    where mark.event = 'wrapup-done'
    group by mark.contact_key, mark.activity_number, mark.at_ms
)
select
    contact_key,
    count(*) filter (where began_at_number > done_at_number) as wrapup_count,
    cast(sum(at_ms - began_at_ms) filter (where began_at_number > done_at_number) as bigint) as wrapup_ms,
    count(*) filter (where began_at_number <= done_at_number) as wrapup_unmeasured_count
from done
where wrapup_at_number <= done_at_number
group by contact_key
