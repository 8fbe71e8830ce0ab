//! The catalogue of known exploited vulnerabilities.

use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};

use super::facts::Facts;
use crate::simulator::vulnerabilities::Cve;

/// CVEs with this exploitability in the tenant's data are known to be exploited.
const EXPLOITED: &str = "ExploitIsInKit";
/// One known exploited CVE in this many is used by ransomware.
const RANSOMWARE_EVERY: u64 = 4;
/// Days from an entry to its due date.
const DAYS_TO_CLOSE: i32 = 21;
/// The maximum number of days from an update to the entry.
const MAX_DAYS_TO_ENTRY: u64 = 20;

pub(super) fn document(facts: &Facts<'_>) -> Vec<u8> {
    let cves = facts.cves().into_iter();
    let exploited = cves.filter(|(cve, _)| cve.rating().exploitability == EXPLOITED);
    let entries = exploited.filter_map(|(cve, month)| {
        let days = i32::try_from(cve.drawn() % MAX_DAYS_TO_ENTRY).ok()?;
        let added = month.patch_tuesday().checked_add(days.days()).ok()?;
        (added <= facts.today).then_some((added, cve))
    });
    let mut entries: Vec<(Date, Cve)> = entries.collect();
    entries.sort_unstable_by(|one, other| other.cmp(one));
    let today = facts.today;
    let document = json!({
        "title": "Simulated Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": today.strftime("%Y.%m.%d").to_string(),
        "dateReleased": format!("{today}T08:00:00.000Z"),
        "count": entries.len(),
        "vulnerabilities": entries.into_iter().map(|(added, cve)| entry(added, cve)).collect::<Vec<_>>(),
    });
    serde_json::to_vec_pretty(&document).unwrap_or_default()
}

fn entry(added: Date, cve: Cve) -> Value {
    let due = added.checked_add(DAYS_TO_CLOSE.days()).unwrap_or(added);
    let is_ransomware = (cve.drawn() >> 8).is_multiple_of(RANSOMWARE_EVERY);
    json!({
        "cveID": cve.to_string(),
        "vendorProject": "Microsoft",
        "product": "Simulated product",
        "vulnerabilityName": format!("Simulated vulnerability {cve}"),
        "dateAdded": added.to_string(),
        "shortDescription": "It exists only in the simulated tenant.",
        "requiredAction": "Apply updates per vendor instructions.",
        "dueDate": due.to_string(),
        "knownRansomwareCampaignUse": if is_ransomware { "Known" } else { "Unknown" },
        "notes": "",
        "cwes": ["CWE-416"],
    })
}
