//! Finds machine ids outside the id column: none may be lost silently.

use crate::{
    domain::machine::MachineId,
    inventory::{
        columns::layout::Layout,
        error::Problem,
        input::rows::CsvRow,
        text::{cell::cell, ids::ids_in, row},
    },
};

/// The length in bytes of a cell that is just an id.
const ID_LENGTH: usize = 40;

/// Refuses a row that names a second machine: in a cell beyond the last column, or in a column
/// without a name of its own. A column with a name holds data, even if it looks like an id: the
/// hash of a file has the same length.
pub(super) fn check(row: CsvRow<'_>, id: MachineId, layout: &Layout) -> Result<(), Problem> {
    let is_other = |at: usize| {
        row.cells
            .get(at)
            .is_some_and(|bytes| holds_other(bytes, id))
    };
    let width = row.cells.len();
    let has_other = if row.cells.get(layout.id).is_some_and(opens_a_list) {
        (0..width).any(is_other)
    } else {
        layout.unnamed.iter().copied().any(is_other) || (layout.width..width).any(is_other)
    };
    if has_other {
        return Err(Problem::SeveralIds { line: row.line });
    }
    Ok(())
}

/// The same check for a row whose id column holds no machine id; returns whether any cell holds
/// one. With a header the row is reported as invalid; without one, the column of ids is unknown, so
/// the list is refused.
pub(super) fn check_invalid(
    row: CsvRow<'_>,
    layout: &Layout,
    has_names: bool,
) -> Result<bool, Problem> {
    let line = row.line;
    let all = row::ids(row.cells);
    let id_cell = row.cells.get(layout.id).unwrap_or_default();
    let in_column = ids_in(&cell(id_cell));
    let relevant = if has_names { &in_column } else { &all };
    if relevant.iter().any(|id| *id != relevant[0]) {
        return Err(Problem::SeveralIds { line });
    }
    if !has_names && in_column.is_empty() && !all.is_empty() {
        return Err(Problem::StrayId { line });
    }
    Ok(!all.is_empty())
}

/// Refuses a row above the data, a title or a header, that holds a machine id.
pub(super) fn check_above(row: CsvRow<'_>) -> Result<(), Problem> {
    if row::ids(row.cells).is_empty() {
        return Ok(());
    }
    Err(Problem::StrayId { line: row.line })
}

fn holds_other(bytes: &[u8], id: MachineId) -> bool {
    bytes.len() >= ID_LENGTH && ids_in(&cell(bytes)).iter().any(|it| *it != id)
}

/// Whether a cell opens a bracket without closing it. Then the cells of the row are parts of one
/// list, whatever their columns are called.
fn opens_a_list(bytes: &[u8]) -> bool {
    let holds = |letter: u8| bytes.contains(&letter);
    bytes.len() > ID_LENGTH && (holds(b'[') && !holds(b']') || holds(b'{') && !holds(b'}'))
}
