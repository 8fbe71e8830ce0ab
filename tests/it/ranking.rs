//! The order of the KBs, compared with the simulated fleet.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::common::{Finished, Scene};

/// The expected figures of one KB.
#[derive(Debug, Default, Clone)]
struct Kb {
    id: String,
    cves: u64,
    fewest_cves: u64,
    machines: u64,
    exposure: u64,
}

/// The expected figures of every KB, by id.
fn truth(scene: &Scene) -> Vec<Kb> {
    let mut kbs: BTreeMap<&str, Kb> = BTreeMap::new();
    let fleet = scene.tenant.fleet().machines();
    for missing in fleet.iter().flat_map(|machine| machine.missing.iter()) {
        let cves = missing.cve_addressed;
        let kb = kbs.entry(missing.id.as_str()).or_insert(Kb {
            id: missing.id.to_string(),
            fewest_cves: u64::MAX,
            ..Kb::default()
        });
        kb.cves = kb.cves.max(cves);
        kb.fewest_cves = kb.fewest_cves.min(cves);
        kb.machines += 1;
        kb.exposure += cves;
    }
    kbs.into_values().collect()
}

/// The column of `kbs.csv` with this name, from top to bottom.
fn column(run: &Finished, name: &str) -> Vec<String> {
    let rows = run.rows("kbs.csv");
    rows.iter().map(|row| row[name].clone()).collect()
}

/// Asserts that `--rank-by` this word sorts the KBs by this key in descending order, and ties by CVEs,
/// machines and id.
#[track_caller]
fn ranks(scene: &Scene, word: &str, key: impl Fn(&Kb) -> u64) {
    let run = scene.report(&["--rank-by", word]).exits_with(0);
    let mut kbs = truth(scene);
    kbs.sort_by_key(|kb| {
        let figures = [key(kb), kb.cves, kb.machines];
        (Reverse(figures), kb.id.clone())
    });
    let ids: Vec<String> = kbs.iter().map(|kb| kb.id.clone()).collect();
    assert_eq!(column(&run, "kbId"), ids, "{word}");
    let ranks: Vec<String> = (1..=kbs.len()).map(|rank| rank.to_string()).collect();
    assert_eq!(column(&run, "rank"), ranks);

    let worst = format!(" 1  KB{}", kbs[0].id);
    assert!(run.stdout.contains(&worst), "{word}\n{}", run.stdout);
}

#[test]
fn kbs_are_ranked_by_each_key() {
    let scene = Scene::with_machines(40);
    ranks(&scene, "cve", |kb| kb.cves);
    ranks(&scene, "exposure", |kb| kb.exposure);
    ranks(&scene, "machines", |kb| kb.machines);
}

#[test]
fn kbs_are_ranked_by_cves_by_default() {
    let scene = Scene::with_machines(40);
    let kbs = |run: Finished| {
        run.exits_with(0)
            .masked("kbs.csv", &["oldestSince", "run", "date"])
    };
    let silent = kbs(scene.report(&[]));
    assert_eq!(kbs(scene.report(&["--rank-by", "cve"])), silent);
}

#[test]
fn figures_of_kbs_are_correct() {
    let scene = Scene::with_machines(40);
    let run = scene.report(&[]).exits_with(0);
    let mut rows = run.rows("kbs.csv");
    rows.sort_by(|one, other| one["kbId"].cmp(&other["kbId"]));
    let truth = truth(&scene);
    assert_eq!(rows.len(), truth.len());
    for (row, kb) in rows.iter().zip(&truth) {
        let tenths = (kb.machines * 1000 + 20) / 40;
        let figures = [
            ("kbId", kb.id.clone()),
            ("cveAddressed", kb.cves.to_string()),
            ("cveAddressedMin", kb.fewest_cves.to_string()),
            ("machinesMissing", kb.machines.to_string()),
            ("exposure", kb.exposure.to_string()),
            (
                "percentOfAnswered",
                format!("{}.{}", tenths / 10, tenths % 10),
            ),
        ];
        for (name, figure) in figures {
            assert_eq!(row[name], figure, "{name} of {}", kb.id);
        }
    }
}
