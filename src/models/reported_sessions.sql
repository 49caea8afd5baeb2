-- One row per contact that the vendor reported figures of: its copies merged field by field.
-- Key: contact_key.
-- From: contacts_to_rebuild, reported_contacts, dumps.
-- Known beats unknown; of two ends the later; else the copy with the later stamp (day of the dump, its hash, the line).
with recursive copy as (
    select
        copies.*,
        row_number() over (
            partition by copies.contact_key
            order by
                dumps.stamp_day nulls first,
                dumps.sha256,
                copies.dump_line,
                copies.reported_key
        ) as copy_number
    from contacts_to_rebuild as pending
    join reported_contacts as copies on copies.contact_key = pending.contact_key
    join dumps on dumps.dump_key = copies.dump_key
    where pending.contact_key between :from_key and :to_key
),
merged as (
    select
        contact_key,
        copy_number,
        status,
        channel_type,
        direction,
        origin,
        destination,
        termination_type,
        terminating_end,
        termination_reason,
        entry_point_id,
        entry_point_name,
        first_queue_id,
        first_queue_name,
        last_queue_id,
        last_queue_name,
        last_agent_id,
        last_agent_name,
        last_team_id,
        last_team_name,
        last_site_id,
        last_site_name,
        wrapup_code,
        reason_code,
        is_outdial,
        is_active,
        started_at_ms,
        ended_at_ms,
        total_ms,
        ivr_count,
        ivr_ms,
        queue_count,
        queue_ms,
        ringing_count,
        ringing_ms,
        connected_count,
        connected_ms,
        hold_count,
        hold_ms,
        consult_count,
        consult_ms,
        conference_count,
        conference_ms,
        wrapup_count,
        wrapup_ms,
        transfer_count,
        blind_transfer_count,
        consult_transfer_count,
        is_within_service_level
    from copy
    where copy_number = 1
    union all
    select
        merged.contact_key,
        copy.copy_number,
        coalesce(copy.status, merged.status),
        coalesce(copy.channel_type, merged.channel_type),
        coalesce(copy.direction, merged.direction),
        coalesce(copy.origin, merged.origin),
        coalesce(copy.destination, merged.destination),
        coalesce(copy.termination_type, merged.termination_type),
        coalesce(copy.terminating_end, merged.terminating_end),
        coalesce(copy.termination_reason, merged.termination_reason),
        coalesce(copy.entry_point_id, merged.entry_point_id),
        coalesce(copy.entry_point_name, merged.entry_point_name),
        coalesce(copy.first_queue_id, merged.first_queue_id),
        coalesce(copy.first_queue_name, merged.first_queue_name),
        coalesce(copy.last_queue_id, merged.last_queue_id),
        coalesce(copy.last_queue_name, merged.last_queue_name),
        coalesce(copy.last_agent_id, merged.last_agent_id),
        coalesce(copy.last_agent_name, merged.last_agent_name),
        coalesce(copy.last_team_id, merged.last_team_id),
        coalesce(copy.last_team_name, merged.last_team_name),
        coalesce(copy.last_site_id, merged.last_site_id),
        coalesce(copy.last_site_name, merged.last_site_name),
        coalesce(copy.wrapup_code, merged.wrapup_code),
        coalesce(copy.reason_code, merged.reason_code),
        coalesce(copy.is_outdial, merged.is_outdial),
        coalesce(copy.is_active, merged.is_active),
        coalesce(copy.started_at_ms, merged.started_at_ms),
        case
            when copy.ended_at_ms > merged.ended_at_ms or merged.ended_at_ms is null then copy.ended_at_ms
            else merged.ended_at_ms
        end,
        coalesce(copy.total_ms, merged.total_ms),
        coalesce(copy.ivr_count, merged.ivr_count),
        coalesce(copy.ivr_ms, merged.ivr_ms),
        coalesce(copy.queue_count, merged.queue_count),
        coalesce(copy.queue_ms, merged.queue_ms),
        coalesce(copy.ringing_count, merged.ringing_count),
        coalesce(copy.ringing_ms, merged.ringing_ms),
        coalesce(copy.connected_count, merged.connected_count),
        coalesce(copy.connected_ms, merged.connected_ms),
        coalesce(copy.hold_count, merged.hold_count),
        coalesce(copy.hold_ms, merged.hold_ms),
        coalesce(copy.consult_count, merged.consult_count),
        coalesce(copy.consult_ms, merged.consult_ms),
        coalesce(copy.conference_count, merged.conference_count),
        coalesce(copy.conference_ms, merged.conference_ms),
        coalesce(copy.wrapup_count, merged.wrapup_count),
        coalesce(copy.wrapup_ms, merged.wrapup_ms),
        coalesce(copy.transfer_count, merged.transfer_count),
        coalesce(copy.blind_transfer_count, merged.blind_transfer_count),
        coalesce(copy.consult_transfer_count, merged.consult_transfer_count),
        coalesce(copy.is_within_service_level, merged.is_within_service_level)
    from merged
    join copy on copy.contact_key = merged.contact_key and copy.copy_number = merged.copy_number + 1
),
latest as (
    select contact_key, max(copy_number) as copy_number
    from copy
    group by contact_key
)
select
    merged.contact_key,
    merged.status,
    merged.channel_type,
    merged.direction,
    merged.origin,
    merged.destination,
    merged.termination_type,
    merged.terminating_end,
    merged.termination_reason,
    merged.entry_point_id,
    merged.entry_point_name,
    merged.first_queue_id,
    merged.first_queue_name,
    merged.last_queue_id,
    merged.last_queue_name,
    merged.last_agent_id,
    merged.last_agent_name,
    merged.last_team_id,
    merged.last_team_name,
    merged.last_site_id,
    merged.last_site_name,
    merged.wrapup_code,
    merged.reason_code,
    merged.is_outdial,
    merged.is_active,
    merged.started_at_ms,
    merged.ended_at_ms,
    merged.total_ms,
    merged.ivr_count,
    merged.ivr_ms,
    merged.queue_count,
    merged.queue_ms,
    merged.ringing_count,
    merged.ringing_ms,
    merged.connected_count,
    merged.connected_ms,
    merged.hold_count,
    merged.hold_ms,
    merged.consult_count,
    merged.consult_ms,
    merged.conference_count,
    merged.conference_ms,
    merged.wrapup_count,
    merged.wrapup_ms,
    merged.transfer_count,
    merged.blind_transfer_count,
    merged.consult_transfer_count,
    merged.is_within_service_level
from latest
join merged on merged.contact_key = latest.contact_key and merged.copy_number = latest.copy_number
