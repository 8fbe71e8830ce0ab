//! Hunting: queries about the software vulnerabilities, through Graph.
//!
//! There is no query language here: the one query that the product needs is recognised by its shape, and
//! anything else is refused as unknown syntax.
//!
//! - `query`: parses a query
//! - `results`: the rows of the answer, generated while they are sent

mod query;
mod results;

pub(super) use query::Query;
pub(super) use results::results;
