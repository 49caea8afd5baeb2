-- one row per cell of the sequence table
-- key: state, event
-- from: sequence_cells
-- note: in the order of the printed matrix
select
    state,
    event,
    is_accepted,
    confidence
from sequence_cells
where table_name = :table_name
order by state_position, event_position
