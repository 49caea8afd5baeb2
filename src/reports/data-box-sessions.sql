-- one row: what the period's sessions are made of; a session belongs to the local day it began
-- key: none
-- from: customer_sessions, agent_sessions
-- note: events count once here, however many dumps brought them
with contacts as (
    select
        count(*) as contact_count,
        cast(coalesce(sum(event_count), 0) as bigint) as contact_event_count,
        cast(coalesce(sum(late_event_count), 0) as bigint) as contact_late_count,
        cast(coalesce(sum(is_truncated), 0) as bigint) as contact_truncated_count,
        cast(coalesce(sum(is_open), 0) as bigint) as contact_open_count,
        cast(coalesce(sum(is_stale), 0) as bigint) as contact_stale_count,
        cast(coalesce(sum(case when basis = 'reported' then 1 else 0 end), 0) as bigint) as contact_reported_count
    from customer_sessions
    where started_day >= :from_day
        and started_day <= :to_day
),

channels as (
    select
        count(*) as channel_count,
        count(distinct agent_key) as agent_count,
        cast(coalesce(sum(event_count), 0) as bigint) as agent_event_count,
        cast(coalesce(sum(late_event_count), 0) as bigint) as agent_late_count,
        cast(coalesce(sum(is_truncated), 0) as bigint) as channel_truncated_count,
        cast(coalesce(sum(is_open), 0) as bigint) as channel_open_count,
        cast(coalesce(sum(is_stale), 0) as bigint) as channel_stale_count
    from agent_sessions
    where started_day >= :from_day
        and started_day <= :to_day
)

select
    contacts.contact_count,
    contacts.contact_event_count,
    contacts.contact_late_count,
    contacts.contact_truncated_count,
    contacts.contact_open_count,
    contacts.contact_stale_count,
    contacts.contact_reported_count,
    channels.channel_count,
    channels.agent_count,
    channels.agent_event_count,
    channels.agent_late_count,
    channels.channel_truncated_count,
    channels.channel_open_count,
    channels.channel_stale_count
from contacts
cross join channels
