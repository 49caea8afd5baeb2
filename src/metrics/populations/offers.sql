-- one row per offer of an inbound contact to an agent on its customer leg, by the start of the contact
-- key: contact_key, activity_number
-- from: contacts (put in front), customer_activities, contact_event_names, event_contexts, rule_names, queue_thresholds
-- note: what settles it next says what became of it; the agent is the one the offer names, else the one who took or failed it
with settling as (
    select
        activities.contact_key,
        activities.activity_number,
        names.measure,
        activities.event,
        activities.context_key,
        activities.started_at_ms,
        activities.duration_ms,
        lead(names.measure) over contact as settled_measure,
        lead(activities.event) over contact as settled_by,
        lead(activities.context_key) over contact as settled_key,
        lead(activities.started_at_ms) over contact as settled_at_ms,
        max(case when names.measure = 'queue' then activities.activity_number * 4294967296 + activities.context_key end)
            over contact % 4294967296 as parked_key
    from contacts
    join customer_activities as activities on activities.contact_key = contacts.contact_key
    join contact_event_names as names on names.name_key = activities.name_key
    where contacts.is_inbound = 1
        and activities.leg = 'customer'
        and names.settles_offer = 1
    window contact as (partition by activities.contact_key order by activities.activity_number)
),

offers as (
    select
        settling.*,
        coalesce(settling.duration_ms, settling.settled_at_ms - settling.started_at_ms) as rang_ms,
        -- An offer that goes to the next agent, or back into the queue, is told of by an event that is not its own agent's.
        case when settling.settled_measure in ('ringing', 'queue') or settling.settled_by = 'ended' then 0 else 1 end
            as is_settled_by_agent
    from settling
    where settling.measure = 'ringing'
),

placed as (
    select
        offers.*,
        coalesce(told.reason_code, own.reason_code) as reason_code,
        case when coalesce(own.queue_id, own.queue_name) is null then parked.queue_id else own.queue_id end as queue_id,
        case when coalesce(own.queue_id, own.queue_name) is null then parked.queue_name else own.queue_name end
            as queue_name,
        coalesce(own.agent_id, own.agent_name, settled.agent_id, settled.agent_name) as agent_id,
        coalesce(own.agent_name, own.agent_id, settled.agent_name, settled.agent_id) as agent_name,
        coalesce(own.team_id, own.team_name, settled.team_id, settled.team_name) as team_id,
        coalesce(own.team_name, own.team_id, settled.team_name, settled.team_id) as team_name,
        coalesce(own.site_id, own.site_name, settled.site_id, settled.site_name) as site_id,
        coalesce(own.site_name, own.site_id, settled.site_name, settled.site_id) as site_name
    from offers
    join event_contexts as own on own.context_key = offers.context_key
    left join event_contexts as told on told.context_key = offers.settled_key
    left join event_contexts as settled
        on settled.context_key = offers.settled_key
        and offers.is_settled_by_agent = 1
    left join event_contexts as parked on parked.context_key = offers.parked_key
),

told as (
    select
        placed.*,
        case
            when placed.settled_by is null then 'ringing'
            when placed.settled_measure = 'connected' then 'taken'
            when placed.settled_by = 'ended' then 'ended'
            when placed.settled_by = 'callback-failed' then 'customer-unreached'
            when placed.reason_code is not null then coalesce(reasons.outcome, 'error')
            when placed.rang_ms >= coalesce(by_id.rona_after_ms, by_name.rona_after_ms, general.rona_after_ms) then 'rona'
            else 'unexplained'
        end as outcome
    from placed
    join queue_thresholds as general on general.queue = ''
    left join queue_thresholds as by_id on by_id.queue = placed.queue_id
    left join queue_thresholds as by_name on by_name.queue = placed.queue_name
    left join rule_names as reasons
        on reasons.kind = 'offer-reason'
        and reasons.folded = lower(replace(replace(replace(placed.reason_code, '-', ''), '_', ''), ' ', ''))
)

select
    told.contact_key,
    contacts.contact_id,
    told.activity_number,
    contacts.at_ms,
    contacts.channel_type,
    coalesce(told.queue_id, told.queue_name) as queue_id,
    coalesce(told.queue_name, told.queue_id) as queue_name,
    contacts.entry_point_id,
    contacts.entry_point_name,
    told.site_id,
    told.site_name,
    told.team_id,
    told.team_name,
    told.agent_id,
    told.agent_name,
    told.started_at_ms,
    told.rang_ms,
    told.reason_code,
    told.outcome,
    case when contacts.is_whole = 1 and told.outcome <> 'ringing' then 1 else 0 end as is_offer,
    case when contacts.is_whole = 1 and told.outcome <> 'ringing' then 0 else 1 end as is_left_out,
    case when contacts.is_whole = 1 and told.outcome = 'taken' then 1 else 0 end as is_taken,
    case when contacts.is_whole = 1 and told.outcome = 'ended' then 1 else 0 end as is_ended,
    case when contacts.is_whole = 1 and told.outcome = 'rona' then 1 else 0 end as is_rona,
    case when contacts.is_whole = 1 and told.outcome = 'declined' then 1 else 0 end as is_declined,
    case when contacts.is_whole = 1 and told.outcome = 'error' then 1 else 0 end as is_system,
    case when contacts.is_whole = 1 and told.outcome = 'customer-unreached' then 1 else 0 end as is_customer_unreached,
    case when contacts.is_whole = 1 and told.outcome = 'unexplained' then 1 else 0 end as is_unexplained
from told
join contacts on contacts.contact_key = told.contact_key
