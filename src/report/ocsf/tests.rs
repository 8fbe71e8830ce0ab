//! Every line is a finding with what the schema demands.

use std::sync::Arc;

use serde_json::Value;

use super::Findings;
use crate::{
    domain::kb::{KbId, MissingKb},
    policy::{Exceptions, exceptions::Exception},
    report::fixture::{Fixture, answer, gap, machine},
};

/// The attributes that the schema requires of the class and of its objects.
const REQUIRED: [&str; 15] = [
    "/activity_id",
    "/category_uid",
    "/class_uid",
    "/device/type_id",
    "/device/uid",
    "/device/os/name",
    "/device/os/type_id",
    "/finding_info/title",
    "/finding_info/uid",
    "/metadata/product/name",
    "/metadata/version",
    "/severity_id",
    "/time",
    "/type_uid",
    "/vulnerabilities/0/kb_article_list/0/uid",
];

fn findings(fixture: &Fixture) -> Vec<Value> {
    let text = fixture.render(&Findings);
    let lines = text.split_terminator('\n');
    let findings: Vec<Value> = lines.map(|it| serde_json::from_str(it).unwrap()).collect();
    findings.iter().for_each(assert_valid);
    findings
}

#[track_caller]
fn assert_valid(finding: &Value) {
    for path in REQUIRED {
        assert!(finding.pointer(path).is_some(), "{path}: {finding}");
    }
    assert_eq!(finding["class_uid"], 2002);
    assert_eq!(finding["category_uid"], 2);
    let activity = finding["activity_id"].as_u64().unwrap();
    assert!((1..=3).contains(&activity));
    assert_eq!(finding["type_uid"], 200_200 + activity);
    for vulnerability in finding["vulnerabilities"].as_array().unwrap() {
        let kinds = ["advisory", "cve"].map(|kind| vulnerability[kind]["uid"].is_string());
        assert_ne!(kinds[0], kinds[1], "just one: {vulnerability}");
    }
}

/// `activity KB number-of-machine status` of each finding.
fn stories(fixture: &Fixture) -> Vec<String> {
    let stories = findings(fixture).into_iter().map(|it| {
        let [activity, uid, status] = [
            &it["activity_name"],
            &it["finding_info"]["uid"],
            &it["status"],
        ];
        let uid = uid.as_str().unwrap().trim_start_matches('0');
        let status = status.as_str().unwrap_or("-");
        format!("{} {uid} {status}", activity.as_str().unwrap())
    });
    stories.collect()
}

#[test]
fn first_night_creates_every_finding() {
    let mut fixture = Fixture::with_feeds();
    fixture.facts.tenant_id = Some("contoso".to_owned());
    let found = findings(&fixture);
    assert_eq!(found.len(), 3);
    let first = &found[0];
    assert_eq!(first["activity_name"], "Create");
    assert_eq!(first["status_id"], 1);
    assert_eq!(first["metadata"]["tenant_uid"], "contoso");
    assert_eq!(first["time"], fixture.facts.started_at.as_millisecond());
    // Known to be exploited.
    assert_eq!(first["severity"], "Critical");
    let cves = first["vulnerabilities"].as_array().unwrap();
    let exploited = cves.iter().filter(|it| it["is_exploit_available"] == true);
    assert_ne!(exploited.count(), 0);
    assert!(cves.iter().all(|it| it["cve"]["uid"].is_string()));
    let likely: Vec<&str> = cves
        .iter()
        .filter_map(|it| it["cve"]["epss"]["score"].as_str())
        .collect();
    assert_eq!(likely, ["0.04713"]);
    let again = fixture.render(&Findings);
    assert_eq!(fixture.render(&Findings), again);
}

#[test]
fn without_feeds_the_update_stands_for_its_cves() {
    let found = findings(&Fixture::small());
    assert_eq!(found[0]["severity_id"], 0);
    let [vulnerability] = &found[0]["vulnerabilities"].as_array().unwrap()[..] else {
        panic!("{}", found[0]);
    };
    assert_eq!(vulnerability["advisory"]["uid"], "KB4540673");
    assert_eq!(vulnerability["kb_article_list"][0]["install_state_id"], 2);
    assert_eq!(found[0]["unmapped"]["cveAddressed"], 97);
}

#[test]
fn findings_live_from_night_to_night() {
    let mut fixture = Fixture::second_night();
    fixture.outcomes = vec![
        answer(1, vec![gap("1", 1), gap("2", 1)]),
        answer(2, vec![gap("7", 1)]),
    ];
    fixture.before = Some(vec![
        answer(1, vec![gap("1", 1), gap("3", 1)]),
        answer(2, vec![gap("7", 1)]),
    ]);
    let id = |number| {
        machine(number)
            .to_string()
            .trim_start_matches('0')
            .to_owned()
    };
    let (one, two) = (id(1), id(2));
    let expected = [
        format!("Update {one}/1 -"),
        format!("Create {one}/2 New"),
        format!("Update {two}/7 -"),
        format!("Close {one}/3 Resolved"),
    ];
    assert_eq!(stories(&fixture), expected);
    let exception = Exception {
        line: 2,
        kb: Some(KbId::new("7")),
        machine: None,
        group: None,
        tag: None,
        until: None,
    };
    let exceptions = Exceptions::new("accepted.csv".to_owned(), vec![exception]);
    fixture.policy.exceptions = Some(exceptions);
    assert_eq!(stories(&fixture)[2], format!("Update {two}/7 Suppressed"));
}

#[test]
fn hostile_texts_stay_in_their_line() {
    let hostile = "</script>\n{\"class_uid\":1}\r\u{2028}\u{0}\"";
    let text = || Some(Arc::<str>::from(hostile));
    let missing = MissingKb {
        id: KbId::new(hostile),
        name: text(),
        url: text(),
        os_build: text(),
        ..gap("1", 1)
    };
    let fixture = Fixture {
        outcomes: vec![answer(1, vec![missing])],
        ..Fixture::small()
    };
    let found = findings(&fixture);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["device"]["os"]["build"], hostile);
    let text = fixture.render(&Findings);
    assert!(!text.contains("</script>"));
    assert_eq!(text.lines().count(), 1);
    assert!(!text.contains('\u{2028}'));
}
