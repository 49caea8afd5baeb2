-- One row per contact with offers to an agent that failed on its customer leg: how many, and why.
-- Key: contact_key. A working table: held only while a slice of contacts is rebuilt.
-- From: contact_totals, customer_activities, contact_event_names, event_contexts, rule_names, queue_thresholds.
-- An offer failed where what settles it next is neither that it was connected nor the contact's end (README, decision 8).
with settling as (
    select
        activities.contact_key,
        activities.activity_number,
        names.measure,
        activities.context_key,
        activities.started_at_ms,
        activities.duration_ms,
        lead(names.measure) over contact as settled_measure,
        lead(activities.event) over contact as settled_by,
        lead(activities.context_key) over contact as settled_context_key,
        lead(activities.started_at_ms) over contact as settled_at_ms,
        max(case when names.measure = 'queue' then activities.activity_number * 4294967296 + activities.context_key end)
            over contact % 4294967296 as parked_context_key
    from contact_totals as totals
    cross join customer_activities as activities
    cross join contact_event_names as names
    where totals.returned_at_number > totals.offered_at_number
        and activities.contact_key = totals.contact_key
        and activities.leg = 'customer'
        and names.name_key = activities.name_key
        and names.settles_offer = 1
    window contact as (partition by activities.contact_key order by activities.activity_number)
),
failed as (
    select
        offer.contact_key,
        offer.activity_number,
        offer.settled_by,
        coalesce(offer.duration_ms, offer.settled_at_ms - offer.started_at_ms) as rang_ms,
        coalesce(settled.reason_code, own.reason_code) as reason_code,
        case when coalesce(own.queue_id, own.queue_name) is null then parked.queue_id else own.queue_id end as queue_id,
        case when coalesce(own.queue_id, own.queue_name) is null then parked.queue_name else own.queue_name end
            as queue_name
    from settling as offer
    join event_contexts as own on own.context_key = offer.context_key
    join event_contexts as settled on settled.context_key = offer.settled_context_key
    left join event_contexts as parked on parked.context_key = offer.parked_context_key
    where offer.measure = 'ringing' and offer.settled_by <> 'ended' and coalesce(offer.settled_measure, '') <> 'connected'
),
explained as (
    select
        failed.contact_key,
        case
            when failed.settled_by = 'callback-failed' then 'customer-unreached'
            when failed.reason_code is not null then coalesce(reasons.outcome, 'error')
            when failed.rang_ms >= coalesce(by_id.rona_after_ms, by_name.rona_after_ms, general.rona_after_ms) then 'rona'
            else 'unexplained'
        end as outcome
    from failed
    join queue_thresholds as general on general.queue = ''
    left join queue_thresholds as by_id on by_id.queue = failed.queue_id
    left join queue_thresholds as by_name on by_name.queue = failed.queue_name
    left join rule_names as reasons
        on reasons.kind = 'offer-reason'
        and reasons.folded = lower(replace(replace(replace(failed.reason_code, '-', ''), '_', ''), ' ', ''))
)
select
    contact_key,
    count(*) filter (where outcome = 'rona') as rona_count,
    count(*) filter (where outcome = 'declined') as declined_count,
    count(*) filter (where outcome = 'error') as offer_error_count,
    count(*) filter (where outcome = 'customer-unreached') as customer_unreached_count,
    count(*) filter (where outcome = 'unexplained') as offer_unexplained_count
from explained
group by contact_key
