//! Hunting, as Graph serves it.

use std::sync::Arc;

use serde::Deserialize;

use super::{admission::Admission, tables::check_faults};
use crate::simulator::{
    hunting::{Query, results},
    reply::Reply,
};

/// The maximum number of rows in an answer. The rest is dropped without notice.
const MAX_ROWS: u32 = 100_000;

/// The body of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    query: String,
    /// ISO 8601; the table has no times.
    timespan: Option<String>,
}

/// The answer to a query. `Err` is a refusal.
pub(super) fn hunting(call: &Admission<'_>) -> Result<Reply, Reply> {
    let hunting = &call.tenant.settings.faults.hunting;
    check_faults(call, &hunting.calls)?;
    let body: Body = serde_json::from_slice(&call.request.body)
        .map_err(|error| call.bad_request(&format!("The body cannot be read: {error}")))?;
    let timespan = body.timespan.as_deref().unwrap_or("P30D");
    if !timespan.contains('P') && !timespan.contains('/') {
        return Err(call.bad_request("The Timespan is not valid."));
    }
    let query = Query::read(&body.query).map_err(|message| call.bad_request(&message))?;
    let most = hunting.most_rows.unwrap_or(MAX_ROWS).min(MAX_ROWS);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let results = results(Arc::clone(call.tenant), query, most);
    Ok(Reply::long_list(results))
}
