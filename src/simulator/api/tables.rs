//! Large tables, served in pages, and as links to files.

use std::ops::RangeInclusive;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use super::{admission::Admission, faults::apply_fault};
use crate::simulator::{
    bulk::{JsonRows, Page, Place},
    exports::{Exports, MAX_VALIDITY_HOURS, Table},
    faults::CallFaults,
    reply::Reply,
};

const EXPORT_CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata\
                              #microsoft.windowsDefenderATP.api.ExportFilesResponse";

/// The number of rows on a page that was requested without a size.
const DEFAULT_PAGE: usize = 50_000;
/// The maximum number of rows on a page.
const MAX_PAGE: usize = 200_000;

/// A table that is served in pages.
pub(super) struct Paged<Rows> {
    pub(super) path: &'static str,
    pub(super) context: &'static str,
    /// Parameters that links repeat, each followed by `&`.
    pub(super) parameters: String,
    /// The rows of the machine with this number; `None` after the last machine.
    pub(super) rows: Rows,
}

/// The requested page. `Err` is a refusal.
pub(super) fn page<Rows>(call: &Admission<'_>, table: Paged<Rows>) -> Result<Reply, Reply>
where
    Rows: Fn(usize) -> Option<JsonRows> + Send + 'static,
{
    let size = number(call, "pageSize", 1..=MAX_PAGE)?.unwrap_or(DEFAULT_PAGE);
    let top = number(call, "$top", 1..=MAX_PAGE)?;
    let token = call.request.parameter("$skiptoken");
    let start = token.map_or(Some(Place::default()), place_of);
    let start = start.ok_or_else(|| call.bad_request("The $skiptoken is not valid."))?;

    // With `$top` there is no link.
    let base = top.is_none().then(|| call.here(table.path));
    let parameters = table.parameters;
    let link = move |place| {
        let token: String = byte_serialize(token_of(place).as_bytes()).collect();
        let base = base.as_ref()?;
        let query = format!("{parameters}pageSize={size}&$skiptoken={token}");
        Some(format!("{base}?{query}"))
    };
    let page = Page {
        rows: table.rows,
        link,
        context: table.context,
        place: start,
        left: top.unwrap_or(size),
    };
    Ok(Reply::long_list(page.chunks()))
}

/// The links to the files of a table, and the time when the files were made. `Err` is a refusal.
pub(super) fn links(
    call: &Admission<'_>,
    exports: &Exports,
    table: Table,
    generated: Timestamp,
) -> Result<Reply, Reply> {
    let hours = number(call, "sasValidHours", 1..=MAX_VALIDITY_HOURS)?;
    let valid = SignedDuration::from_hours(i64::try_from(hours.unwrap_or(1)).unwrap_or(1));
    let body = json!({
        "@odata.context": EXPORT_CONTEXT,
        "exportFiles": exports.links(table, generated, valid),
        "generatedTime": generated.to_string(),
    });
    Ok(Reply::json(StatusCode::OK, &body))
}

/// The refusal if there are pages but no files.
pub(super) fn no_files(call: &Admission<'_>) -> Reply {
    let message = "Export is not available to this application";
    call.error(StatusCode::FORBIDDEN, "Forbidden", message)
}

/// `Err` is the reply to a call with one of these faults.
pub(super) fn check_faults(call: &Admission<'_>, faults: &CallFaults) -> Result<(), Reply> {
    let key = call.request.key();
    match faults.of(call.tenant.settings.seed, call.as_request(&key)) {
        Some(fault) => Err(apply_fault(fault, call)),
        None => Ok(()),
    }
}

/// A whole number in the query, within these bounds. `Err` is a refusal.
fn number(
    call: &Admission<'_>,
    name: &str,
    bounds: RangeInclusive<usize>,
) -> Result<Option<usize>, Reply> {
    let Some(text) = call.request.parameter(name) else {
        return Ok(None);
    };
    let number = text.parse().ok().filter(|number| bounds.contains(number));
    number.map(Some).ok_or_else(|| {
        let (least, most) = bounds.into_inner();
        let message = format!("The value of '{name}' must be between {least} and {most}.");
        call.bad_request(&message)
    })
}

/// A token that only the service can interpret.
fn token_of(place: Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("RID:{}:{}", place.machine, place.row))
}

fn place_of(token: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (machine, row) = text.strip_prefix("RID:")?.split_once(':')?;
    Some(Place {
        machine: machine.parse().ok()?,
        row: row.parse().ok()?,
    })
}
