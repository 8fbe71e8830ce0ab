//! Tables with very many rows, in pages and in files.
//!
//! Rows are generated when they are sent, machine by machine: a large tenant has millions.
//!
//! ```text
//!                                ┌─► pages ─► api      (camelCase, null)
//! software, vulnerabilities ─► rows
//!                                └─► layout ─► exports  (PascalCase, absent keys)
//! ```
//!
//! - `form`: how rows are written in pages and in files
//! - `rows`: the rows of one machine, written
//! - `pages`: the rows from a position on, as the body of a page
//! - `layout`: the distribution of rows over files

mod form;
mod layout;
mod pages;
mod rows;

pub(super) use form::{Cell, RowForm};
pub(super) use layout::{BadRows, FilePlan, files};
pub(super) use pages::{Page, Place};
pub(super) use rows::{JsonRows, clock};
