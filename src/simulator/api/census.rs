//! The products of the tenant, and the service's own count of machines that miss a KB of a product.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{admission::Admission, answer, paging::Paging, tables::check_faults};
use crate::simulator::{
    fleet::{Product, ProductGap},
    reply::Reply,
};

const CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata#Software";

/// The requested page of the products. `Err` is a refusal.
pub(super) fn products(call: &Admission<'_>) -> Result<Reply, Reply> {
    check_faults(call, &call.tenant.settings.faults.census.calls)?;
    let paging = Paging::read(call, &[])?;
    let products = call.tenant.software();
    let part = paging.part(products.len());
    let more = paging.top.is_none() && part.end < products.len();
    let next = more.then(|| call.here(&format!("/api/Software?$skip={}", part.end)));
    let mut body = json!({
        "@odata.context": CONTEXT,
        "value": products[part].iter().map(product).collect::<Vec<_>>(),
    });
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    Ok(Reply::json(StatusCode::OK, &body))
}

/// The number of machines that miss each update of the product. `Err` is a refusal.
pub(super) fn census(call: &Admission<'_>, id: &str) -> Result<Reply, Reply> {
    check_faults(call, &call.tenant.settings.faults.census.calls)?;
    let mut products = call.tenant.software().iter();
    let product = products.find(|product| product.id() == id);
    let product = product.ok_or_else(|| {
        let message = format!("Software {id} was not found");
        call.error(StatusCode::NOT_FOUND, "ResourceNotFound", &message)
    })?;
    let gaps = product.missing.iter().map(|it| gap(product, it));
    let body = answer::body(&gaps.collect::<Vec<_>>(), None);
    Ok(Reply::json(StatusCode::OK, &body))
}

fn product(product: &Product) -> Value {
    let cves = product.missing.iter().map(|gap| gap.cve_addressed);
    json!({
        "id": product.id(),
        "name": &*product.name,
        "vendor": product.vendor,
        "weaknesses": cves.sum::<u64>(),
        "publicExploit": false,
        "activeAlert": false,
        "exposedMachines": product.exposed_machines,
        "impactScore": 0.0,
    })
}

fn gap(product: &Product, gap: &ProductGap) -> Value {
    json!({
        "id": gap.kb.as_str(),
        "name": &*gap.name,
        "productsNames": [&*product.name],
        "url": &*gap.url,
        "machineMissedOn": gap.machines,
        "cveAddressed": gap.cve_addressed,
        "osBuild": null,
    })
}
