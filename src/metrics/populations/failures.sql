-- one row per reason a contact, or an agent's state in it, was told with, by the start of the contact
-- key: contact_id, at_ms, reason, source_number
-- from: contacts (put in front), customer_sessions, customer_activities, agent_sessions, agent_activities, agent_events, event_contexts, rules
-- note: an agent's account counts where the contact's own tells no such reason
with rules as (
    select
        'call' as kind,
        lower(replace(replace(replace(code, '-', ''), '_', ''), ' ', '')) as folded,
        code as name,
        class,
        acts,
        cast(null as text) as phase,
        cast(null as text) as outcome,
        owner,
        is_failure
    from reason_codes
    union all
    select 'cpa', folded, reason, cast(null as text), cast(null as text), phase, outcome, owner, is_failure
    from cpa_reasons
    union all
    select 'offer', folded, name, cast(null as text), cast(null as text), cast(null as text), outcome, owner, 1
    from rule_names
    where kind = 'offer-reason'
),

told_by_contact as (
    select
        contacts.contact_key,
        contacts.contact_id,
        activities.activity_number as source_number,
        contexts.reason_code as spelling,
        activities.started_at_ms as told_at_ms,
        coalesce(contexts.queue_id, contexts.queue_name, contacts.queue_id) as queue_id,
        coalesce(contexts.queue_name, contexts.queue_id, contacts.queue_name) as queue_name,
        coalesce(contexts.agent_id, contexts.agent_name, contacts.agent_id) as agent_id,
        coalesce(contexts.agent_name, contexts.agent_id, contacts.agent_name) as agent_name
    from contacts
    join customer_activities as activities on activities.contact_key = contacts.contact_key
    join event_contexts as contexts on contexts.context_key = activities.context_key
    where contexts.reason_code is not null
    union all
    select
        contacts.contact_key,
        contacts.contact_id,
        0,
        sessions.reason_code,
        coalesce(sessions.ended_at_ms, sessions.started_at_ms),
        contacts.queue_id,
        contacts.queue_name,
        contacts.agent_id,
        contacts.agent_name
    from contacts
    join customer_sessions as sessions on sessions.contact_key = contacts.contact_key
    where contacts.is_reported = 1
        and sessions.reason_code is not null
),

-- Held, so that the few states with a reason are found before contacts are looked up.
said_by_agent as materialized (
    select
        events.contact_id,
        events.event_key,
        contexts.reason_code,
        activities.started_at_ms,
        coalesce(contexts.queue_id, contexts.queue_name) as queue_id,
        coalesce(contexts.queue_name, contexts.queue_id) as queue_name,
        coalesce(contexts.agent_id, sessions.agent_id) as agent_id,
        coalesce(contexts.agent_name, sessions.agent_name, sessions.agent_id) as agent_name
    from agent_sessions as sessions
    join agent_activities as activities
        on activities.agent_key = sessions.agent_key
        and activities.agent_session_id = sessions.agent_session_id
        and activities.channel_id = sessions.channel_id
    join agent_events as events on events.event_key = activities.event_key
    join event_contexts as contexts on contexts.context_key = events.context_key
    -- Sessions near the contacts, by 31 days at most: a contact may last that long.
    where sessions.known_until_ms >= :starts_at_ms - case when cast(:attribution as text) = 'end' then 2678400000 else 0 end
        and sessions.started_at_ms < :ends_at_ms + 2678400000
        and contexts.reason_code is not null
        and events.contact_id is not null
),

told_by_agent as (
    select
        contacts.contact_key,
        contacts.contact_id,
        -said.event_key as source_number,
        said.reason_code as spelling,
        said.started_at_ms as told_at_ms,
        said.queue_id,
        said.queue_name,
        said.agent_id,
        said.agent_name
    from said_by_agent as said
    join contacts on contacts.contact_id = said.contact_id
),

folded_by_contact as materialized (
    select distinct
        contact_key,
        lower(replace(replace(replace(spelling, '-', ''), '_', ''), ' ', '')) as folded
    from told_by_contact
),

told as (
    select
        told_by_contact.*,
        lower(replace(replace(replace(spelling, '-', ''), '_', ''), ' ', '')) as folded
    from told_by_contact
    union all
    select
        by_agent.*,
        lower(replace(replace(replace(by_agent.spelling, '-', ''), '_', ''), ' ', '')) as folded
    from told_by_agent as by_agent
    left join folded_by_contact as by_contact
        on by_contact.contact_key = by_agent.contact_key
        and by_contact.folded = lower(replace(replace(replace(by_agent.spelling, '-', ''), '_', ''), ' ', ''))
    where by_contact.contact_key is null
)

select
    told.contact_key,
    told.contact_id,
    told.source_number,
    contacts.at_ms,
    contacts.channel_type,
    told.queue_id,
    told.queue_name,
    contacts.entry_point_id,
    contacts.entry_point_name,
    contacts.site_id,
    contacts.site_name,
    contacts.team_id,
    contacts.team_name,
    told.agent_id,
    told.agent_name,
    told.told_at_ms as started_at_ms,
    told.spelling,
    coalesce(rules.kind, 'unknown') as kind,
    coalesce(rules.name, told.folded) as reason,
    coalesce(rules.class, '') as class,
    coalesce(rules.acts, '') as acts,
    coalesce(rules.owner, '') as owner,
    coalesce(rules.phase, '') as phase,
    coalesce(rules.outcome, '') as outcome,
    coalesce(rules.is_failure, 1) as is_failure,
    0 as is_left_out
from told
join contacts on contacts.contact_key = told.contact_key
left join rules on rules.folded = told.folded
