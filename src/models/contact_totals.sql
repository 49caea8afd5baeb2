-- One row per contact: how often and how long, over all legs, and where its end lies.
-- Key: contact_key. A working table: held only while a slice of contacts is rebuilt.
-- From: customer_activities, contact_event_names, contacts_to_rebuild.
-- An activity that nothing has ended yet counts and adds no time.
select
    pending.contact_key,
    count(*) as event_count,
    min(activities.started_at_ms) as started_at_ms,
    max(activities.started_at_ms) as last_at_ms,
    max(activities.started_at_ms) filter (where activities.event = 'ended') as ended_at_ms,
    max(activities.activity_number) filter (where activities.event = 'ended') as ended_at_number,
    max(activities.activity_number) filter (where names.reopens = 1) as reopened_at_number,
    count(*) filter (where activities.event = 'new') as new_count,
    count(*) filter (where activities.event = 'ended') as ended_count,
    count(*) filter (where names.visit_outcome = 'callback') as callback_count,
    min(activities.activity_number) filter (where names.visit_outcome = 'callback' and activities.leg = 'customer')
        as callback_at_number,
    min(activities.activity_number) filter (where activities.is_in_table = 1) as first_at_number,
    min(activities.activity_number) filter (where activities.event = 'new') as new_at_number,
    count(*) filter (where names.measure = 'ringing' and activities.leg = 'customer') as offer_count,
    min(activities.activity_number) filter (where names.measure = 'ringing') as offered_at_number,
    max(activities.activity_number) filter (where names.settles_offer = 1 and names.visit_outcome is null)
        as returned_at_number,
    count(*) filter (where names.measure = 'ivr') as ivr_count,
    cast(sum(activities.duration_ms) filter (where names.measure = 'ivr') as bigint) as ivr_ms,
    cast(sum(activities.duration_ms) filter (where names.measure = 'queue') as bigint) as queue_ms,
    count(*) filter (where names.measure = 'queue') as parked_count,
    count(*) filter (where names.measure = 'ringing') as ringing_count,
    cast(sum(activities.duration_ms) filter (where names.measure = 'ringing') as bigint) as ringing_ms,
    count(*) filter (where names.measure = 'connected') as connected_count,
    cast(sum(activities.duration_ms) filter (where names.measure = 'connected') as bigint) as connected_ms,
    min(activities.started_at_ms) filter (where names.measure = 'connected') as connected_at_ms,
    cast(sum(activities.duration_ms) filter (where names.measure in ('connected', 'talk-after-hold')) as bigint)
        as talk_ms,
    count(*) filter (where names.measure = 'hold') as hold_count,
    cast(sum(activities.duration_ms) filter (where names.measure = 'hold') as bigint) as hold_ms,
    count(*) filter (where names.measure = 'consult') as consult_count,
    cast(sum(activities.duration_ms) filter (where names.measure = 'consult') as bigint) as consult_ms,
    count(*) filter (where names.measure = 'conference') as conference_count,
    cast(sum(activities.duration_ms) filter (where names.measure = 'conference') as bigint) as conference_ms,
    count(*) filter (where names.measure = 'wrapup') as wrapup_count,
    cast(sum(activities.duration_ms) filter (where names.measure = 'wrapup') as bigint) as wrapup_ms,
    count(*) filter (where names.is_blind_transfer = 1 and names.is_transfer = 0) as blind_transfer_count,
    count(*) filter (where names.is_transfer = 1) as transfer_count,
    count(*) filter (where names.is_transfer = 1 and names.is_blind_transfer = 0) as transferred_count,
    count(*) filter (where names.is_transfer = 1 and names.is_blind_transfer = 1) as virtual_transfer_count
from contacts_to_rebuild as pending
cross join customer_activities as activities
cross join contact_event_names as names
where pending.contact_key between :from_key and :to_key
    and activities.contact_key = pending.contact_key
    and names.name_key = activities.name_key
group by pending.contact_key
