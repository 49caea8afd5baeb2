-- one row per finding of a level: total · reason · sample (of a reason) · place (with failures) · reason at a place
-- key: level, kind, reason, is_failure, place_kind, place_id, contact_id
-- from: customer_sessions, customer_activities, agent_sessions, agent_activities, agent_events, event_contexts, rules
-- note: of contacts that began in the period, whenever the event came; an agent's account counts where the contact's has none
with rules as (
    select
        'call' as kind,
        lower(replace(replace(replace(code, '-', ''), '_', ''), ' ', '')) as folded,
        code as name,
        owner,
        is_failure
    from reason_codes
    union all
    select 'cpa', folded, reason, owner, is_failure
    from cpa_reasons
    union all
    select 'offer', folded, name, owner, 1
    from rule_names
    where kind = 'offer-reason'
),

contacts as (
    select
        contact_key,
        contact_id,
        basis,
        started_at_ms,
        coalesce(ended_at_ms, started_at_ms) as ended_at_ms,
        reason_code,
        coalesce(last_queue_id, last_queue_name) as queue_id,
        coalesce(last_queue_name, last_queue_id) as queue_name,
        coalesce(entry_point_id, entry_point_name) as entry_point_id,
        coalesce(entry_point_name, entry_point_id) as entry_point_name,
        coalesce(last_agent_id, last_agent_name) as agent_id,
        coalesce(last_agent_name, last_agent_id) as agent_name
    from customer_sessions
    where started_day >= :from_day
        and started_day <= :to_day
        and reason_code is not null
),

told_by_contact as (
    select
        contacts.contact_id,
        contexts.reason_code as spelling,
        activities.started_at_ms as at_ms,
        coalesce(contexts.queue_id, contexts.queue_name, contacts.queue_id) as queue_id,
        coalesce(contexts.queue_name, contexts.queue_id, contacts.queue_name) as queue_name,
        coalesce(contexts.entry_point_id, contexts.entry_point_name, contacts.entry_point_id) as entry_point_id,
        coalesce(contexts.entry_point_name, contexts.entry_point_id, contacts.entry_point_name) as entry_point_name,
        coalesce(contexts.agent_id, contexts.agent_name, contacts.agent_id) as agent_id,
        coalesce(contexts.agent_name, contexts.agent_id, contacts.agent_name) as agent_name
    from contacts
    join customer_activities as activities on activities.contact_key = contacts.contact_key
    join event_contexts as contexts on contexts.context_key = activities.context_key
    where contexts.reason_code is not null
    union all
    select
        contact_id,
        reason_code,
        ended_at_ms,
        queue_id,
        queue_name,
        entry_point_id,
        entry_point_name,
        agent_id,
        agent_name
    from contacts
    where basis = 'reported'
),

told_by_agent as (
    select
        events.contact_id,
        contexts.reason_code as spelling,
        activities.started_at_ms as at_ms,
        coalesce(contexts.queue_id, contexts.queue_name) as queue_id,
        coalesce(contexts.queue_name, contexts.queue_id) as queue_name,
        coalesce(contexts.entry_point_id, contexts.entry_point_name) as entry_point_id,
        coalesce(contexts.entry_point_name, contexts.entry_point_id) as entry_point_name,
        coalesce(contexts.agent_id, sessions.agent_id) as agent_id,
        coalesce(contexts.agent_name, sessions.agent_name, sessions.agent_id) as agent_name
    from agent_sessions as sessions
    join agent_activities as activities
        on activities.agent_key = sessions.agent_key
        and activities.agent_session_id = sessions.agent_session_id
        and activities.channel_id = sessions.channel_id
    join agent_events as events on events.event_key = activities.event_key
    join event_contexts as contexts on contexts.context_key = events.context_key
    where sessions.started_day >= :from_day
        and sessions.started_day <= :to_day
        and contexts.reason_code is not null
),

folded_by_contact as (
    select
        told_by_contact.*,
        lower(replace(replace(replace(spelling, '-', ''), '_', ''), ' ', '')) as folded
    from told_by_contact
),

folded_by_agent as (
    select
        told_by_agent.*,
        lower(replace(replace(replace(spelling, '-', ''), '_', ''), ' ', '')) as folded
    from told_by_agent
),

told as (
    select *
    from folded_by_contact
    union all
    select by_agent.*
    from folded_by_agent as by_agent
    left join (select distinct contact_id, folded from folded_by_contact) as by_contact
        on by_contact.contact_id = by_agent.contact_id
        and by_contact.folded = by_agent.folded
    where by_contact.contact_id is null
),

occurrences as (
    select
        told.contact_id,
        told.at_ms,
        coalesce(rules.kind, 'unknown') as kind,
        coalesce(rules.name, told.folded) as reason,
        told.spelling,
        coalesce(rules.is_failure, 1) as is_failure,
        coalesce(rules.owner, '') as owner,
        told.queue_id,
        told.queue_name,
        told.entry_point_id,
        told.entry_point_name,
        told.agent_id,
        told.agent_name
    from told
    left join rules on rules.folded = told.folded
),

by_contact as (
    select
        kind,
        reason,
        is_failure,
        contact_id,
        count(*) as event_count,
        min(at_ms) as first_at_ms,
        max(at_ms) as last_at_ms,
        min(spelling) as spelling
    from occurrences
    group by kind, reason, is_failure, contact_id
),

numbered as (
    select
        by_contact.*,
        row_number() over (partition by kind, reason order by first_at_ms, contact_id) as sample_number
    from by_contact
),

placed as (
    select kind, reason, is_failure, contact_id, at_ms, 'queue' as place_kind, queue_id as place_id, queue_name as place
    from occurrences
    where queue_id is not null
    union all
    select kind, reason, is_failure, contact_id, at_ms, 'entry point', entry_point_id, entry_point_name
    from occurrences
    where entry_point_id is not null
    union all
    select kind, reason, is_failure, contact_id, at_ms, 'agent', agent_id, agent_name
    from occurrences
    where agent_id is not null
    union all
    select kind, reason, is_failure, contact_id, at_ms, 'owner', owner, owner
    from occurrences
)

select
    'total' as level,
    '' as kind,
    '' as reason,
    is_failure,
    '' as place_kind,
    '' as place_id,
    '' as place,
    cast(sum(event_count) as bigint) as event_count,
    count(distinct contact_id) as contact_count,
    min(first_at_ms) as first_at_ms,
    max(last_at_ms) as last_at_ms,
    '' as contact_id,
    '' as spelling
from by_contact
group by is_failure
union all
select
    'reason',
    kind,
    reason,
    is_failure,
    '',
    '',
    '',
    cast(sum(event_count) as bigint),
    count(contact_id),
    min(first_at_ms),
    max(last_at_ms),
    '',
    min(spelling)
from by_contact
group by kind, reason, is_failure
union all
select 'sample', kind, reason, is_failure, '', '', '', event_count, 1, first_at_ms, last_at_ms, contact_id, spelling
from numbered
where sample_number <= 3
    and contact_id is not null
union all
select
    'place',
    '',
    '',
    is_failure,
    place_kind,
    place_id,
    max(place),
    count(*),
    count(distinct contact_id),
    min(at_ms),
    max(at_ms),
    '',
    ''
from placed
where is_failure = 1
group by is_failure, place_kind, place_id
union all
select
    'reason at a place',
    kind,
    reason,
    is_failure,
    place_kind,
    place_id,
    max(place),
    count(*),
    count(distinct contact_id),
    min(at_ms),
    max(at_ms),
    '',
    ''
from placed
where place_kind <> 'owner'
group by kind, reason, is_failure, place_kind, place_id
order by 1, 2, 3, 5, 6, 10, 12
