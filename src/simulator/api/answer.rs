//! The service's answer for one machine, whole or in pages.

use hyper::StatusCode;
use serde_json::Value;

use super::{admission::Admission, describe};
use crate::simulator::reply::Reply;

/// The reply when nothing is wrong.
pub(super) fn answer(call: &Admission<'_>) -> Reply {
    page(call, call.request.page_size(), |target| here(call, target))
}

/// The requested page of this size, with a link to the next one at `origin`.
pub(super) fn page(
    call: &Admission<'_>,
    size: Option<usize>,
    origin: impl Fn(&str) -> String,
) -> Reply {
    let id = call.request.machine().unwrap_or_default();
    let machine = id.parse().ok().and_then(|id| call.tenant.find(id));
    let Some(machine) = machine else {
        return call.machine_not_found();
    };
    let updates = describe::described(call.tenant, machine);
    let size = size.unwrap_or(updates.len());
    let mut part = call.request.part(updates.len());
    part.end = part.end.min(part.start.saturating_add(size));
    let next = (part.end < updates.len()).then(|| {
        let (path, skip) = (format!("/api/machines/{id}/getmissingkbs"), part.end);
        origin(&format!("{path}?$skip={skip}&$top={size}"))
    });
    Reply::json(StatusCode::OK, &describe::answer(&updates[part], next))
}

/// A URL on the origin that the client called.
pub(super) fn here(call: &Admission<'_>, target: &str) -> String {
    let authority = call.request.authority.as_deref().unwrap_or("localhost");
    format!("{}://{authority}{target}", call.scheme)
}

/// A reply that a client that does not check the origin would take for an answer.
pub(in crate::simulator) fn decoy_answer() -> Value {
    describe::answer(&[], None)
}
