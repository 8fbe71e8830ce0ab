//! Hunting: queries about the software vulnerabilities, through Graph.
//!
//! There is no query language in here: the one query that the product needs is recognised by its
//! shape, and anything else is refused as a syntax that is not known.
//!
//! - `query`: what is requested
//! - `results`: the rows that answer it, made while they are sent

mod query;
mod results;

pub(super) use query::Query;
pub(super) use results::results;
