//! The tenant's software inventory: what is installed on each machine, in which version.
//!
//! - `row`: one row
//! - `rows`: the rows of one machine

mod row;
mod rows;

pub(super) use row::FIELDS;
pub(super) use rows::Inventory;
