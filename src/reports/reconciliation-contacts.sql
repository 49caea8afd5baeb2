-- one row per contact and measure, of every contact that the vendor delivered figures of: vendor's value, rebuilt value, cause
-- key: contact_key, measure
-- from: customer_sessions, reported_sessions, reported_contacts, customer_activities, contact_events, queue_visits, delivered_lists, dumps
-- note: causes are tested from the exact to the bounded, the first that holds is told (README, Reconciliation); what none explains is unexplained
with measures as (
    select 'total_ms' as measure, 'total' as kind, 0 as is_count, 1 as place
    union all
    select 'ivr_count', 'ivr', 1, 2
    union all
    select 'ivr_ms', 'ivr', 0, 3
    union all
    select 'queue_count', 'queue', 1, 4
    union all
    select 'queue_ms', 'queue', 0, 5
    union all
    select 'ringing_count', 'ringing', 1, 6
    union all
    select 'ringing_ms', 'ringing', 0, 7
    union all
    select 'connected_count', 'connected', 1, 8
    union all
    select 'connected_ms', 'connected', 0, 9
    union all
    select 'hold_count', 'hold', 1, 10
    union all
    select 'hold_ms', 'hold', 0, 11
    union all
    select 'consult_count', 'consult', 1, 12
    union all
    select 'consult_ms', 'consult', 0, 13
    union all
    select 'conference_count', 'conference', 1, 14
    union all
    select 'conference_ms', 'conference', 0, 15
    union all
    select 'wrapup_count', 'wrapup', 1, 16
    union all
    select 'wrapup_ms', 'wrapup', 0, 17
    union all
    select 'transfer_count', 'transfer', 1, 18
    union all
    select 'blind_transfer_count', 'transfer', 1, 19
    union all
    select 'consult_transfer_count', 'transfer', 1, 20
    union all
    select 'is_within_service_level', 'service-level', 1, 21
),

sessions as (
    select
        sessions.*,
        reported.started_at_ms as vendor_started_at_ms,
        reported.ended_at_ms as vendor_ended_at_ms,
        reported.total_ms as vendor_total_ms,
        visits.queue_id as visit_queue,
        visits.outcome as visit_outcome,
        visits.wait_ms as visit_wait_ms,
        reported.is_within_service_level,
        case
            when visits.outcome = 'answered' and visits.wait_ms <= visits.service_level_ms then 1
            else 0
        end as is_answered_within
    from customer_sessions as sessions
    join reported_sessions as reported on reported.contact_key = sessions.contact_key
    left join queue_visits as visits on visits.contact_key = sessions.contact_key and visits.visit_number = 1
    where sessions.started_day >= :from_day
        and sessions.started_day <= :to_day
),

compared as (
    select
        sessions.contact_key,
        sessions.basis,
        measures.measure,
        measures.kind,
        measures.is_count,
        measures.place,
        case measures.measure
            when 'total_ms' then reported.total_ms
            when 'ivr_count' then reported.ivr_count
            when 'ivr_ms' then reported.ivr_ms
            when 'queue_count' then reported.queue_count
            when 'queue_ms' then reported.queue_ms
            when 'ringing_count' then reported.ringing_count
            when 'ringing_ms' then reported.ringing_ms
            when 'connected_count' then reported.connected_count
            when 'connected_ms' then reported.connected_ms
            when 'hold_count' then reported.hold_count
            when 'hold_ms' then reported.hold_ms
            when 'consult_count' then reported.consult_count
            when 'consult_ms' then reported.consult_ms
            when 'conference_count' then reported.conference_count
            when 'conference_ms' then reported.conference_ms
            when 'wrapup_count' then reported.wrapup_count
            when 'wrapup_ms' then reported.wrapup_ms
            when 'transfer_count' then reported.transfer_count
            when 'blind_transfer_count' then reported.blind_transfer_count
            when 'consult_transfer_count' then reported.consult_transfer_count
            when 'is_within_service_level' then reported.is_within_service_level
        end as vendor_value,
        case
            when sessions.basis = 'rebuilt' then
                case measures.measure
                    when 'total_ms' then sessions.total_ms
                    when 'ivr_count' then sessions.ivr_count
                    when 'ivr_ms' then sessions.ivr_ms
                    when 'queue_count' then sessions.queue_count
                    when 'queue_ms' then sessions.queue_ms
                    when 'ringing_count' then sessions.ringing_count
                    when 'ringing_ms' then sessions.ringing_ms
                    when 'connected_count' then sessions.connected_count
                    when 'connected_ms' then sessions.connected_ms
                    when 'hold_count' then sessions.hold_count
                    when 'hold_ms' then sessions.hold_ms
                    when 'consult_count' then sessions.consult_count
                    when 'consult_ms' then sessions.consult_ms
                    when 'conference_count' then sessions.conference_count
                    when 'conference_ms' then sessions.conference_ms
                    when 'wrapup_count' then sessions.wrapup_count
                    when 'wrapup_ms' then sessions.wrapup_ms
                    when 'transfer_count' then sessions.transfer_count
                    when 'blind_transfer_count' then sessions.blind_transfer_count
                    when 'consult_transfer_count' then sessions.consult_transfer_count
                    when 'is_within_service_level' then sessions.is_answered_within
                end
            when measures.measure = 'total_ms' then sessions.vendor_ended_at_ms - sessions.vendor_started_at_ms
        end as rebuilt_value
    from sessions
    join reported_sessions as reported on reported.contact_key = sessions.contact_key
    cross join measures
),

marked as (
    select
        compared.*,
        vendor_value - rebuilt_value as difference,
        -- The vendor gives this contact's times in whole seconds.
        case
            when max(case when is_count = 0 then vendor_value % 1000 end) over contact = 0
                and max(case when is_count = 0 then vendor_value end) over contact > 0
                then 1
            else 0
        end as is_whole
    from compared
    window contact as (partition by contact_key)
),

different as (
    select *
    from marked
    where basis = 'rebuilt'
        and vendor_value is not null
        and rebuilt_value is distinct from vendor_value
),

differing as (
    select distinct contact_key from different
),

-- Until when the newest page that tells of the contact can know anything, and of which day it is.
known as (
    select
        copies.contact_key,
        max(dumps.stamp_day) as stamp_day,
        max(
            case
                when copies.started_at_ms + copies.total_ms > dumps.newest_at_ms then copies.started_at_ms + copies.total_ms
                else dumps.newest_at_ms
            end
        ) as until_ms
    from differing
    join reported_contacts as copies on copies.contact_key = differing.contact_key
    join dumps on dumps.dump_key = copies.dump_key
    group by copies.contact_key
),

missing as (
    select lists.contact_key, max(lists.total_count) as total_count
    from differing
    join delivered_lists as lists on lists.contact_key = differing.contact_key
    group by lists.contact_key
),

activities as (
    select
        activities.contact_key,
        activities.activity_number,
        case when names.is_transfer = 1 or names.is_blind_transfer = 1 then 'transfer' else names.measure end as kind,
        activities.is_known,
        activities.leg,
        activities.started_at_ms,
        activities.ended_at_ms,
        coalesce(activities.duration_ms, 0) as duration_ms,
        lead(activities.started_at_ms) over (partition by activities.contact_key order by activities.activity_number) as next_at_ms,
        case when events.ended_at_ms is null and names.closed_by_mask > 0 and activities.ended_at_ms is not null then 1 else 0 end as is_derived,
        case when first_dumps.stamp_day > known.stamp_day or activities.started_at_ms > known.until_ms then 1 else 0 end as is_later,
        known.until_ms
    from differing
    join customer_activities as activities on activities.contact_key = differing.contact_key
    join contact_event_names as names on names.name_key = activities.name_key
    join contact_events as events on events.event_key = activities.event_key
    join dumps as first_dumps on first_dumps.dump_key = events.first_dump_key
    left join known on known.contact_key = differing.contact_key
),

whole as (
    select
        contact_key,
        max(case when ended_at_ms > started_at_ms then ended_at_ms else started_at_ms end) as last_at_ms,
        max(is_later) as has_later,
        count(*) filter (where is_known = 0) as unknown_count,
        cast(coalesce(sum(next_at_ms - started_at_ms) filter (where is_known = 0), 0) as bigint) as unknown_ms
    from activities
    group by contact_key
),

parts as (
    select
        activities.contact_key,
        activities.kind,
        count(*) as activity_count,
        count(*) filter (where activities.ended_at_ms is null) as open_count,
        min(activities.started_at_ms) filter (where activities.ended_at_ms is null) as open_at_ms,
        count(*) filter (where activities.leg = 'consult') as consult_leg_count,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.leg = 'consult'), 0) as bigint) as consult_leg_ms,
        count(*) filter (where activities.is_later = 1) as later_count,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.is_later = 1), 0) as bigint)
        + cast(coalesce(sum(activities.ended_at_ms - activities.until_ms) filter (where activities.is_later = 0 and activities.ended_at_ms > activities.until_ms), 0) as bigint)
        as later_ms,
        cast(coalesce(sum(activities.duration_ms) filter (where activities.is_derived = 1), 0) as bigint) as derived_ms,
        -- How much longer those whose end nobody delivered may have lasted: to the last that is known of the contact.
        cast(coalesce(sum(whole.last_at_ms - activities.ended_at_ms) filter (where activities.is_derived = 1), 0) as bigint) as derived_room_ms
    from activities
    join whole on whole.contact_key = activities.contact_key
    where activities.kind is not null
    group by activities.contact_key, activities.kind
),

-- Of each queue, the longest wait the vendor holds for within its threshold, and the shortest answered one it does not.
flags as (
    select
        visit_queue,
        max(visit_wait_ms) filter (where is_within_service_level = 1) as longest_within_ms,
        min(visit_wait_ms) filter (where is_within_service_level = 0 and visit_outcome = 'answered') as shortest_beyond_ms
    from sessions
    where visit_wait_ms is not null
    group by visit_queue
),

judged as (
    select
        different.contact_key,
        different.measure,
        case
            when different.is_count = 1 then 0
            when different.is_whole = 1 and abs(different.difference) < 1000 * coalesce(parts.activity_count, 1) then 1
            when abs(different.difference) <= coalesce(parts.activity_count, 1) then 1
            else 0
        end as is_rounding,
        case
            when different.kind = 'service-level' and different.vendor_value = 1
                and sessions.visit_wait_ms < flags.shortest_beyond_ms
                then 'own-threshold'
            when different.kind = 'service-level' and different.vendor_value = 0
                and sessions.visit_wait_ms > flags.longest_within_ms
                then 'own-threshold'
            when different.measure = 'total_ms' and sessions.is_truncated = 0
                and different.vendor_value = sessions.vendor_ended_at_ms - sessions.vendor_started_at_ms
                and sessions.vendor_started_at_ms >= sessions.started_at_ms
                and sessions.vendor_ended_at_ms <= sessions.ended_at_ms
                and sessions.ended_at_ms <= known.until_ms
                then 'own-instants'
            when different.measure = 'connected_ms' and different.vendor_value = sessions.talk_ms then 'with-talk-after-hold'
            when different.measure = 'connected_ms' and different.vendor_value = sessions.talk_ms + sessions.hold_ms
                then 'with-hold'
            when different.measure = 'queue_ms' and different.vendor_value = sessions.queue_ms + sessions.ringing_ms
                then 'with-ringing'
            when different.measure = 'queue_count' and different.vendor_value = parts.activity_count then 'every-parked'
            when different.measure = 'transfer_count' and sessions.blind_transfer_count + sessions.consult_transfer_count = different.vendor_value
                then 'blind-and-consult'
            when different.is_count = 1 and different.kind not in ('transfer', 'service-level')
                and -different.difference = parts.consult_leg_count
                then 'customer-leg-only'
            when different.is_count = 0 and -different.difference = parts.consult_leg_ms then 'customer-leg-only'
        end as vendor_rule,
        case
            when different.kind = 'service-level' then whole.has_later
            when different.measure = 'total_ms' and sessions.ended_at_ms > known.until_ms then 1
            when different.difference > 0 then 0
            when different.is_count = 1 and -different.difference <= parts.later_count then 1
            when different.is_count = 0 and -different.difference <= parts.later_ms then 1
            else 0
        end as is_later,
        case
            when sessions.is_open = 0 then 0
            when different.rebuilt_value is null then 1
            when different.is_count = 1 and -different.difference between 1 and parts.open_count then 1
            when different.is_count = 0 and parts.open_count > 0 and different.difference > 0
                and (
                    sessions.vendor_started_at_ms + sessions.vendor_total_ms is null
                    or different.difference
                    <= parts.open_count * (sessions.vendor_started_at_ms + sessions.vendor_total_ms - parts.open_at_ms)
                )
                then 1
            else 0
        end as is_open,
        case
            when different.measure = 'total_ms'
                and (sessions.vendor_started_at_ms < sessions.started_at_ms or sessions.vendor_ended_at_ms > sessions.ended_at_ms)
                then 1
            when different.difference < 0 then
                case
                    when sessions.is_truncated = 1 and different.is_count = 0 and -different.difference <= parts.derived_ms
                        then 1
                    else 0
                end
            when sessions.is_truncated = 1 and different.is_count = 1
                and different.difference <= coalesce(missing.total_count - sessions.event_count, different.difference)
                then 1
            when sessions.is_truncated = 1 and different.is_count = 0 then 1
            when different.is_count = 0 and different.difference <= outside.outside_ms then 1
            when different.is_count = 1 and outside.outside_ms > 0 then 1
            else 0
        end as is_incomplete,
        case
            when different.kind = 'service-level' and sessions.visit_wait_ms is not null
                and (flags.longest_within_ms is null or flags.shortest_beyond_ms is null)
                then 'threshold-not-told'
            when different.is_count = 1 and different.difference between 1 and whole.unknown_count then 'unknown-event'
            when different.is_count = 0 and different.difference between 1 and whole.unknown_ms then 'unknown-event'
            when different.kind = 'wrapup' and different.difference > 0 and sessions.wrapup_unmeasured_count > 0
                and (different.is_count = 0 or different.difference <= sessions.wrapup_unmeasured_count)
                then 'wrapup-without-beginning'
            when different.measure = 'wrapup_ms' and sessions.wrapup_count > coalesce(parts.activity_count, 0)
                and different.vendor_value <= whole.last_at_ms - sessions.connected_at_ms
                then 'wrapup-without-beginning'
            when different.is_count = 0 and -different.difference between 1 and parts.derived_ms then 'end-derived'
            when different.is_count = 0 and different.difference between 1 and parts.derived_room_ms then 'end-derived'
        end as unknown_rule
    from different
    join sessions on sessions.contact_key = different.contact_key
    join whole on whole.contact_key = different.contact_key
    join (
        select
            sessions.contact_key,
            case when sessions.started_at_ms > sessions.vendor_started_at_ms then sessions.started_at_ms - sessions.vendor_started_at_ms else 0 end
            + case when sessions.vendor_ended_at_ms > whole.last_at_ms then sessions.vendor_ended_at_ms - whole.last_at_ms else 0 end as outside_ms
        from sessions
        join whole on whole.contact_key = sessions.contact_key
    ) as outside on outside.contact_key = different.contact_key
    left join known on known.contact_key = different.contact_key
    left join missing on missing.contact_key = different.contact_key
    left join parts on parts.contact_key = different.contact_key and parts.kind = different.kind
    left join flags on flags.visit_queue is not distinct from sessions.visit_queue
),

-- The page that said the vendor's value.
told as (
    select
        different.contact_key,
        different.measure,
        dumps.name as dump_name,
        copies.dump_line,
        row_number() over (
            partition by different.contact_key, different.measure
            order by
                copies.ended_at_ms desc nulls last,
                case when copies.is_active = 0 or lower(copies.status) = 'ended' then 0 else 1 end,
                copies.total_ms desc nulls last,
                dumps.stamp_day desc nulls last,
                dumps.sha256 desc,
                copies.dump_line desc,
                copies.reported_key desc
        ) as copy_number
    from different
    join reported_contacts as copies on copies.contact_key = different.contact_key
    join dumps on dumps.dump_key = copies.dump_key
    where different.vendor_value = case different.measure
            when 'total_ms' then copies.total_ms
            when 'ivr_count' then copies.ivr_count
            when 'ivr_ms' then copies.ivr_ms
            when 'queue_count' then copies.queue_count
            when 'queue_ms' then copies.queue_ms
            when 'ringing_count' then copies.ringing_count
            when 'ringing_ms' then copies.ringing_ms
            when 'connected_count' then copies.connected_count
            when 'connected_ms' then copies.connected_ms
            when 'hold_count' then copies.hold_count
            when 'hold_ms' then copies.hold_ms
            when 'consult_count' then copies.consult_count
            when 'consult_ms' then copies.consult_ms
            when 'conference_count' then copies.conference_count
            when 'conference_ms' then copies.conference_ms
            when 'wrapup_count' then copies.wrapup_count
            when 'wrapup_ms' then copies.wrapup_ms
            when 'transfer_count' then copies.transfer_count
            when 'blind_transfer_count' then copies.blind_transfer_count
            when 'consult_transfer_count' then copies.consult_transfer_count
            when 'is_within_service_level' then copies.is_within_service_level
        end
)

select
    'contact' as subject,
    sessions.contact_id,
    null as agent_id,
    null as agent_name,
    null as agent_session_id,
    null as channel_id,
    sessions.started_at_ms,
    marked.measure,
    marked.is_count,
    marked.place,
    marked.vendor_value,
    marked.rebuilt_value,
    marked.difference,
    case
        when marked.vendor_value is null then 'vendor-empty'
        when marked.basis = 'reported' and marked.difference <> 0 then 'unexplained'
        when marked.basis = 'reported' then 'only-reported'
        when marked.difference = 0 then 'equal'
        when judged.is_rounding = 1 then 'rounding'
        when judged.vendor_rule is not null then 'vendor-rule'
        when judged.is_later = 1 then 'later-events'
        when judged.is_open = 1 then 'open-at-export'
        when judged.is_incomplete = 1 then 'list-incomplete'
        when judged.unknown_rule is not null then 'unknown-rule'
        else 'unexplained'
    end as cause,
    coalesce(judged.vendor_rule, judged.unknown_rule) as rule,
    told.dump_name,
    told.dump_line
from marked
join sessions on sessions.contact_key = marked.contact_key
left join judged on judged.contact_key = marked.contact_key and judged.measure = marked.measure
left join told on told.contact_key = marked.contact_key and told.measure = marked.measure and told.copy_number = 1
