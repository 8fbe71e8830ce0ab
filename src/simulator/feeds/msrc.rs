//! The list of months, and the document of a month (CVRF).

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use serde_json::{Value, json};

use super::facts::Facts;
use crate::{
    domain::release::ReleaseMonth,
    simulator::{fleet::Release, vulnerabilities::Cve},
};

/// The number of the first product; the others follow.
const FIRST_PRODUCT: usize = 11_500;
/// The number before the first CVE of cloud services in a year.
const FIRST_OF_CLOUD: u32 = 60_000;
/// Days from the release of a month to its last revision.
const DAYS_TO_REVISION: i32 = 14;

/// The list of months.
pub(super) fn index(facts: &Facts<'_>) -> Vec<u8> {
    let entries = facts.months().map(|month| {
        let id = id(month);
        let (initial, current) = dates(facts, month);
        json!({
            "ID": id,
            "Alias": id,
            "DocumentTitle": format!("{month} Security Updates"),
            "Severity": null,
            "InitialReleaseDate": format!("{initial}Z"),
            "CurrentReleaseDate": format!("{current}Z"),
            "CvrfUrl": format!("https://api.msrc.microsoft.com/cvrf/v3.0/cvrf/{id}"),
        })
    });
    let entries: Vec<Value> = entries.collect();
    let document = json!({ "@odata.context": "$metadata#Updates", "value": entries });
    serde_json::to_vec(&document).unwrap_or_default()
}

/// The document of a month.
pub(super) fn month(facts: &Facts<'_>, wanted: &str) -> Option<Vec<u8>> {
    let month = facts.months().find(|month| id(*month) == wanted)?;
    let releases = facts.releases().filter(|(of, _)| *of == month);
    let releases: Vec<Release<'_>> = releases.map(|(_, release)| release).collect();
    let (initial, current) = dates(facts, month);
    let products = Products::of(&releases);
    let document = json!({
        "DocumentTitle": { "Value": format!("{month} Security Updates") },
        "DocumentTracking": {
            "Identification": { "ID": { "Value": wanted }, "Alias": { "Value": wanted } },
            "InitialReleaseDate": initial,
            "CurrentReleaseDate": current,
        },
        "ProductTree": { "FullProductName": products.list() },
        "Vulnerability": vulnerabilities(month, &releases, &products),
    });
    serde_json::to_vec(&document).ok()
}

/// `2026-Mar`.
fn id(month: ReleaseMonth) -> String {
    let name: String = month.to_string().chars().take(3).collect();
    format!("{}-{name}", month.year())
}

/// When a month was first released, and when it was last revised.
fn dates(facts: &Facts<'_>, month: ReleaseMonth) -> (String, String) {
    let initial = month.patch_tuesday();
    let revised = initial
        .checked_add(DAYS_TO_REVISION.days())
        .unwrap_or(initial);
    let current = revised.min(facts.today);
    (format!("{initial}T07:00:00"), format!("{current}T07:00:00"))
}

/// The numbers of products.
struct Products(Vec<&'static str>);

impl Products {
    fn of(releases: &[Release<'_>]) -> Self {
        let names = releases.iter().flat_map(|it| it.scopes);
        let names: BTreeSet<&'static str> = names.map(|(name, _)| *name).collect();
        Self(names.into_iter().collect())
    }

    fn number(&self, name: &str) -> String {
        let place = self.0.iter().position(|it| *it == name);
        (FIRST_PRODUCT + place.unwrap_or_default()).to_string()
    }

    fn list(&self) -> Value {
        let products = self.0.iter();
        let products = products.map(|it| json!({ "ProductID": self.number(it), "Value": it }));
        products.collect()
    }
}

/// Every CVE of a month, with its updates and products. One of them is in a cloud service, for which there is
/// nothing to install.
fn vulnerabilities(month: ReleaseMonth, releases: &[Release<'_>], products: &Products) -> Value {
    let of_cloud = Cve::Numbered {
        year: month.year().into(),
        number: FIRST_OF_CLOUD + u32::from(month.month()),
    };
    let mut cves: BTreeMap<Cve, Vec<(&Release<'_>, &'static str)>> = BTreeMap::new();
    cves.insert(of_cloud, Vec::new());
    for release in releases {
        for &(product, count) in release.scopes {
            for cve in Cve::of_month(release.month, product, count) {
                cves.entry(cve).or_default().push((release, product));
            }
        }
    }
    let cves = cves.into_iter();
    cves.map(|(cve, fixes)| vulnerability(cve, &fixes, products))
        .collect()
}

fn vulnerability(cve: Cve, fixes: &[(&Release<'_>, &'static str)], products: &Products) -> Value {
    let rating = cve.rating();
    let severity = match rating.severity {
        "High" => "Important",
        "Medium" => "Moderate",
        same => same,
    };
    let affected: BTreeSet<String> = fixes.iter().map(|(_, it)| products.number(it)).collect();
    let is_exploited = rating.exploitability == "ExploitIsInKit";
    let exploited = if is_exploited { "Yes" } else { "No" };
    let scores = rating
        .score
        .map(|score| json!({ "BaseScore": score, "ProductID": affected }));
    let fixes = fixes.iter();
    let mut fixes: Vec<Value> = fixes
        .map(|(it, product)| fix(it, product, products))
        .collect();
    if fixes.is_empty() {
        let notes = json!({ "Type": 2, "Description": { "Value": "Release Notes" }, "RestartRequired": {} });
        fixes.push(notes);
    }
    json!({
        "Title": { "Value": format!("Simulated vulnerability {cve}") },
        "CVE": cve.to_string(),
        "Threats": [
            { "Type": 0, "Description": { "Value": "Elevation of Privilege" }, "ProductID": affected },
            { "Type": 3, "Description": { "Value": severity }, "ProductID": affected },
            { "Type": 1, "Description": { "Value": format!("Publicly Disclosed:No;Exploited:{exploited}") } },
        ],
        "CVSSScoreSets": scores.into_iter().collect::<Vec<_>>(),
        "Remediations": fixes,
    })
}

fn fix(release: &Release<'_>, product: &str, products: &Products) -> Value {
    let restart = match product {
        it if it.starts_with("windows_") => "Yes",
        "dotnet_framework" | "exchange_server" | "sql_server" => "Maybe",
        _ => "No",
    };
    let id = release.id.as_str();
    json!({
        "Type": 2,
        "SubType": "Security Update",
        "Description": { "Value": id },
        "URL": format!("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB{id}"),
        "Supercedence": release.replaces.map_or("", |it| it.as_str()),
        "RestartRequired": { "Value": restart },
        "ProductID": [products.number(product)],
    })
}
