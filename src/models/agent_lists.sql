-- agent_lists: one row per agent and channel of which a list of activities was delivered: whether it is truncated
-- key: agent_key, channel_id; a working table, held only while a slice of agents is rebuilt
-- from: agents_to_rebuild, delivered_lists, agent_activities, agent_markers
-- note: a list that says there is more was read to its end where a list without more reaches as far, or all it counts is stored
with
counts as (
    select
        activities.agent_key,
        activities.channel_id,
        count(*) as event_count
    from agents_to_rebuild as touched
    join agent_activities as activities on activities.agent_key = touched.agent_key
    where
        touched.agent_key between :from_key and :to_key
        and exists (select 1 from delivered_lists as lists where lists.agent_key = touched.agent_key)
    group by activities.agent_key, activities.channel_id
    union all
    select
        agent_key,
        channel_id,
        event_count
    from agent_markers
),

stored as (
    select
        agent_key,
        channel_id,
        cast(sum(event_count) as bigint) as event_count
    from counts
    group by agent_key, channel_id
),

lists as (
    select
        lists.agent_key,
        lists.channel_id,
        case
            when lists.total_count > coalesce(stored.event_count, 0) then 1
            when lists.total_count is not null then 0
            when lists.has_next_page is null and lists.node_count = 25 then 1
            when
                lists.has_next_page = 1 and not exists (
                    select 1
                    from delivered_lists as others
                    where
                        others.agent_key = lists.agent_key
                        and others.channel_id = lists.channel_id
                        and others.has_next_page = 0
                        and (
                            others.node_count = 0
                            or others.oldest_at_ms <= lists.oldest_at_ms
                            or others.newest_at_ms >= lists.newest_at_ms
                        )
                )
                then 1
            else 0
        end as is_truncated
    from agents_to_rebuild as touched
    join delivered_lists as lists on lists.agent_key = touched.agent_key
    left join stored on stored.agent_key = lists.agent_key and stored.channel_id = lists.channel_id
    where touched.agent_key between :from_key and :to_key
)

select
    agent_key,
    channel_id,
    max(is_truncated) as is_truncated
from lists
group by agent_key, channel_id
