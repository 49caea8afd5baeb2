-- one row per contact an agent was connected to, and per contact that cannot be told, with the parts of its handling
-- key: contact_key
-- from: contacts (put in front), customer_activities, reported_sessions
-- note: at every instant it is in the strongest of conference, consult, hold and talk, so that the parts add up to the whole
with spans as (
    select
        activities.contact_key,
        activities.activity_number,
        activities.started_at_ms,
        activities.ended_at_ms,
        case activities.event
            when 'conferencing' then 1
            when 'consulting' then 2
            when 'on-hold' then 3
            else 4
        end as strength
    from contacts
    join customer_activities as activities on activities.contact_key = contacts.contact_key
    where contacts.is_handled = 1
        and activities.ended_at_ms > activities.started_at_ms
        and activities.event in (
            'connected', 'hold-done', 'on-hold', 'consulting', 'consult-done', 'conferencing', 'conference-done'
        )
),

reached as (
    select
        spans.*,
        max(case when strength = 1 then ended_at_ms end) over before as until_1_ms,
        max(case when strength <= 2 then ended_at_ms end) over before as until_2_ms,
        max(case when strength <= 3 then ended_at_ms end) over before as until_3_ms,
        max(ended_at_ms) over before as until_4_ms
    from spans
    window before as (
        partition by contact_key
        order by started_at_ms, activity_number
        rows between unbounded preceding and 1 preceding
    )
),

gained as (
    select
        contact_key,
        case
            when strength > 1 or until_1_ms >= ended_at_ms then 0
            when until_1_ms > started_at_ms then ended_at_ms - until_1_ms
            else ended_at_ms - started_at_ms
        end as ms_1,
        case
            when strength > 2 or until_2_ms >= ended_at_ms then 0
            when until_2_ms > started_at_ms then ended_at_ms - until_2_ms
            else ended_at_ms - started_at_ms
        end as ms_2,
        case
            when strength > 3 or until_3_ms >= ended_at_ms then 0
            when until_3_ms > started_at_ms then ended_at_ms - until_3_ms
            else ended_at_ms - started_at_ms
        end as ms_3,
        case
            when until_4_ms >= ended_at_ms then 0
            when until_4_ms > started_at_ms then ended_at_ms - until_4_ms
            else ended_at_ms - started_at_ms
        end as ms_4
    from reached
),

parts as (
    select
        contact_key,
        cast(sum(ms_1) as bigint) as conference_ms,
        cast(sum(ms_2 - ms_1) as bigint) as consult_ms,
        cast(sum(ms_3 - ms_2) as bigint) as hold_ms,
        cast(sum(ms_4 - ms_3) as bigint) as talk_ms,
        cast(sum(ms_4) as bigint) as handle_ms
    from gained
    group by contact_key
)

select
    contacts.contact_key,
    contacts.contact_id,
    contacts.at_ms,
    contacts.channel_type,
    contacts.queue_id,
    contacts.queue_name,
    contacts.entry_point_id,
    contacts.entry_point_name,
    contacts.site_id,
    contacts.site_name,
    contacts.team_id,
    contacts.team_name,
    contacts.agent_id,
    contacts.agent_name,
    contacts.started_at_ms,
    contacts.handle_type,
    contacts.direction,
    contacts.is_handled * contacts.is_whole * contacts.is_inbound as is_inbound,
    contacts.is_handled * contacts.is_whole * contacts.is_outbound as is_outbound,
    contacts.is_handled * contacts.is_whole * contacts.is_outdial as is_outdial,
    (1 - contacts.is_whole) * contacts.is_inbound as is_left_out,
    (1 - contacts.is_whole) * contacts.is_outbound as is_outbound_left_out,
    (1 - contacts.is_whole) * contacts.is_outdial as is_outdial_left_out,
    coalesce(parts.handle_ms, 0) as handle_ms,
    coalesce(parts.talk_ms, 0) as talk_ms,
    coalesce(parts.conference_ms, 0) as conference_ms,
    coalesce(parts.consult_ms, 0) as consult_ms,
    coalesce(parts.hold_ms, 0) as hold_ms,
    coalesce(contacts.wrapup_ms, 0) as wrapup_ms,
    case when contacts.hold_count > 0 then 1 else 0 end as is_held,
    case when contacts.transfer_count > 0 then 1 else 0 end as is_transferred,
    coalesce(contacts.blind_transfer_count, 0) as blind_transfer_count,
    coalesce(contacts.consult_transfer_count, 0) as consult_transfer_count
from contacts
left join parts on parts.contact_key = contacts.contact_key
where contacts.is_handled = 1 or contacts.is_whole = 0
