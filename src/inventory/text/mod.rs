//! Text at each level, bytes, cells and rows: encodings, invisible characters, machine ids.

pub(super) mod cell;
pub(super) mod ids;
pub(super) mod invisible;
pub(super) mod row;
