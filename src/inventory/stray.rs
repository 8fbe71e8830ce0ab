//! Machine ids beside the one that is asked for: none of them may get lost in silence.

use super::{Problem, decode::cell, ids::ids_in, layout::Layout, rows::Row};
use crate::domain::machine::MachineId;

/// Bytes of the shortest cell that holds an id.
const SHORTEST: usize = 40;

/// Demands that a row which names this machine names no other one: in a cell beyond the last
/// column, or in a column without a name of its own. A column with a name holds data, whatever it
/// looks like: a file's hash is as long as a machine id.
pub(super) fn check(row: Row<'_>, id: MachineId, layout: &Layout) -> Result<(), Problem> {
    let opens = row.cells.get(layout.id).is_some_and(opens_a_list);
    let beyond = layout.width..row.cells.len();
    let strays = if opens {
        has_other(row, id, 0..row.cells.len())
    } else {
        has_other(row, id, layout.unnamed.iter().copied()) || has_other(row, id, beyond)
    };
    if strays {
        return Err(Problem::SeveralIds { line: row.line });
    }
    Ok(())
}

/// The same of a row whose id column holds no machine id. Under a header it is reported as a row
/// that is not valid; without one, no column says where the ids should be.
pub(super) fn check_invalid(row: Row<'_>, layout: &Layout, has_names: bool) -> Result<(), Problem> {
    let mut found = row.cells.get(layout.id).map(ids).unwrap_or_default();
    if !has_names {
        found = row.cells.iter().flat_map(ids).collect();
    }
    let Some(first) = found.first() else {
        return Ok(());
    };
    if found.iter().any(|id| id != first) {
        return Err(Problem::SeveralIds { line: row.line });
    }
    let in_place = row
        .cells
        .get(layout.id)
        .is_some_and(|it| !ids(it).is_empty());
    if has_names || in_place {
        return Ok(());
    }
    Err(Problem::StrayId { line: row.line })
}

/// Demands that a row above the data, a title or a header, names no machine.
pub(super) fn check_above(row: Row<'_>) -> Result<(), Problem> {
    if row.cells.iter().all(|bytes| ids(bytes).is_empty()) {
        return Ok(());
    }
    Err(Problem::StrayId { line: row.line })
}

/// Whether any cell of the row holds something like an id.
pub(super) fn has_any(row: Row<'_>) -> bool {
    check_above(row).is_err()
}

fn has_other(row: Row<'_>, id: MachineId, mut positions: impl Iterator<Item = usize>) -> bool {
    let is_other = |bytes| ids(bytes).iter().any(|it| *it != id);
    positions.any(|position| row.cells.get(position).is_some_and(is_other))
}

fn ids(bytes: &[u8]) -> Vec<MachineId> {
    if bytes.len() < SHORTEST {
        return Vec::new();
    }
    ids_in(&cell(bytes))
}

/// Whether a cell opens a bracket that it does not close: the cells of its row are the parts of
/// one list, whatever their columns are called.
fn opens_a_list(bytes: &[u8]) -> bool {
    let holds = |letter: u8| bytes.contains(&letter);
    bytes.len() > SHORTEST && (holds(b'[') && !holds(b']') || holds(b'{') && !holds(b'}'))
}
