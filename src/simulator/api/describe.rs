//! How the service writes down what a machine misses.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::{
    domain::kb::MissingKb,
    simulator::{
        faults::{OddForm, odd_forms, what_remains},
        fleet::SimulatedMachine,
        tenant::Tenant,
    },
};

const CONTEXT: &str = "https://api.securitycenter.microsoft.com/api/$metadata\
                       #Collection(microsoft.windowsDefenderATP.api.PublicProductFixDto)";

/// The machine's missing updates, in the service's own words and in no special order.
pub(super) fn described(tenant: &Tenant, machine: &SimulatedMachine) -> Vec<Value> {
    let settings = &tenant.settings;
    let mut values = Vec::new();
    for missing in machine.missing.iter().rev() {
        let switched_on = &settings.faults.odd_forms;
        let forms = odd_forms(switched_on, settings.seed, machine.id, &missing.id);
        let known = what_remains(missing.clone(), &forms);
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
pub(super) fn answer(updates: &[Value], next: Option<String>) -> Value {
    let mut body = json!({ "@odata.context": CONTEXT, "value": updates });
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    body
}

fn update(missing: &MissingKb, forms: &[OddForm]) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("id", id(missing, forms));
    put("name", text(missing.name.as_ref()));
    put("productsNames", products(missing, forms));
    put("url", text(missing.url.as_ref()));
    if !forms.contains(&OddForm::NoMachineMissedOn) {
        put("machineMissedOn", json!(missing.machine_missed_on));
    }
    if forms.contains(&OddForm::NullCveAddressed) {
        put("cveAddressed", Value::Null);
    } else if !forms.contains(&OddForm::NoCveAddressed) {
        put("cveAddressed", json!(missing.cve_addressed));
    }
    put("osBuild", build(missing));
    if forms.contains(&OddForm::UnknownFields) {
        put("rebootRequired", json!(true));
        put("supersedence", json!({"by": [1, null], "since": "2026-03"}));
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

/// An integer as a rule, and a text where it is none.
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
