//! The service's answer for one machine, whole or in pages: the missing KBs as the service writes them.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::admission::Admission;
use crate::{
    domain::kb::MissingKb,
    simulator::{
        faults::{OddForm, as_described, odd_forms},
        fleet::SimulatedMachine,
        reply::Reply,
        tenant::Tenant,
    },
};

const CONTEXT: &str = "https://api.securitycenter.microsoft.com/api/$metadata\
                       #Collection(microsoft.windowsDefenderATP.api.PublicProductFixDto)";

/// The reply without faults.
pub(super) fn answer(call: &Admission<'_>) -> Reply {
    page(call, call.request.page_size(), |target| call.here(target))
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
    let updates = described(call.tenant, machine);
    let size = size.unwrap_or(updates.len());
    let mut part = call.request.part(updates.len());
    part.end = part.end.min(part.start.saturating_add(size));
    let next = (part.end < updates.len()).then(|| {
        let (path, skip) = (format!("/api/machines/{id}/getmissingkbs"), part.end);
        origin(&format!("{path}?$skip={skip}&$top={size}"))
    });
    Reply::json(StatusCode::OK, &body(&updates[part], next))
}

/// A reply that a client which does not check the origin would mistake for an answer.
pub(in crate::simulator) fn decoy_answer() -> Value {
    body(&[], None)
}

/// The machine's missing KBs as JSON, in no particular order.
fn described(tenant: &Tenant, machine: &SimulatedMachine) -> Vec<Value> {
    let settings = &tenant.settings;
    let mut values = Vec::new();
    for missing in machine.missing.iter().rev() {
        let switched_on = &settings.faults.odd_forms;
        let forms = odd_forms(switched_on, settings.seed, machine.id, &missing.id);
        let known = as_described(missing.clone(), &forms);
        values.push(update(&known, &forms));
        if forms.contains(&OddForm::Twice) {
            let fewer = MissingKb {
                cve_addressed: known.cve_addressed / 2,
                ..known
            };
            values.push(update(&fewer, &forms));
        }
    }
    values
}

/// The body of an answer.
pub(super) fn body(updates: &[Value], next: Option<String>) -> Value {
    let mut body = json!({ "@odata.context": CONTEXT, "value": updates });
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    body
}

fn update(missing: &MissingKb, forms: &[OddForm]) -> Value {
    let mut fields = Map::new();
    let mut field = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    field("id", id(missing, forms));
    field("name", text(missing.name.as_ref()));
    field("productsNames", products(missing, forms));
    field("url", text(missing.url.as_ref()));
    if !forms.contains(&OddForm::NoMachineMissedOn) {
        field("machineMissedOn", json!(missing.machine_missed_on));
    }
    if forms.contains(&OddForm::NullCveAddressed) {
        field("cveAddressed", Value::Null);
    } else if !forms.contains(&OddForm::NoCveAddressed) {
        field("cveAddressed", json!(missing.cve_addressed));
    }
    field("osBuild", build(missing));
    if forms.contains(&OddForm::UnknownFields) {
        field("rebootRequired", json!(true));
        field("supersedence", json!({"by": [1, null], "since": "2026-03"}));
    }
    Value::Object(fields)
}

fn id(missing: &MissingKb, forms: &[OddForm]) -> Value {
    let id = missing.id.as_str();
    if forms.contains(&OddForm::NullId) {
        Value::Null
    } else if forms.contains(&OddForm::NumericId) {
        number(id)
    } else if forms.contains(&OddForm::PrefixedId) {
        json!(format!("KB{id}"))
    } else {
        json!(id)
    }
}

fn products(missing: &MissingKb, forms: &[OddForm]) -> Value {
    let mut products: Vec<&str> = missing.products.iter().map(|it| &**it).collect();
    if forms.contains(&OddForm::NullProducts) {
        return Value::Null;
    }
    if forms.contains(&OddForm::UnsortedProducts) {
        products.reverse();
        products.extend_from_within(..products.len().min(1));
    }
    json!(products)
}

/// Usually a number; a string where it does not parse as one.
fn build(missing: &MissingKb) -> Value {
    missing.os_build.as_deref().map_or(Value::Null, number)
}

fn number(text: &str) -> Value {
    text.parse::<u64>()
        .map_or_else(|_| json!(text), Value::from)
}

fn text(text: Option<&Arc<str>>) -> Value {
    text.map_or(Value::Null, |text| json!(**text))
}
