-- one row per agent session, channel and measure, of every channel that the vendor delivered figures of: vendor's value, rebuilt value, cause
-- key: agent_key, agent_session_id, channel_id, measure
-- from: agent_sessions, reported_agent_sessions, agent_activities, agent_events, delivered_lists, dumps
-- note: as reconciliation-contacts.sql; the vendor's value is the best copy's, and where it says none the next best copy's
with measures as (
    select 'total_ms' as measure, 'total' as kind, 0 as is_count, 1 as place
    union all
    select 'idle_count', 'idle', 1, 2
    union all
    select 'idle_ms', 'idle', 0, 3
    union all
    select 'available_count', 'available', 1, 4
    union all
    select 'available_ms', 'available', 0, 5
    union all
    select 'ringing_count', 'ringing', 1, 6
    union all
    select 'ringing_ms', 'ringing', 0, 7
    union all
    select 'outdial_ringing_count', 'outdial_ringing', 1, 8
    union all
    select 'outdial_ringing_ms', 'outdial_ringing', 0, 9
    union all
    select 'connected_count', 'connected', 1, 10
    union all
    select 'connected_ms', 'connected', 0, 11
    union all
    select 'hold_count', 'hold', 1, 12
    union all
    select 'hold_ms', 'hold', 0, 13
    union all
    select 'consult_count', 'consult', 1, 14
    union all
    select 'consult_ms', 'consult', 0, 15
    union all
    select 'conference_count', 'conference', 1, 16
    union all
    select 'conference_ms', 'conference', 0, 17
    union all
    select 'wrapup_count', 'wrapup', 1, 18
    union all
    select 'wrapup_ms', 'wrapup', 0, 19
    union all
    select 'not_responding_count', 'not_responding', 1, 20
    union all
    select 'not_responding_ms', 'not_responding', 0, 21
    union all
    select 'outdial_connected_count', 'outdial', 1, 22
    union all
    select 'outdial_connected_ms', 'outdial', 0, 23
    union all
    select 'outdial_hold_count', 'outdial', 1, 24
    union all
    select 'outdial_hold_ms', 'outdial', 0, 25
    union all
    select 'outdial_consult_count', 'outdial', 1, 26
    union all
    select 'outdial_consult_ms', 'outdial', 0, 27
    union all
    select 'outdial_conference_count', 'outdial', 1, 28
    union all
    select 'outdial_conference_ms', 'outdial', 0, 29
    union all
    select 'outdial_wrapup_count', 'outdial', 1, 30
    union all
    select 'outdial_wrapup_ms', 'outdial', 0, 31
    union all
    select 'outdial_not_responding_count', 'outdial', 1, 32
    union all
    select 'outdial_not_responding_ms', 'outdial', 0, 33
    union all
    select 'transfer_count', 'transfer', 1, 34
    union all
    select 'blind_transfer_count', 'transfer', 1, 35
    union all
    select 'consult_transfer_count', 'transfer', 1, 36
    union all
    select 'disconnected_count', 'disconnected', 1, 37
),

copies as (
    select
        sessions.agent_key,
        sessions.agent_session_id,
        sessions.channel_id,
        copies.started_at_ms,
        copies.ended_at_ms,
        copies.is_active,
        copies.total_ms,
        copies.idle_count,
        copies.idle_ms,
        copies.available_count,
        copies.available_ms,
        copies.ringing_count,
        copies.ringing_ms,
        copies.outdial_ringing_count,
        copies.outdial_ringing_ms,
        copies.connected_count,
        copies.connected_ms,
        copies.hold_count,
        copies.hold_ms,
        copies.consult_count,
        copies.consult_ms,
        copies.conference_count,
        copies.conference_ms,
        copies.wrapup_count,
        copies.wrapup_ms,
        copies.not_responding_count,
        copies.not_responding_ms,
        copies.outdial_connected_count,
        copies.outdial_connected_ms,
        copies.outdial_hold_count,
        copies.outdial_hold_ms,
        copies.outdial_consult_count,
        copies.outdial_consult_ms,
        copies.outdial_conference_count,
        copies.outdial_conference_ms,
        copies.outdial_wrapup_count,
        copies.outdial_wrapup_ms,
        copies.outdial_not_responding_count,
        copies.outdial_not_responding_ms,
        copies.transfer_count,
        copies.blind_transfer_count,
        copies.consult_transfer_count,
        copies.disconnected_count,
        copies.dump_line,
        dumps.name as dump_name,
        dumps.stamp_day,
        dumps.newest_at_ms,
        row_number() over (
            partition by sessions.agent_key, sessions.agent_session_id, sessions.channel_id
            order by
                copies.ended_at_ms desc nulls last,
                case when copies.is_active = 0 then 0 else 1 end,
                copies.total_ms desc nulls last,
                dumps.stamp_day desc nulls last,
                dumps.sha256 desc,
                copies.dump_line desc,
                copies.reported_key desc
        ) as copy_number
    from agent_sessions as sessions
    join reported_agent_sessions as copies
        on copies.agent_key = sessions.agent_key
        and sessions.channel_id = coalesce(
            copies.channel_id,
            coalesce(copies.agent_session_id, copies.page_session_id) || ':' || coalesce(copies.channel_type, 'telephony')
        )
        and coalesce(copies.agent_session_id, sessions.agent_session_id) = sessions.agent_session_id
    join dumps on dumps.dump_key = copies.dump_key
    where sessions.started_day >= :from_day
        and sessions.started_day <= :to_day
),

-- What is known of the vendor's session as a whole, and until when its newest page can know anything.
known as (
    select
        copies.agent_key,
        copies.agent_session_id,
        copies.channel_id,
        min(copies.started_at_ms) as vendor_started_at_ms,
        max(case when copies.ended_at_ms >= copies.started_at_ms then copies.ended_at_ms end) as vendor_ended_at_ms,
        max(copies.started_at_ms + copies.total_ms) as vendor_until_ms,
        max(copies.stamp_day) as stamp_day,
        max(
            case
                when copies.started_at_ms + copies.total_ms > copies.newest_at_ms then copies.started_at_ms + copies.total_ms
                else copies.newest_at_ms
            end
        ) as until_ms
    from copies
    group by copies.agent_key, copies.agent_session_id, copies.channel_id
),

said as (
    select
        copies.agent_key,
        copies.agent_session_id,
        copies.channel_id,
        measures.measure,
        copies.copy_number,
        copies.dump_name,
        copies.dump_line,
        case measures.measure
            when 'total_ms' then copies.total_ms
            when 'idle_count' then copies.idle_count
            when 'idle_ms' then copies.idle_ms
            when 'available_count' then copies.available_count
            when 'available_ms' then copies.available_ms
            when 'ringing_count' then copies.ringing_count
            when 'ringing_ms' then copies.ringing_ms
            when 'outdial_ringing_count' then copies.outdial_ringing_count
            when 'outdial_ringing_ms' then copies.outdial_ringing_ms
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
            when 'not_responding_count' then copies.not_responding_count
            when 'not_responding_ms' then copies.not_responding_ms
            when 'outdial_connected_count' then copies.outdial_connected_count
            when 'outdial_connected_ms' then copies.outdial_connected_ms
            when 'outdial_hold_count' then copies.outdial_hold_count
            when 'outdial_hold_ms' then copies.outdial_hold_ms
            when 'outdial_consult_count' then copies.outdial_consult_count
            when 'outdial_consult_ms' then copies.outdial_consult_ms
            when 'outdial_conference_count' then copies.outdial_conference_count
            when 'outdial_conference_ms' then copies.outdial_conference_ms
            when 'outdial_wrapup_count' then copies.outdial_wrapup_count
            when 'outdial_wrapup_ms' then copies.outdial_wrapup_ms
            when 'outdial_not_responding_count' then copies.outdial_not_responding_count
            when 'outdial_not_responding_ms' then copies.outdial_not_responding_ms
            when 'transfer_count' then copies.transfer_count
            when 'blind_transfer_count' then copies.blind_transfer_count
            when 'consult_transfer_count' then copies.consult_transfer_count
            when 'disconnected_count' then copies.disconnected_count
        end as value
    from copies
    cross join measures
),

told as (
    select *
    from (
        select
            said.*,
            row_number() over (
                partition by agent_key, agent_session_id, channel_id, measure
                order by copy_number
            ) as place_among
        from said
        where value is not null
    ) as ranked
    where place_among = 1
),

compared as (
    select
        sessions.agent_key,
        sessions.agent_session_id,
        sessions.channel_id,
        sessions.basis,
        measures.measure,
        measures.kind,
        measures.is_count,
        measures.place,
        told.value as vendor_value,
        told.dump_name,
        told.dump_line,
        case
            when sessions.basis = 'rebuilt' then
                case measures.measure
                    when 'total_ms' then sessions.total_ms
                    when 'idle_count' then sessions.idle_count
                    when 'idle_ms' then sessions.idle_ms
                    when 'available_count' then sessions.available_count
                    when 'available_ms' then sessions.available_ms
                    when 'ringing_count' then sessions.ringing_count
                    when 'ringing_ms' then sessions.ringing_ms
                    when 'outdial_ringing_count' then sessions.outdial_ringing_count
                    when 'outdial_ringing_ms' then sessions.outdial_ringing_ms
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
                    when 'not_responding_count' then sessions.not_responding_count
                    when 'not_responding_ms' then sessions.not_responding_ms
                    when 'outdial_connected_count' then sessions.outdial_connected_count
                    when 'outdial_connected_ms' then sessions.outdial_connected_ms
                    when 'outdial_hold_count' then sessions.outdial_hold_count
                    when 'outdial_hold_ms' then sessions.outdial_hold_ms
                    when 'outdial_consult_count' then sessions.outdial_consult_count
                    when 'outdial_consult_ms' then sessions.outdial_consult_ms
                    when 'outdial_conference_count' then sessions.outdial_conference_count
                    when 'outdial_conference_ms' then sessions.outdial_conference_ms
                    when 'outdial_wrapup_count' then sessions.outdial_wrapup_count
                    when 'outdial_wrapup_ms' then sessions.outdial_wrapup_ms
                    when 'outdial_not_responding_count' then sessions.outdial_not_responding_count
                    when 'outdial_not_responding_ms' then sessions.outdial_not_responding_ms
                    when 'transfer_count' then sessions.transfer_count
                    when 'blind_transfer_count' then sessions.blind_transfer_count
                    when 'consult_transfer_count' then sessions.consult_transfer_count
                    when 'disconnected_count' then sessions.disconnected_count
                end
            when measures.measure = 'total_ms' then known.vendor_ended_at_ms - known.vendor_started_at_ms
        end as rebuilt_value,
        case measures.measure
            when 'connected_count' then sessions.outdial_connected_count
            when 'connected_ms' then sessions.outdial_connected_ms
            when 'hold_count' then sessions.outdial_hold_count
            when 'hold_ms' then sessions.outdial_hold_ms
            when 'consult_count' then sessions.outdial_consult_count
            when 'consult_ms' then sessions.outdial_consult_ms
            when 'conference_count' then sessions.outdial_conference_count
            when 'conference_ms' then sessions.outdial_conference_ms
            when 'wrapup_count' then sessions.outdial_wrapup_count
            when 'wrapup_ms' then sessions.outdial_wrapup_ms
            when 'not_responding_count' then sessions.outdial_not_responding_count
            when 'not_responding_ms' then sessions.outdial_not_responding_ms
        end as outdial_value,
        case when measures.is_count = 0 then told.value % 1000 end as beyond_seconds_ms
    from known
    join agent_sessions as sessions
        on sessions.agent_key = known.agent_key
            and sessions.agent_session_id = known.agent_session_id
            and sessions.channel_id = known.channel_id
    cross join measures
    left join told
        on told.agent_key = known.agent_key
            and told.agent_session_id = known.agent_session_id
            and told.channel_id = known.channel_id
        and told.measure = measures.measure
),

marked as (
    select
        compared.*,
        vendor_value - rebuilt_value as difference,
        case
            when max(beyond_seconds_ms) over channel = 0
                and max(case when is_count = 0 then vendor_value end) over channel > 0
                then 1
            else 0
        end as is_whole,
        max(case when kind = 'outdial' and vendor_value is not null then 1 else 0 end) over channel as tells_outdial
    from compared
    window channel as (partition by agent_key, agent_session_id, channel_id)
),

different as (
    select *
    from marked
    where basis = 'rebuilt'
        and vendor_value is not null
        and rebuilt_value is distinct from vendor_value
),

differing as (
    select distinct
        agent_key,
        agent_session_id,
        channel_id
    from different
),

missing as (
    select
        differing.agent_key,
        differing.agent_session_id,
        differing.channel_id,
        max(lists.total_count) as total_count
    from differing
    join delivered_lists as lists on lists.agent_key = differing.agent_key and lists.channel_id = differing.channel_id
    group by differing.agent_key, differing.agent_session_id, differing.channel_id
),

stays as (
    select
        stays.agent_key,
        stays.agent_session_id,
        stays.channel_id,
        stays.measure,
        replace(stays.kind, '-', '_') as kind,
        stays.is_known,
        stays.transfer,
        stays.started_at_ms,
        stays.ended_at_ms,
        coalesce(stays.duration_ms, 0) as duration_ms,
        max(stays.ended_at_ms) over (
            partition by stays.agent_key, stays.agent_session_id, stays.channel_id
            order by stays.activity_number
            rows between unbounded preceding and 1 preceding
        ) as covered_until_ms,
        case when events.ended_at_ms is null and stays.ended_at_ms > stays.started_at_ms then 1 else 0 end as is_derived,
        case when first_dumps.stamp_day > known.stamp_day or stays.started_at_ms > known.until_ms then 1 else 0 end as is_later,
        known.until_ms,
        known.vendor_started_at_ms,
        known.vendor_until_ms
    from differing
    join agent_activities as stays
        on stays.agent_key = differing.agent_key
            and stays.agent_session_id = differing.agent_session_id
            and stays.channel_id = differing.channel_id
    join agent_events as events on events.event_key = stays.event_key
    join dumps as first_dumps on first_dumps.dump_key = events.first_dump_key
    join known
        on known.agent_key = differing.agent_key
            and known.agent_session_id = differing.agent_session_id
            and known.channel_id = differing.channel_id
),

-- uncovered_ms: time of the vendor's session in which no stay was delivered.
whole as (
    select
        stays.agent_key,
        stays.agent_session_id,
        stays.channel_id,
        max(is_later) as has_later,
        count(*) filter (where is_known = 0) as unknown_count,
        cast(coalesce(sum(duration_ms) filter (where is_known = 0), 0) as bigint) as unknown_ms,
        cast(coalesce(sum(started_at_ms - covered_until_ms) filter (where started_at_ms > covered_until_ms), 0) as bigint)
        + case when min(started_at_ms) > max(vendor_started_at_ms) then min(started_at_ms) - max(vendor_started_at_ms) else 0 end
        + case when max(vendor_until_ms) > max(ended_at_ms) then max(vendor_until_ms) - max(ended_at_ms) else 0 end as uncovered_ms
    from stays
    group by agent_key, agent_session_id, channel_id
),

parts as (
    select
        stays.agent_key,
        stays.agent_session_id,
        stays.channel_id,
        kind,
        count(*) filter (where measure = kind or (kind = 'ringing' and measure = 'outdial_ringing')) as activity_count,
        count(*) filter (where measure is null) as other_count,
        cast(coalesce(sum(duration_ms) filter (where measure is null), 0) as bigint) as other_ms,
        count(*) filter (where ended_at_ms is null) as open_count,
        min(started_at_ms) filter (where ended_at_ms is null) as open_at_ms,
        count(*) filter (where is_later = 1) as later_count,
        cast(coalesce(sum(duration_ms) filter (where is_later = 1), 0) as bigint)
        + cast(coalesce(sum(ended_at_ms - until_ms) filter (where is_later = 0 and ended_at_ms > until_ms), 0) as bigint)
        as later_ms,
        cast(coalesce(sum(duration_ms) filter (where is_derived = 1), 0) as bigint) as derived_ms
    from stays
    group by agent_key, agent_session_id, channel_id, kind
),

judged as (
    select
        different.agent_key,
        different.agent_session_id,
        different.channel_id,
        different.measure,
        case
            when different.is_count = 1 then 0
            when different.is_whole = 1 and abs(different.difference) < 1000 * coalesce(parts.activity_count, 1) then 1
            when abs(different.difference) <= coalesce(parts.activity_count, 1) then 1
            else 0
        end as is_rounding,
        case
            when different.kind = 'disconnected' and different.vendor_value = 0 then 'not-populated'
            when different.tells_outdial = 0 and different.difference = -different.outdial_value then 'inbound-only'
            when different.is_count = 1 and different.kind <> 'transfer' and different.difference = parts.other_count
                then 'with-other-states'
            when different.is_count = 0 and different.difference = parts.other_ms then 'with-other-states'
            when different.measure = 'transfer_count' and sessions.blind_transfer_count + sessions.consult_transfer_count = different.vendor_value
                then 'blind-and-consult'
            when different.measure = 'total_ms' and sessions.is_truncated = 0
                and different.vendor_value = known.vendor_ended_at_ms - known.vendor_started_at_ms
                and known.vendor_started_at_ms >= sessions.started_at_ms
                and known.vendor_ended_at_ms <= sessions.started_at_ms + sessions.total_ms
                and sessions.known_until_ms <= known.until_ms
                then 'own-instants'
        end as vendor_rule,
        case
            when different.measure = 'total_ms' and sessions.known_until_ms > known.until_ms and different.difference < 0 then 1
            when different.difference > 0 then 0
            when different.is_count = 1 and -different.difference <= parts.later_count then 1
            when different.is_count = 0 and -different.difference <= parts.later_ms then 1
            else 0
        end as is_later,
        case
            when sessions.is_open = 0 then 0
            when different.measure = 'total_ms' and different.difference > 0 then 1
            when different.is_count = 1 and -different.difference between 1 and parts.open_count then 1
            when different.is_count = 0 and parts.open_count > 0
                and different.difference between 1 and coalesce(
                    parts.open_count * (known.vendor_until_ms - parts.open_at_ms),
                    different.difference
                )
                then 1
            else 0
        end as is_open,
        case
            when different.difference < 0 then 0
            when different.is_count = 1 and sessions.is_truncated = 1
                and different.difference <= coalesce(missing.total_count - sessions.event_count, different.difference)
                then 1
            when different.measure = 'total_ms'
                and (
                    known.vendor_started_at_ms < sessions.started_at_ms
                    or known.vendor_until_ms > sessions.started_at_ms + sessions.total_ms
                )
                then 1
            when different.is_count = 0 and different.difference <= whole.uncovered_ms then 1
            when different.is_count = 1 and whole.uncovered_ms > 0 then 1
            else 0
        end as is_incomplete,
        case
            when different.is_count = 1 and different.difference between 1 and whole.unknown_count then 'unknown-state'
            when different.is_count = 0 and different.difference between 1 and whole.unknown_ms then 'unknown-state'
            when different.is_count = 0 and -different.difference between 1 and parts.derived_ms then 'end-derived'
        end as unknown_rule
    from different
    join agent_sessions as sessions
        on sessions.agent_key = different.agent_key
            and sessions.agent_session_id = different.agent_session_id
            and sessions.channel_id = different.channel_id
    join known
        on known.agent_key = different.agent_key
            and known.agent_session_id = different.agent_session_id
            and known.channel_id = different.channel_id
    left join whole
        on whole.agent_key = different.agent_key
            and whole.agent_session_id = different.agent_session_id
            and whole.channel_id = different.channel_id
    left join missing
        on missing.agent_key = different.agent_key
            and missing.agent_session_id = different.agent_session_id
            and missing.channel_id = different.channel_id
    left join parts
        on parts.agent_key = different.agent_key
            and parts.agent_session_id = different.agent_session_id
            and parts.channel_id = different.channel_id
        and parts.kind = case when different.kind = 'outdial_ringing' then 'ringing' else different.kind end
)

select
    'agent' as subject,
    null as contact_id,
    sessions.agent_id,
    sessions.agent_name,
    sessions.agent_session_id,
    sessions.channel_id,
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
    marked.dump_name,
    marked.dump_line
from marked
join agent_sessions as sessions
    on sessions.agent_key = marked.agent_key
        and sessions.agent_session_id = marked.agent_session_id
        and sessions.channel_id = marked.channel_id
left join judged
    on judged.agent_key = marked.agent_key
        and judged.agent_session_id = marked.agent_session_id
        and judged.channel_id = marked.channel_id
    and judged.measure = marked.measure
