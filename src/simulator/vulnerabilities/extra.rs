//! The findings on machines that are not in the fleet.

use std::sync::Arc;

use super::{
    cve::Cve,
    finding::{Findings, Recommended, Software},
    without_kb::OWN_FINDING,
};
use crate::{domain::skip_reason::SkipReason, simulator::listing::ListedMachine};

/// Indexes of software without KBs: after all others.
const SYSTEM: usize = 98;
const BROWSER: usize = 99;

/// The findings on an extra machine; none without current data, and on phones.
pub(super) fn findings(record: &ListedMachine) -> Vec<Findings> {
    match (record.skipped_because, record.os_platform) {
        (Some(SkipReason::NotOnboarded), _) => vec![discovered()],
        (Some(SkipReason::NotWindows), "macOS") => macintosh(),
        (Some(SkipReason::NotWindows), "Ubuntu") => linux(["canonical", "ubuntu_linux"]),
        (Some(SkipReason::NotWindows), "RedHatEnterpriseLinux") => {
            linux(["red_hat", "enterprise_linux"])
        }
        _ => Vec::new(),
    }
}

/// A television that was seen on the network.
fn discovered() -> Findings {
    let television = software(["apple", "tvos"], "26.1");
    television.with_cves([OWN_FINDING], Recommended::titled("126353"))
}

/// Apple's and Mozilla's numbers appear in titles, and are not KBs.
fn macintosh() -> Vec<Findings> {
    let of_system = (0..20).map(|number| Cve::of_other(SYSTEM, number));
    let of_browser = (0..12).map(|number| Cve::of_other(BROWSER, number));
    vec![
        software(["apple", "macos"], "15.1.0").with_cves(of_system, Recommended::titled("126353")),
        software(["mozilla", "firefox"], "128.0")
            .with_cves(of_browser, Recommended::titled("mfsa2025-56")),
    ]
}

fn linux(names: [&'static str; 2]) -> Vec<Findings> {
    let cves = (30..55).map(|number| Cve::of_other(SYSTEM, number));
    vec![
        software(names, "24.4").with_cves(cves, Recommended::default()),
        software(["openssl", "openssl"], "3.0").without_cves(),
    ]
}

fn software([vendor, name]: [&'static str; 2], version: &str) -> Software {
    Software {
        vendor,
        name,
        version: Arc::from(version),
    }
}
