use proptest::prelude::*;

use super::*;

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

/// A row about this machine, update, product and CVE; 0 is none.
fn row(
    machine_number: u8,
    kb: &'static str,
    product: &'static str,
    cve: u32,
) -> VulnerabilityRow<'static> {
    VulnerabilityRow {
        machine: machine(machine_number),
        is_onboarded: true,
        kb,
        name: "March 2026 Security Updates",
        url: "",
        product,
        os_version: "10.0.26100.7171",
        cve: (cve > 0).then(|| format!("CVE-2026-{cve:05}").parse().unwrap()),
        facts: CveFacts::default(),
    }
}

fn answers<'row>(rows: impl IntoIterator<Item = VulnerabilityRow<'row>>) -> BulkAnswers {
    let mut all = VulnerabilityRows::default();
    rows.into_iter().for_each(|row| all.add(&row));
    all.finish(Timestamp::UNIX_EPOCH)
}

/// Each update with its number of CVEs and its products.
fn missing(answers: &BulkAnswers, number: u8) -> Option<Vec<String>> {
    let missing = answers.of(machine(number))?;
    let text = |kb: &Arc<MissingKb>| {
        let products: Vec<&str> = kb.products.iter().map(AsRef::as_ref).collect();
        format!("{} {} {}", kb.id, kb.cve_addressed, products.join(";"))
    };
    Some(missing.iter().map(text).collect())
}

#[test]
fn rows_are_grouped_by_machine_and_update() {
    let answers = answers([
        row(1, "5000002", "windows_11", 1),
        row(1, "5000002", "windows_11", 2),
        row(1, "5000002", "edge", 2),
        row(1, "5000002", "edge", 2),
        row(2, "5000003", "office", 3),
        row(1, "5000001", "windows_11", 9),
        row(3, "", "chrome", 4),
    ]);
    let first = ["5000001 1 windows_11", "5000002 2 edge;windows_11"];
    assert_eq!(missing(&answers, 1).unwrap(), first);
    assert_eq!(missing(&answers, 2).unwrap(), ["5000003 1 office"]);
    assert_eq!(missing(&answers, 3).unwrap(), [""; 0], "it misses nothing");
    assert_eq!(missing(&answers, 4), None);
    let machines: Vec<_> = answers.machines().collect();
    assert_eq!(machines, [1, 2, 3].map(machine));
    let cves = answers.of(machine(1)).unwrap()[1].cves.clone().unwrap();
    assert_eq!(format!("{cves:?}"), "[CVE-2026-00001, CVE-2026-00002]");
}

#[test]
fn row_without_a_cve_or_a_kb_is_not_a_gap() {
    let answers = answers([
        row(1, "5000002", "windows_11", 0),
        row(1, "mfsa2025-56", "firefox", 5),
        row(1, "KB5000003", "edge", 6),
        row(1, "kb 5000003", "edge", 7),
    ]);
    assert_eq!(missing(&answers, 1).unwrap(), ["5000003 2 edge"]);
    assert_eq!(answers.rows_without_cve, 1);
}

#[test]
fn machine_that_is_not_onboarded_has_no_answer() {
    let other = |number| VulnerabilityRow {
        is_onboarded: false,
        ..row(number, "5000002", "tvos", 1)
    };
    let answers = answers([other(1), row(2, "", "edge", 0), other(2)]);
    assert_eq!(missing(&answers, 1), None);
    assert!(answers.is_not_onboarded(machine(1)));
    assert!(
        !answers.is_not_onboarded(machine(2)),
        "some rows say otherwise"
    );
    assert!(missing(&answers, 2).is_some());
}

#[test]
fn grouped_rows_equal_single_ones() {
    let mut grouped = VulnerabilityRows::default();
    let empty = row(1, "5000002", "", 0);
    let cves = [1, 2].map(|it| row(1, "", "", it).cve.unwrap());
    grouped.add_grouped(&empty, ["windows_11", "edge"], cves);
    grouped.add_grouped(&row(1, "5000003", "", 0), ["office"], []);
    grouped.add_grouped(&row(2, "", "", 0), ["edge"], []);
    let single = answers([
        row(1, "5000002", "windows_11", 1),
        row(1, "5000002", "edge", 2),
        row(1, "5000003", "office", 0),
        row(2, "", "edge", 0),
    ]);
    let grouped = grouped.finish(Timestamp::UNIX_EPOCH);
    assert_eq!(readable(&grouped), readable(&single));
    assert_eq!(grouped.cves, single.cves);
    assert_eq!(grouped.rows_without_cve, 1);
}

/// Each machine with the contents of its list, because indexes depend on the order of the rows.
fn readable(answers: &BulkAnswers) -> Vec<(MachineId, MissingKbs)> {
    let list = |it| (it, answers.of(it).unwrap().clone());
    answers.machines().map(list).collect()
}

fn any_row() -> impl Strategy<Value = VulnerabilityRow<'static>> {
    let kbs = prop::sample::select(vec!["", "1", "2", "KB2", "3"]);
    let products = prop::sample::select(vec!["", "edge", "office", "windows_11"]);
    let names = prop::sample::select(vec!["", "March", "April"]);
    let versions = prop::sample::select(vec!["", "10.0.1.2", "10.0.3.4"]);
    (
        0..4_u8,
        kbs,
        products,
        0..5_u32,
        names,
        versions,
        any::<bool>(),
    )
        .prop_map(
            |(number, kb, product, cve, name, os_version, is_onboarded)| VulnerabilityRow {
                name,
                os_version,
                is_onboarded: is_onboarded || number > 0,
                ..row(number, kb, product, cve)
            },
        )
}

proptest! {
    #[test]
    fn order_files_and_repetition_do_not_matter(
        rows in prop::collection::vec(any_row(), 0..60),
        shuffled in Just(()).prop_perturb(|(), mut random| random.next_u64()),
        cut in 0..60_usize,
    ) {
        let expected = answers(rows.clone());
        let mut other = rows.clone();
        let mut random = fastrand::Rng::with_seed(shuffled);
        random.shuffle(&mut other);
        other.extend(rows.iter().take(5).copied());
        let (first, second) = other.split_at(cut.min(other.len()));
        let mut merged = VulnerabilityRows::default();
        for file in [second, first] {
            let mut rows = VulnerabilityRows::default();
            for row in file {
                rows.add(row);
            }
            merged.add_all(rows);
        }
        let merged = merged.finish(Timestamp::UNIX_EPOCH);
        prop_assert_eq!(readable(&merged), readable(&expected));
        prop_assert_eq!(&merged.not_onboarded, &expected.not_onboarded);
        prop_assert_eq!(&merged.cves, &expected.cves);
    }
}
