-- One row per activity of a checked contact: the state before it and the verdict of the sequence table.
-- Key: contact_key, activity_number.
-- From: contacts_in_check, customer_activities, contact_event_names, sequence_cells.
-- The state is the last event that moved it (README, decision 12); a position is activity_number * 2048 + rank.
with spoken as (
    select distinct event, bit, rank from contact_event_names where is_in_table = 1
),
state as (
    select
        cells.state,
        coalesce(states.rank, 0) as rank,
        cast(sum(case when cells.is_accepted = 1 then events.bit else 0 end) as bigint) as accepted_mask
    from sequence_cells as cells
    join spoken as events on events.event = cells.event
    left join spoken as states on states.event = cells.state
    where cells.table_name = :table_name and (states.rank is not null or cells.state = 'no-contact')
    group by cells.state, states.rank
),
walk as (
    select
        activities.contact_key,
        activities.activity_number,
        activities.event,
        names.is_in_table,
        names.bit,
        names.sequence_role,
        max(
            case
                when names.sequence_role = 'moves' or (:is_strict = 1 and names.is_in_table = 1)
                    then activities.activity_number * 2048 + names.rank
            end
        ) over (
            partition by checked.contact_key order by activities.activity_number
            rows between unbounded preceding and 1 preceding
        ) as moved_at
    from contacts_in_check as checked
    cross join customer_activities as activities
    cross join contact_event_names as names
    where checked.contact_key between :from_key and :to_key
        and activities.contact_key = checked.contact_key
        and names.name_key = activities.name_key
),
stated as (
    select
        walk.*,
        case
            when walk.moved_at is null then 0
            when :is_strict = 0
                and walk.activity_number - walk.moved_at / 2048 > 1
                and exists (
                    select 1
                    from customer_activities as done
                    where done.contact_key = walk.contact_key
                        and done.activity_number > walk.moved_at / 2048
                        and done.activity_number < walk.activity_number
                        and done.event = 'wrapup-done'
                )
                and walk.moved_at % 2048 = (select rank from spoken where event = 'ended')
                then (select rank from spoken where event = 'wrapup-done')
            else walk.moved_at % 2048
        end as state_rank
    from walk
)
select
    stated.contact_key,
    stated.activity_number,
    state.state,
    stated.event,
    case
        when stated.is_in_table = 0 then 'not-in-table'
        when :is_strict = 0
            and stated.moved_at is null
            and stated.activity_number > 1
            and exists (
                select 1
                from customer_activities as earlier
                where earlier.contact_key = stated.contact_key
                    and earlier.activity_number < stated.activity_number
                    and earlier.is_in_table = 1
            )
            then 'unjudged'
        when :is_strict = 0 and stated.moved_at is null and stated.event <> 'new' then 'no-start'
        when (state.accepted_mask & stated.bit) <> 0 then 'accepted'
        when :is_strict = 1 then 'not-accepted'
        when stated.sequence_role = 'monitoring'
            and (
                select state.accepted_mask & stated.bit
                from customer_activities as earlier
                join contact_event_names as names on names.name_key = earlier.name_key
                join state on state.rank = names.rank
                where earlier.contact_key = stated.contact_key
                    and earlier.activity_number < stated.activity_number
                    and names.sequence_role = 'monitoring'
                order by earlier.activity_number desc
                limit 1
            ) <> 0
            then 'accepted'
        when (
                select case when names.sequence_role = 'wrapup' then state.accepted_mask & stated.bit else 0 end
                from customer_activities as earlier
                join contact_event_names as names on names.name_key = earlier.name_key
                join state on state.rank = names.rank
                where earlier.contact_key = stated.contact_key
                    and earlier.activity_number < stated.activity_number
                    and earlier.is_in_table = 1
                order by earlier.activity_number desc
                limit 1
            ) <> 0
            then 'accepted'
        else 'not-accepted'
    end as verdict
from stated
join state on state.rank = stated.state_rank
