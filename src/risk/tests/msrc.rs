//! Microsoft's months.

use super::{MSRC_MONTH, cve, msrc};
use crate::{
    domain::{cve::Severity, kb::KbId},
    risk::{
        MsrcSeverity, Restart,
        msrc::{MsrcKb, kb_number},
    },
};

fn numbers(kb: &MsrcKb) -> Vec<u32> {
    kb.supersedes.iter().copied().collect()
}

#[test]
fn kb_has_the_cves_of_its_remediations() {
    let msrc = msrc(&[MSRC_MONTH]).unwrap();
    let [one, two] = [5_100_001, 5_100_002].map(|it| msrc.get(it).unwrap());
    assert_eq!(one.cves, ["CVE-2026-00001", "CVE-2026-00002"].map(cve));
    assert_eq!(two.cves, [cve("CVE-2026-00001")]);
    assert_eq!(msrc.get(5_100_009), None, "no vendor fix");
    assert_eq!(
        (numbers(one), one.restart),
        (vec![5_090_001], Some(Restart::Yes))
    );
    assert_eq!(numbers(two), [5_090_001, 5_090_002, 5_090_003]);
    assert_eq!(two.restart, Some(Restart::Maybe));
    assert_eq!(one.released.unwrap().to_string(), "2026-11-10");
    assert_eq!(msrc.date.unwrap().to_string(), "2026-11-24");
    assert_eq!(msrc.cve_count(), 2, "the advisory is no CVE");
}

#[test]
fn severity_is_that_of_the_updates_products() {
    let msrc = msrc(&[MSRC_MONTH]).unwrap();
    let score = |kb, id| {
        let score = msrc.score(kb, cve(id));
        (score.severity, score.cvss_tenths)
    };
    let [critical, important] = [MsrcSeverity::Critical, MsrcSeverity::Important].map(Some);
    assert_eq!(
        score(Some(5_100_001), "CVE-2026-00001"),
        (important, Some(78))
    );
    // MSRC gives no CVSS score for its product: that of another product counts.
    assert_eq!(
        score(Some(5_100_002), "CVE-2026-00001"),
        (critical, Some(78))
    );
    assert_eq!(score(None, "CVE-2026-00001"), (critical, Some(78)));
    assert_eq!(score(Some(5_100_001), "CVE-2026-00002"), (None, None));
}

#[test]
fn months_add_to_a_kb_and_the_earliest_is_its_release() {
    let december = MSRC_MONTH
        .replace("2026-11-10", "2026-10-13")
        .replace("2026-11-24", "2026-11-02")
        .replace("CVE-2026-00002", "CVE-2026-00003")
        .replace("Release Notes", "5080001");
    let one = msrc(&[MSRC_MONTH, &december]).unwrap();
    assert_eq!(one, msrc(&[&december, MSRC_MONTH]).unwrap());
    let kb = one.get(5_100_001).unwrap();
    let ids = ["CVE-2026-00001", "CVE-2026-00002", "CVE-2026-00003"];
    assert_eq!(kb.cves, ids.map(cve));
    assert_eq!(kb.released.unwrap().to_string(), "2026-10-13");
    assert_eq!(numbers(kb), [5_080_001, 5_090_001]);
    assert_eq!(one.date.unwrap().to_string(), "2026-11-24");
    assert_eq!(one.latest_month.unwrap().to_string(), "2026-11-10");
}

#[test]
fn number_of_a_kb_is_read_from_the_services_id() {
    for (id, expected) in [
        ("5100001", Some(5_100_001)),
        ("KB5100001", Some(5_100_001)),
        ("", None),
        ("0", None),
        ("+5100001", None),
        ("99999999999", None),
        ("5100001a", None),
    ] {
        assert_eq!(kb_number(&KbId::new(id)), expected, "{id}");
    }
}

#[test]
fn severities_of_the_service_are_read_in_the_words_of_msrc() {
    let words = Severity::ALL.iter().map(|it| MsrcSeverity::from(*it));
    assert!(words.eq(MsrcSeverity::ALL.iter().copied()));
}
