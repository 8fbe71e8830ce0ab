//! The software inventory: in pages, and as links to files.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hyper::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use super::{admission::Admission, answer::here, faults::apply_fault};
use crate::simulator::{
    exports::{Exports, LONGEST_VALIDITY},
    faults::SoftwareOddity,
    reply::Reply,
    software::{Page, Place, RowForm},
};

const CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata\
                       #Collection(microsoft.windowsDefenderATP.api.AssetSoftware)";
const EXPORT_CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata\
                              #microsoft.windowsDefenderATP.api.ExportFilesResponse";

const PATH: &str = "/api/machines/SoftwareInventoryByMachine";

/// Rows on a page that was requested without a size.
const USUAL_PAGE: usize = 50_000;
/// The most rows on a page.
const LARGEST_PAGE: usize = 200_000;

/// How old an export of yesterday is.
const A_DAY_AND_MORE: SignedDuration = SignedDuration::from_hours(26);

/// The requested page. `Err` is a refusal.
pub(super) fn inventory(call: &Admission<'_>) -> Result<Reply, Reply> {
    if let Some(reply) = failed(call) {
        return Ok(reply);
    }
    let size = number(call, "pageSize", 1..=LARGEST_PAGE)?;
    let top = number(call, "$top", 1..=LARGEST_PAGE)?;
    let token = call.request.parameter("$skiptoken");
    let start = token.map_or(Some(Place::default()), place_of);
    let start = start.ok_or_else(|| call.bad_request("The $skiptoken is not valid."))?;

    let tenant = Arc::clone(call.tenant);
    let rows = move |machine: usize| {
        let entry = tenant.all_entries().get(machine)?;
        Some(tenant.inventory().rows(*entry))
    };
    let size = size.unwrap_or(USUAL_PAGE);
    // With `$top` there is no link.
    let base = top.is_none().then(|| here(call, PATH));
    let link = move |place| {
        let token: String = byte_serialize(token_of(place).as_bytes()).collect();
        let base = base.as_ref()?;
        Some(format!("{base}?pageSize={size}&$skiptoken={token}"))
    };
    let software = &call.tenant.settings.faults.software;
    let form = if software.has(SoftwareOddity::OtherCase) {
        RowForm::in_pages().in_other_case()
    } else {
        RowForm::in_pages()
    };
    let page = Page {
        form,
        rows,
        link,
        context: CONTEXT,
        start,
        size: top.unwrap_or(size),
    };
    Ok(Reply::long_list(page.chunks()))
}

/// The links to the files, and when these were made. `Err` is a refusal.
pub(super) fn export(call: &Admission<'_>, exports: &Exports) -> Result<Reply, Reply> {
    if let Some(reply) = failed(call) {
        return Ok(reply);
    }
    let tenant = call.tenant;
    let software = &tenant.settings.faults.software;
    if software.has(SoftwareOddity::NoExport) {
        let message = "Export is not available to this application";
        return Err(call.error(StatusCode::FORBIDDEN, "Forbidden", message));
    }
    let hours = number(call, "sasValidHours", 1..=LONGEST_VALIDITY)?;
    let valid = SignedDuration::from_hours(i64::try_from(hours.unwrap_or(1)).unwrap_or(1));
    let age = if software.has(SoftwareOddity::OldExport) {
        A_DAY_AND_MORE
    } else {
        SignedDuration::try_from(tenant.settings.export_age).unwrap_or_default()
    };
    let generated = tenant.now().saturating_sub(age).unwrap_or(tenant.now());
    let body = json!({
        "@odata.context": EXPORT_CONTEXT,
        "exportFiles": exports.links(generated, valid),
        "generatedTime": generated.to_string(),
    });
    Ok(Reply::json(StatusCode::OK, &body))
}

/// The reply to a call that has a fault.
fn failed(call: &Admission<'_>) -> Option<Reply> {
    let settings = &call.tenant.settings;
    let software = &settings.faults.software;
    let fault = software.of(settings.seed, call.as_request())?;
    Some(apply_fault(fault, call))
}

/// A whole number of the query, within these bounds. `Err` is a refusal.
fn number(
    call: &Admission<'_>,
    name: &str,
    bounds: std::ops::RangeInclusive<usize>,
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

/// A token that only the service itself can read.
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
