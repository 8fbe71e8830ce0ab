//! Feeds as they are published, damaged feeds, and the risk of a KB.

mod damaged;
mod epss;
mod kb_risk;
mod kev;
mod msrc;
mod stored;
mod supersedence;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Epss, FeedProblem, Feeds, Kev, Msrc, msrc::MsrcReader};
use crate::domain::cve::CveId;

const NOW: &str = "2026-11-30T07:00:00Z";

pub(crate) const KEV_JSON: &str = r#"{
 "title": "CISA Catalog of Known Exploited Vulnerabilities",
 "catalogVersion": "2026.11.25",
 "dateReleased": "2026-11-25T17:04:19.9796Z",
 "count": 2,
 "vulnerabilities": [
  {"cveID": "CVE-2026-00001", "vendorProject": "Microsoft", "product": "Windows",
   "dateAdded": "2026-11-10", "shortDescription": "Use after free,\nlocal.",
   "dueDate": "2026-12-01", "knownRansomwareCampaignUse": "Known", "notes": "a \"note\"",
   "cwes": ["CWE-416"]},
  {"cveID": "CVE-2025-29824", "dateAdded": "2025-04-08", "dueDate": "2025-04-29",
   "knownRansomwareCampaignUse": "Unknown", "forensicTriage": "Yes"}
 ]
}"#;

pub(crate) const EPSS_CSV: &str = "#model_version:v2025.03.14,score_date:2026-11-29T00:00:00Z
cve,epss,percentile
CVE-2026-00001,0.04713,0.88912
CVE-2024-38063,0.89214,0.99541
";

pub(crate) const MSRC_MONTH: &str = r#"{"DocumentTitle":{"Value":"November 2026 Security Updates"},
 "DocumentTracking":{"Identification":{"ID":{"Value":"2026-Nov"}},"InitialReleaseDate":"2026-11-10T08:00:00","CurrentReleaseDate":"2026-11-24T08:00:00"},
 "Vulnerability":[
  {"CVE":"CVE-2026-00001",
   "Threats":[{"Type":0,"Description":{"Value":"Elevation of Privilege"},"ProductID":["12085"]},
              {"Type":3,"Description":{"Value":"Important"},"ProductID":["12085"]},
              {"Type":3,"Description":{"Value":"Critical"},"ProductID":["11923"]},
              {"Type":1,"Description":{"Value":"Publicly Disclosed:No;Exploited:Yes"}}],
   "CVSSScoreSets":[{"BaseScore":7.8,"ProductID":["12085"]}],
   "Remediations":[
    {"Type":2,"Description":{"Value":"5100001"},"Supercedence":"5090001","RestartRequired":{"Value":"Yes"},"ProductID":["12085"]},
    {"Type":2,"Description":{"Value":"KB5100002"},"Supercedence":"5090002; 5090003,5090001","RestartRequired":{"Value":"Maybe"},"ProductID":["11923"]},
    {"Type":2,"Description":{"Value":"Release Notes"},"FixedBuild":"","RestartRequired":{},"ProductID":["11923"]},
    {"Type":5,"Description":{"Value":"5100009"}}]},
  {"CVE":"CVE-2026-00002","Threats":null,
   "Remediations":[
    {"Type":2,"Description":{"Value":"5100001"},"Supercedence":"Release Notes","RestartRequired":{"Value":"No"},"ProductID":["12085"]}]},
  {"CVE":"ADV990001","Remediations":[{"Type":2,"Description":{"Value":"5100001"}}]}]}"#;

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn cve(text: &str) -> CveId {
    text.parse().unwrap()
}

fn kev(text: impl AsRef<[u8]>) -> Result<Kev, FeedProblem> {
    Kev::read(text.as_ref(), now())
}

fn epss(text: impl AsRef<[u8]>) -> Result<Epss, FeedProblem> {
    Epss::read(text.as_ref(), now())
}

fn msrc(months: &[&str]) -> Result<Msrc, FeedProblem> {
    let mut reader = MsrcReader::default();
    for month in months {
        reader.read(month.as_bytes(), now())?;
    }
    Ok(reader.finish())
}

/// All three feeds.
pub(crate) fn feeds() -> Feeds {
    feeds_of("5100001", "5100002")
}

/// All three feeds, with these numbers for the two updates of the month.
pub(crate) fn feeds_of(one: &str, two: &str) -> Feeds {
    let month = MSRC_MONTH.replace("5100001", one);
    let month = msrc(&[&month.replace("5100002", two)]).unwrap();
    let (kev, epss) = (kev(KEV_JSON).unwrap(), epss(EPSS_CSV).unwrap());
    Feeds::new(Some(kev), Some(epss), Some(month))
}

/// KEV and a month of MSRC in which each of these updates has its own CVE and replaces these updates; the
/// CVEs of some are known to be exploited.
pub(crate) fn feeds_of_updates(updates: &BTreeMap<u32, Vec<u32>>, exploited: &[u32]) -> Feeds {
    let cve = |kb: &u32| format!("CVE-2026-{kb:05}");
    let vulnerabilities = updates.iter().map(|(kb, replaced)| {
        let replaced: Vec<String> = replaced.iter().map(ToString::to_string).collect();
        format!(
            r#"{{"CVE":"{}","Remediations":[{{"Type":2,"Description":{{"Value":"{kb}"}},"Supercedence":"{}"}}]}}"#,
            cve(kb),
            replaced.join(";")
        )
    });
    let vulnerabilities: Vec<String> = vulnerabilities.collect();
    let month = format!(
        r#"{{"DocumentTracking":{{"InitialReleaseDate":"2026-11-10T08:00:00","CurrentReleaseDate":"2026-11-24T08:00:00"}},"Vulnerability":[{}]}}"#,
        vulnerabilities.join(",")
    );
    let mut catalogue = "cveID,dateAdded,dueDate\nCVE-1999-0001,2026-11-10,2026-12-01\n".to_owned();
    for kb in exploited {
        catalogue.extend([format!("{},2026-11-10,2026-12-01\n", cve(kb))]);
    }
    let month = (!updates.is_empty()).then(|| msrc(&[&month]).unwrap());
    Feeds::new(Some(kev(catalogue).unwrap()), None, month)
}
