use proptest::prelude::*;

use super::*;

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

fn row<'row>(number: u8, product: &'row str, version: &'row str) -> SoftwareRow<'row> {
    SoftwareRow {
        machine: machine(number),
        platform: "Windows11",
        product,
        version,
        support_status: "None",
        support_ends: "",
    }
}

fn inventory(rows: &[SoftwareRow<'_>]) -> SoftwareInventory {
    let mut all = SoftwareRows::default();
    for row in rows {
        all.add(row);
    }
    all.finish(Timestamp::UNIX_EPOCH)
}

#[test]
fn machines_with_the_same_software_share_a_set() {
    let edge = |number| row(number, "edge", "141.0");
    let windows = |number| row(number, "windows_11", "10.0.26100.1");
    let inventory = inventory(&[
        edge(2),
        windows(1),
        windows(2),
        edge(1),
        windows(3),
        edge(2),
    ]);
    assert_eq!(inventory.sets.len(), 2);
    assert_eq!(
        inventory.machines,
        [(machine(1), 0), (machine(2), 0), (machine(3), 1)]
    );
    let set = &inventory.sets[0];
    let versions: Vec<_> = inventory
        .versions_of(set)
        .map(|it| format!("{} {}", it.product, it.version))
        .collect();
    assert_eq!(versions, ["edge 141.0", "windows_11 10.0.26100.1"]);
    assert_eq!(&*set.platform, "Windows11");
}

#[test]
fn inventory_of_some_machines_ignores_the_others() {
    let rows = [
        row(1, "edge", "140.0"),
        row(1, "windows_11", "10.0.26100.1"),
        row(2, "windows_11", "10.0.26100.1"),
        row(3, "edge", "141.0"),
        row(4, "windows_11", "10.0.26100.1"),
        row(5, "edge", "141.0"),
    ];
    for wanted in [&[1, 2, 3, 4, 5][..], &[2, 3, 5], &[3], &[4, 5], &[]] {
        let is_wanted = |id: MachineId| wanted.contains(&id.bytes()[0]);
        let some: Vec<_> = rows
            .iter()
            .filter(|it| is_wanted(it.machine))
            .copied()
            .collect();
        assert_eq!(
            inventory(&rows).only(is_wanted),
            inventory(&some),
            "{wanted:?}"
        );
    }
}

#[test]
fn windows_is_the_row_with_the_highest_version() {
    for (product, is_windows) in [
        ("windows_11", true),
        ("windows_8.1", true),
        ("windows_server_2022", true),
        ("windows_defender", false),
        ("windows_server_update_services", false),
        ("windows_", false),
        ("edge", false),
    ] {
        let inventory = inventory(&[row(1, product, "10.0.1")]);
        let windows = inventory.sets[0].windows.as_ref();
        assert_eq!(windows.is_some(), is_windows, "{product}");
    }
    let old = SoftwareRow {
        support_status: "EOS Version",
        support_ends: "2021-05-11T00:00:00+00:00",
        ..row(1, "windows_10", "10.0.9200.20000")
    };
    let new = SoftwareRow {
        support_ends: "2027-10-12T00:00:00+00:00",
        ..row(1, "windows_11", "10.0.26100.4291")
    };
    for rows in [[old, new], [new, old]] {
        let windows = inventory(&rows).sets[0].windows.clone().unwrap();
        assert_eq!(&*windows.build, "10.0.26100.4291");
        assert_eq!(&*windows.support_status, "None");
        assert_eq!(windows.support_ends, Some(jiff::civil::date(2027, 10, 12)));
    }
}

#[test]
fn repeated_rows_take_no_memory() {
    let mut rows = SoftwareRows::default();
    for version in 0..100_000_u32 {
        rows.add(&row(1, "edge", &(version % 50).to_string()));
    }
    assert!(rows.machines[&machine(1)].installed.capacity() <= 4 * 50);
    assert_eq!(rows.finish(Timestamp::UNIX_EPOCH).versions.len(), 50);
}

const PRODUCTS: [&str; 5] = [
    "windows_11",
    "windows_10",
    "edge",
    "office",
    ".net_framework",
];

proptest! {
    #[test]
    fn inventory_depends_neither_on_order_nor_on_files(
        rows in prop::collection::vec((0..6_u8, 0..5_usize, 0..4_u8, 0..3_u8), 0..60),
        order in any::<u64>(),
        files in 1..5_usize,
    ) {
        let texts: Vec<_> = rows.iter().map(|it| (format!("10.0.{}", it.2), format!("Windows{}", it.3))).collect();
        let mut all: Vec<_> = rows.iter().zip(&texts).map(|(it, (version, platform))| SoftwareRow {
            platform,
            ..row(it.0, PRODUCTS[it.1], version)
        }).collect();
        let expected = inventory(&all);
        fastrand::Rng::with_seed(order).shuffle(&mut all);
        let mut merged = SoftwareRows::default();
        for file in all.chunks(all.len().div_ceil(files).max(1)) {
            let mut rows = SoftwareRows::default();
            file.iter().chain(file).for_each(|row| rows.add(row));
            merged.add_all(rows);
        }
        prop_assert_eq!(merged.finish(Timestamp::UNIX_EPOCH), expected);
    }
}
