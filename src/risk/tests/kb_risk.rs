//! The risk of a KB according to the feeds, and the age of feeds.

use std::sync::Arc;

use jiff::Timestamp;

use super::{MSRC_MONTH, cve, feeds, msrc, now};
use crate::{
    domain::{
        cve::{CveFacts, CveId, Exploitability, Severity},
        kb::{KbId, MissingKb},
    },
    risk::{Feeds, KbRisk, MsrcSeverity, Restart},
};

fn gap(id: &str, cves: Option<&[&str]>) -> MissingKb {
    MissingKb {
        id: KbId::new(id),
        name: None,
        products: Vec::new(),
        url: None,
        machine_missed_on: None,
        cve_addressed: 9,
        os_build: None,
        cves: cves.map(|ids| ids.iter().map(|it| cve(it)).collect()),
        unreadable: Box::default(),
    }
}

fn ids(texts: &[&str]) -> Arc<[KbId]> {
    texts.iter().map(|it| KbId::new(it)).collect()
}

#[test]
fn cves_of_the_tenant_come_before_those_of_msrc() {
    let feeds = feeds();
    let of_msrc = gap("5100001", None);
    let of_tenant = gap("5100001", Some(&["CVE-2024-38063"]));
    let of_none = gap("4540673", None);
    let found = |gap| feeds.cves_of(gap).map(<[_]>::to_vec);
    let expected = ["CVE-2026-00001", "CVE-2026-00002"].map(cve).to_vec();
    assert_eq!(found(&of_msrc), Some(expected));
    assert_eq!(found(&of_tenant), Some(vec![cve("CVE-2024-38063")]));
    assert_eq!(found(&of_none), None);
    assert_eq!(Feeds::default().cves_of(&of_msrc), None);
}

#[test]
fn kb_is_worth_what_its_cves_are() {
    let feeds = feeds();
    let cves = ["CVE-2024-38063", "CVE-2026-00001", "CVE-2026-00002"].map(cve);
    let risk = feeds.kb_risk(&KbId::new("5100001"), Some(&cves));
    let expected = KbRisk {
        distinct_cves: Some(3),
        known_exploited: Some(1),
        ransomware: Some(1),
        kev_due_date: Some("2026-12-01".parse().unwrap()),
        epss_max: feeds.epss.as_ref().unwrap().get(cves[0]),
        cvss_max_tenths: Some(78),
        severity: Some(MsrcSeverity::Important),
        exploitability: None,
        restart: Some(Restart::Yes),
        supersedes: ids(&["5090001"]),
        superseded_by: ids(&[]),
        released: Some("2026-11-10".parse().unwrap()),
    };
    assert_eq!(risk, expected);
    let older = feeds.kb_risk(&KbId::new("5090001"), None);
    assert_eq!(older.superseded_by, ids(&["5100001", "5100002"]));
    assert_eq!((older.distinct_cves, older.known_exploited), (None, None));
}

#[test]
fn what_no_feed_says_is_not_known() {
    let cves = [cve("CVE-2026-00001")];
    let risk = Feeds::default().kb_risk(&KbId::new("5100001"), Some(&cves));
    let expected = KbRisk {
        distinct_cves: Some(1),
        ..KbRisk::default()
    };
    assert_eq!(risk, expected);
    let only_msrc = Feeds::new(None, None, Some(msrc(&[MSRC_MONTH]).unwrap()));
    let risk = only_msrc.kb_risk(&KbId::new("5100001"), Some(&cves));
    assert_eq!((risk.known_exploited, risk.epss_max), (None, None));
}

#[test]
fn feeds_older_than_a_week_are_named() {
    let names = |at: &str| {
        let at: Timestamp = at.parse().unwrap();
        let old = feeds().list(at).into_iter().filter(|it| it.is_old);
        old.map(|it| it.name).collect::<Vec<_>>().join(",")
    };
    // KEV is from 25 November, EPSS from the 29th; December's updates are released on the 8th.
    assert_eq!(names("2026-12-02T12:00:00Z"), "");
    assert_eq!(names("2026-12-03T12:00:00Z"), "kev");
    assert_eq!(names("2026-12-07T12:00:00Z"), "kev,epss");
    assert_eq!(names("2026-12-15T12:00:00Z"), "kev,epss");
    assert_eq!(names("2026-12-16T12:00:00Z"), "kev,epss,msrc");
    assert_eq!(names("2027-02-01T12:00:00Z"), "kev,epss,msrc");
    let listed = feeds().list(now());
    let listed = listed.iter().map(|it| (it.name, it.entries));
    assert!(listed.eq([("kev", 2), ("epss", 2), ("msrc", 2)]));
}

#[test]
fn service_says_what_the_feeds_do_not() {
    let facts = |severity, cvss_tenths| CveFacts {
        severity: Some(severity),
        exploitability: Some(Exploitability::Verified),
        cvss_tenths: Some(cvss_tenths),
    };
    let tenant = [
        // MSRC rates the first CVE itself, and has no score for the second.
        (cve("CVE-2026-00001"), facts(Severity::Critical, 99)),
        (cve("CVE-2026-00002"), facts(Severity::Medium, 51)),
        (cve("CVE-2026-00003"), facts(Severity::High, 68)),
    ];
    let feeds = feeds().with_tenant(tenant.into());
    let risk = |cves: &[&str]| {
        let cves: Vec<CveId> = cves.iter().map(|it| cve(it)).collect();
        feeds.kb_risk(&KbId::new("5100001"), Some(&cves))
    };
    for (cves, severity, cvss) in [
        (&["CVE-2026-00001"][..], MsrcSeverity::Important, 78),
        (&["CVE-2026-00002"], MsrcSeverity::Moderate, 51),
        (
            &["CVE-2026-00002", "CVE-2026-00003"],
            MsrcSeverity::Important,
            68,
        ),
    ] {
        let risk = risk(cves);
        assert_eq!(
            (risk.severity, risk.cvss_max_tenths),
            (Some(severity), Some(cvss))
        );
        assert_eq!(risk.exploitability, Some(Exploitability::Verified));
    }
    assert_eq!(risk(&["CVE-2026-00009"]).severity, None);
}
