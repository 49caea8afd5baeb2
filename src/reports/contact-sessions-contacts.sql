-- one row per channel type, direction, handle type and type of abandonment: contacts that began in the period
-- key: channel_type, direction, is_assumed, handle_type, abandoned_type
-- from: customer_sessions
-- note: without a delivered direction a contact is outdial where it says so, else taken for inbound and counted as assumed
with contacts as (
    select
        coalesce(lower(channel_type), 'telephony') as channel_type,
        coalesce(lower(direction), case when is_outdial = 1 then 'outdial' else 'inbound' end) as direction,
        case when direction is null and coalesce(is_outdial, 0) = 0 then 1 else 0 end as is_assumed,
        coalesce(handle_type, 'not told') as handle_type,
        coalesce(abandoned_type, '') as abandoned_type,
        case when connected_count > 0 or handle_type in ('normal', 'sudden_disconnect') then 1 else 0 end as is_reached,
        case when is_truncated = 1 then 1 else 0 end as is_truncated
    from customer_sessions
    where started_day >= :from_day
        and started_day <= :to_day
)

select
    channel_type,
    direction,
    is_assumed,
    handle_type,
    abandoned_type,
    count(*) as contact_count,
    cast(sum(is_reached) as bigint) as reached_count,
    cast(sum(is_truncated) as bigint) as truncated_count
from contacts
group by channel_type, direction, is_assumed, handle_type, abandoned_type
order by channel_type, direction, is_assumed, handle_type, abandoned_type
