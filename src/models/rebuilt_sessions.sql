-- One row per contact with events: what its events say, put together.
-- Key: contact_key. A working table: held only while a slice of contacts is rebuilt.
-- From: the working tables contact_totals, contact_facts, contact_offers, contact_wrapups, queue_entries, contact_steps.
-- A blind transfer whose next of transferred and transfer-error is the error did not happen.
with blind_transfer as (
    select
        steps.contact_key,
        (
            select settling_names.is_transfer
            from contact_steps as settling
            join contact_event_names as settling_names on settling_names.name_key = settling.name_key
            where settling.contact_key = steps.contact_key
                and settling.activity_number > steps.activity_number
                and settling_names.settles_blind_transfer = 1
            order by settling.activity_number
            limit 1
        ) as succeeded
    from contact_totals as totals
    cross join contact_steps as steps
    cross join contact_event_names as names
    where totals.blind_transfer_count > 0
        and steps.contact_key = totals.contact_key
        and names.name_key = steps.name_key
        and names.is_blind_transfer = 1
        and names.is_transfer = 0
),
blind as (
    select contact_key, count(*) as blind_transfer_count
    from blind_transfer
    where coalesce(succeeded, 1) = 1
    group by contact_key
),
queued as (
    select contact_key, cast(sum(is_entry) as bigint) as queue_count
    from queue_entries
    group by contact_key
)
select
    totals.contact_key,
    facts.channel_type,
    facts.direction,
    facts.is_outdial,
    facts.origin,
    facts.destination,
    totals.started_at_ms,
    totals.last_at_ms,
    totals.ended_at_ms,
    case
        when totals.ended_count = 0 then 1
        when totals.new_count > totals.ended_count then 1
        when totals.reopened_at_number > totals.ended_at_number then 1
        else 0
    end as is_open,
    totals.ended_at_ms - totals.started_at_ms as total_ms,
    totals.ivr_count,
    coalesce(totals.ivr_ms, 0) as ivr_ms,
    coalesce(queued.queue_count, totals.parked_count) as queue_count,
    coalesce(totals.queue_ms, 0) as queue_ms,
    totals.ringing_count,
    coalesce(totals.ringing_ms, 0) as ringing_ms,
    totals.connected_count,
    coalesce(totals.connected_ms, 0) as connected_ms,
    coalesce(totals.talk_ms, 0) as talk_ms,
    totals.hold_count,
    coalesce(totals.hold_ms, 0) as hold_ms,
    totals.consult_count,
    coalesce(totals.consult_ms, 0) as consult_ms,
    totals.conference_count,
    coalesce(totals.conference_ms, 0) as conference_ms,
    totals.wrapup_count + coalesce(wrapups.wrapup_count, 0) as wrapup_count,
    coalesce(totals.wrapup_ms, 0) + coalesce(wrapups.wrapup_ms, 0) as wrapup_ms,
    coalesce(wrapups.wrapup_unmeasured_count, 0) as wrapup_unmeasured_count,
    totals.transfer_count,
    totals.virtual_transfer_count + coalesce(blind.blind_transfer_count, 0) as blind_transfer_count,
    case
        when totals.transferred_count > coalesce(blind.blind_transfer_count, 0)
            then totals.transferred_count - coalesce(blind.blind_transfer_count, 0)
        else 0
    end as consult_transfer_count,
    totals.offer_count,
    coalesce(offers.rona_count, 0) as rona_count,
    coalesce(offers.declined_count, 0) as declined_count,
    coalesce(offers.offer_error_count, 0) as offer_error_count,
    coalesce(offers.customer_unreached_count, 0) as customer_unreached_count,
    coalesce(offers.offer_unexplained_count, 0) as offer_unexplained_count,
    facts.entry_point_id,
    facts.entry_point_name,
    facts.first_queue_id,
    facts.first_queue_name,
    facts.last_queue_id,
    facts.last_queue_name,
    facts.last_agent_id,
    facts.last_agent_name,
    facts.last_team_id,
    facts.last_team_name,
    facts.last_site_id,
    facts.last_site_name,
    case
        when totals.connected_count = 0 then (
            select names.abandoned_type
            from contact_steps as steps
            join contact_event_names as names on names.name_key = steps.name_key
            where steps.contact_key = totals.contact_key
                and steps.activity_number < totals.ended_at_number
                and names.abandoned_type is not null
            order by steps.activity_number desc
            limit 1
        )
    end as abandoned_type,
    totals.callback_count,
    totals.callback_at_number,
    case when totals.first_at_number = totals.new_at_number then 1 else 0 end as has_start,
    totals.parked_count,
    facts.terminating_end,
    facts.termination_reason,
    facts.reason_code,
    facts.cpa_code,
    facts.wrapup_code,
    totals.event_count,
    facts.late_event_count,
    totals.connected_at_ms
from contact_totals as totals
join contact_facts as facts on facts.contact_key = totals.contact_key
left join queued on queued.contact_key = totals.contact_key
left join contact_wrapups as wrapups on wrapups.contact_key = totals.contact_key
left join blind on blind.contact_key = totals.contact_key
left join contact_offers as offers on offers.contact_key = totals.contact_key
