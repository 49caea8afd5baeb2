-- One row per contact: the first or last known value of everything its events say of it.
-- Key: contact_key. A working table: held only while a slice of contacts is rebuilt.
-- From: contact_steps, event_contexts, contact_events, cpa_reasons, dumps, calendar_days.
-- A place is activity_number * 2^32 + context_key; the first and last context are read once, others only where they differ.
with place as (
    select
        steps.contact_key,
        steps.activity_number * 4294967296 + steps.context_key as place,
        contexts.*,
        cpa_reasons.reason as cpa_reason
    from contact_steps as steps
    join event_contexts as contexts on contexts.context_key = steps.context_key
    left join cpa_reasons
        on cpa_reasons.folded = lower(replace(replace(replace(contexts.reason_code, '-', ''), '_', ''), ' ', ''))
    where steps.is_new_context = 1
),
known as (
    select
        contact_key,
        min(place) % 4294967296 as first_key,
        max(place) % 4294967296 as last_key,
        min(place) filter (where channel_type is not null) % 4294967296 as channel_type_key,
        min(place) filter (where direction is not null) % 4294967296 as direction_key,
        min(place) filter (where is_outdial is not null) % 4294967296 as is_outdial_key,
        min(place) filter (where entry_point_id is not null) % 4294967296 as entry_point_id_key,
        min(place) filter (where entry_point_name is not null) % 4294967296 as entry_point_name_key,
        min(place) filter (where queue_id is not null) % 4294967296 as first_queue_id_key,
        min(place) filter (where queue_name is not null) % 4294967296 as first_queue_name_key,
        max(place) filter (where queue_id is not null) % 4294967296 as last_queue_id_key,
        max(place) filter (where queue_name is not null) % 4294967296 as last_queue_name_key,
        max(place) filter (where agent_id is not null) % 4294967296 as last_agent_id_key,
        max(place) filter (where agent_name is not null) % 4294967296 as last_agent_name_key,
        max(place) filter (where team_id is not null) % 4294967296 as last_team_id_key,
        max(place) filter (where team_name is not null) % 4294967296 as last_team_name_key,
        max(place) filter (where site_id is not null) % 4294967296 as last_site_id_key,
        max(place) filter (where site_name is not null) % 4294967296 as last_site_name_key,
        max(place) filter (where terminating_end is not null) % 4294967296 as terminating_end_key,
        max(place) filter (where termination_reason is not null) % 4294967296 as termination_reason_key,
        max(place) filter (where reason_code is not null) % 4294967296 as reason_code_key,
        max(place) filter (where wrapup_code is not null) % 4294967296 as wrapup_code_key,
        max(place) filter (where cpa_reason is not null) % 4294967296 as cpa_code_key
    from place
    group by contact_key
),
late_dump as (
    select dumps.dump_key, calendar_days.starts_at_ms as named_day_starts_at_ms
    from dumps
    join calendar_days on calendar_days.day = dumps.named_day and calendar_days.starts_at_ms > dumps.oldest_at_ms
),
late as (
    select steps.contact_key, count(*) as late_event_count
    from contact_steps as steps
    join late_dump on late_dump.dump_key = steps.first_dump_key
    where exists (select 1 from late_dump)
        and steps.at_ms < late_dump.named_day_starts_at_ms
    group by steps.contact_key
)
select
    known.contact_key,
    coalesce(late.late_event_count, 0) as late_event_count,
    coalesce(channel_types.channel_type, firsts.channel_type) as channel_type,
    coalesce(directions.direction, firsts.direction) as direction,
    coalesce(is_outdials.is_outdial, firsts.is_outdial) as is_outdial,
    (
        select events.origin
        from contact_steps as steps
        join contact_events as events on events.event_key = steps.event_key
        where steps.contact_key = known.contact_key and steps.is_addressed = 1 and events.origin is not null
        order by steps.activity_number
        limit 1
    ) as origin,
    (
        select events.destination
        from contact_steps as steps
        join contact_events as events on events.event_key = steps.event_key
        where steps.contact_key = known.contact_key and steps.is_addressed = 1 and events.destination is not null
        order by steps.activity_number
        limit 1
    ) as destination,
    coalesce(entry_point_ids.entry_point_id, firsts.entry_point_id) as entry_point_id,
    coalesce(entry_point_names.entry_point_name, firsts.entry_point_name) as entry_point_name,
    coalesce(first_queue_ids.queue_id, firsts.queue_id) as first_queue_id,
    coalesce(first_queue_names.queue_name, firsts.queue_name) as first_queue_name,
    coalesce(last_queue_ids.queue_id, lasts.queue_id) as last_queue_id,
    coalesce(last_queue_names.queue_name, lasts.queue_name) as last_queue_name,
    coalesce(last_agent_ids.agent_id, lasts.agent_id) as last_agent_id,
    coalesce(last_agent_names.agent_name, lasts.agent_name) as last_agent_name,
    coalesce(last_team_ids.team_id, lasts.team_id) as last_team_id,
    coalesce(last_team_names.team_name, lasts.team_name) as last_team_name,
    coalesce(last_site_ids.site_id, lasts.site_id) as last_site_id,
    coalesce(last_site_names.site_name, lasts.site_name) as last_site_name,
    coalesce(terminating_ends.terminating_end, lasts.terminating_end) as terminating_end,
    coalesce(termination_reasons.termination_reason, lasts.termination_reason) as termination_reason,
    coalesce(reason_codes.reason_code, lasts.reason_code) as reason_code,
    coalesce(wrapup_codes.wrapup_code, lasts.wrapup_code) as wrapup_code,
    cpa_codes.reason_code as cpa_code
from known
join event_contexts as firsts on firsts.context_key = known.first_key
join event_contexts as lasts on lasts.context_key = known.last_key
left join late on late.contact_key = known.contact_key
left join event_contexts as channel_types on channel_types.context_key = nullif(known.channel_type_key, known.first_key)
left join event_contexts as directions on directions.context_key = nullif(known.direction_key, known.first_key)
left join event_contexts as is_outdials on is_outdials.context_key = nullif(known.is_outdial_key, known.first_key)
left join event_contexts as entry_point_ids on entry_point_ids.context_key = nullif(known.entry_point_id_key, known.first_key)
left join event_contexts as entry_point_names on entry_point_names.context_key = nullif(known.entry_point_name_key, known.first_key)
left join event_contexts as first_queue_ids on first_queue_ids.context_key = nullif(known.first_queue_id_key, known.first_key)
left join event_contexts as first_queue_names on first_queue_names.context_key = nullif(known.first_queue_name_key, known.first_key)
left join event_contexts as last_queue_ids on last_queue_ids.context_key = nullif(known.last_queue_id_key, known.last_key)
left join event_contexts as last_queue_names on last_queue_names.context_key = nullif(known.last_queue_name_key, known.last_key)
left join event_contexts as last_agent_ids on last_agent_ids.context_key = nullif(known.last_agent_id_key, known.last_key)
left join event_contexts as last_agent_names on last_agent_names.context_key = nullif(known.last_agent_name_key, known.last_key)
left join event_contexts as last_team_ids on last_team_ids.context_key = nullif(known.last_team_id_key, known.last_key)
left join event_contexts as last_team_names on last_team_names.context_key = nullif(known.last_team_name_key, known.last_key)
left join event_contexts as last_site_ids on last_site_ids.context_key = nullif(known.last_site_id_key, known.last_key)
left join event_contexts as last_site_names on last_site_names.context_key = nullif(known.last_site_name_key, known.last_key)
left join event_contexts as terminating_ends on terminating_ends.context_key = nullif(known.terminating_end_key, known.last_key)
left join event_contexts as termination_reasons on termination_reasons.context_key = nullif(known.termination_reason_key, known.last_key)
left join event_contexts as reason_codes on reason_codes.context_key = nullif(known.reason_code_key, known.last_key)
left join event_contexts as wrapup_codes on wrapup_codes.context_key = nullif(known.wrapup_code_key, known.last_key)
left join event_contexts as cpa_codes on cpa_codes.context_key = known.cpa_code_key
