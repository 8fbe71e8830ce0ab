//! The machine list as the service serves it: which machines are requested, and the list as CSV.
//!
//! A run over all machines reads that CSV like any other list, so that `patchgap machines` and
//! `report --all-machines` cannot differ.

mod comparison;
mod csv;
mod selection;
mod table;

pub use self::{
    comparison::{ListCheck, ListComparison, MergedMachine},
    csv::write_csv,
    selection::Selection,
    table::ServiceList,
};
