//! Tables with very many rows, in pages and in files.
//!
//! Rows are made when they are sent, machine by machine: a large tenant has millions.
//!
//! ```text
//!                                ┌─► pages ─► api      (camelCase, null)
//! software, vulnerabilities ─► rows
//!                                └─► layout ─► exports  (PascalCase, absent keys)
//! ```
//!
//! - `form`: how a row is written in a page and in a file
//! - `rows`: the rows of one machine, written
//! - `pages`: the rows from one place on, as the body of a page
//! - `layout`: which rows stand in which file

mod form;
mod layout;
mod pages;
mod rows;

pub(super) use form::{Cell, RowForm};
pub(super) use layout::{BadRows, FilePlan, files};
pub(super) use pages::{Page, Place};
pub(super) use rows::{JsonRows, clock};
