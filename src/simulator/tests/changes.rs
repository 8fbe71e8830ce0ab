//! Changes of software vulnerabilities.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{vulnerabilities::text, *};

const CHANGES: &str = "machines/SoftwareVulnerabilityChangesByMachine";
const PAGES: &str = "machines/SoftwareVulnerabilitiesByMachine";

async fn scene(nights: u32, faults: &str) -> (Scene, String) {
    let settings = Settings {
        nights,
        machines: 40,
        faults: faults.parse().unwrap(),
        ..Settings::default()
    };
    let scene = Scene::at(morning(), settings).await;
    let token = scene.sign_in().await;
    (scene, token)
}

/// The boundary of the latest six hours, this many hours earlier.
fn boundary(hours_earlier: i64) -> Timestamp {
    morning() - SignedDuration::from_hours(1 + hours_earlier)
}

fn path(since: Timestamp) -> String {
    format!("{CHANGES}?sinceTime={since}")
}

async fn changes(scene: &Scene, token: &str, since: Timestamp) -> Vec<Value> {
    tables::pages(scene, token, &path(since)).await.concat()
}

/// The ids of the rows with a CVE, by machine.
async fn state(nights: u32) -> BTreeMap<String, BTreeSet<String>> {
    let (scene, token) = scene(nights, "none").await;
    let machines = scene.simulator.fleet().machines().iter();
    let mut state: BTreeMap<_, _> = machines
        .map(|machine| (machine.id.to_string(), BTreeSet::new()))
        .collect();
    for row in tables::pages(&scene, &token, PAGES).await.concat() {
        let machine = text(&row, "deviceId").unwrap();
        if let (Some(ids), Some(_)) = (state.get_mut(machine), text(&row, "cveId")) {
            ids.insert(text(&row, "id").unwrap().to_owned());
        }
    }
    state
}

#[tokio::test]
async fn changes_lead_from_one_night_to_the_next() {
    let (scene, token) = scene(7, "none").await;
    let rows = changes(&scene, &token, boundary(6)).await;
    let mut state_before = state(6).await;
    let mut expected = state(7).await;
    state_before.retain(|machine, _| expected.contains_key(machine));
    let unchanged = |machine: &String| state_before.get(machine) == expected.get(machine);
    let same = expected.keys().filter(|it| unchanged(it)).count();
    assert!((5..80).contains(&same), "{same} machines are as they were");

    let mut state: BTreeMap<String, BTreeSet<String>> = state_before;
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    for status in ["Fixed", "New", "Updated"] {
        for row in rows.iter().filter(|row| row["status"] == status) {
            *statuses.entry(status).or_default() += 1;
            let id = text(row, "id").unwrap();
            let ids = state
                .entry(text(row, "deviceId").unwrap().to_owned())
                .or_default();
            match status {
                "Fixed" => assert!(ids.remove(id), "{id} was there"),
                "New" => assert!(ids.insert(id.to_owned()), "{id} was not there"),
                _ => assert!(ids.contains(id), "{id} is there still"),
            }
        }
    }
    assert_eq!(statuses.values().sum::<usize>(), rows.len());
    assert!(
        statuses["Fixed"] > 20 && statuses["New"] > 20,
        "{statuses:?}"
    );
    expected.retain(|_, ids| !ids.is_empty());
    state.retain(|_, ids| !ids.is_empty());
    assert!(state == expected);
    assert!(
        rows.iter()
            .all(|row| row["cveId"].is_string() && row["isOnboarded"] == true)
    );
}

#[tokio::test]
async fn the_period_of_the_time_is_covered_as_a_whole() {
    let (scene, token) = scene(9, "none").await;
    let seconds = SignedDuration::from_secs;
    let last = changes(&scene, &token, boundary(6)).await;
    assert!(!last.is_empty());
    let late = boundary(0) - seconds(1);
    assert!(
        changes(&scene, &token, late).await == last,
        "of the same period"
    );
    assert!(changes(&scene, &token, boundary(24)).await == last);
    assert!(changes(&scene, &token, boundary(0)).await.is_empty());

    let two_nights = changes(&scene, &token, boundary(30)).await;
    assert!(two_nights[..last.len()] == last);
    assert!(two_nights.len() > last.len());
    for (rows, hours) in [(&last, 6), (&two_nights, 30)] {
        for row in rows {
            let time: Timestamp = row["eventTimestamp"].as_str().unwrap().parse().unwrap();
            assert!(time >= boundary(hours) && time < boundary(0), "{time}");
        }
    }
    let pages = tables::pages(
        &scene,
        &token,
        &format!("{}&pageSize=100", path(boundary(30))),
    )
    .await;
    assert!(pages.len() > 2 && pages[0].len() == 100);
    assert!(pages.concat() == two_nights);
}

#[tokio::test]
async fn what_is_refused() {
    let (scene, token) = scene(1, "none").await;
    let days = |days: i64| path(morning() - SignedDuration::from_hours(24 * days));
    for (path, status) in [
        (days(13), 200),
        (days(15), 400),
        (CHANGES.to_owned(), 400),
        (format!("{CHANGES}?sinceTime=yesterday"), 400),
        (format!("{}&pageSize=0", days(1)), 400),
    ] {
        assert_eq!(scene.get(&token, &path).await.status(), status, "{path}");
    }
    for _ in 5..30 {
        assert_eq!(scene.get(&token, &days(0)).await.status(), 200);
    }
    assert_eq!(scene.get(&token, &days(0)).await.status(), 429);

    let (scene, token) = self::scene(1, "missing-export-role").await;
    assert_eq!(scene.get(&token, &days(1)).await.status(), 403);
    let (scene, token) = self::scene(1, "changes-server-error=1").await;
    assert_eq!(scene.get(&token, &days(1)).await.status(), 500);
}

#[tokio::test]
async fn a_status_can_be_unknown() {
    let (usual, token) = scene(7, "none").await;
    let usual = changes(&usual, &token, boundary(6)).await;
    let (scene, token) = scene(7, "changes-bad-status=0.1").await;
    let mut rows = changes(&scene, &token, boundary(6)).await;
    let all = rows.len();
    rows.retain(|row| row["status"] != "Reopened");
    let unknown = all - rows.len();
    assert!(
        unknown * 20 > usual.len() && unknown * 5 < usual.len(),
        "{unknown}"
    );
    assert!(rows == usual);
}

#[tokio::test]
async fn machines_can_be_left_out() {
    let machines = async |faults: &str| {
        let (scene, token) = scene(7, faults).await;
        let rows = changes(&scene, &token, boundary(6)).await;
        let machines = rows
            .iter()
            .map(|row| text(row, "deviceId").unwrap().to_owned());
        machines.collect::<BTreeSet<_>>()
    };
    let (all, some) = (
        machines("none").await,
        machines("changes-incomplete=0.4").await,
    );
    assert!(some.is_subset(&all));
    let left_out = all.len() - some.len();
    assert!(
        left_out * 5 > all.len() && left_out * 5 < all.len() * 3,
        "{left_out}"
    );
}
