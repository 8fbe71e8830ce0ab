//! The tenant's software inventory: what is installed on each machine, in which version.
//!
//! Rows are made when they are sent, machine by machine: a large tenant has millions.
//!
//! ```text
//!                          ┌─► pages ─► api      (camelCase, null)
//! fleet, listing ─► rows ──┤
//!                          └─► layout ─► exports  (PascalCase, absent keys)
//! ```
//!
//! - `row`: one row, and how it is written in a page and in a file
//! - `rows`: the rows of one machine
//! - `pages`: the rows from one place on, as the body of a page
//! - `layout`: which rows stand in which file

mod layout;
mod pages;
mod row;
mod rows;

pub(super) use layout::{FilePlan, files};
pub(super) use pages::{Page, Place};
pub(super) use row::RowForm;
pub(super) use rows::Inventory;
