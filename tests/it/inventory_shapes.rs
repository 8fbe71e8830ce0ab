//! Real shapes of inventories, end to end: the same fleet, the same answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{Finished, Scene};

/// The cells of every machine in these columns of the report.
fn told(run: &Finished, columns: &[&str]) -> BTreeMap<String, Vec<String>> {
    run.rows("machines.csv")
        .iter()
        .map(|row| {
            let cells = columns.iter().map(|&column| row[column].clone());
            (row["machineId"].clone(), cells.collect())
        })
        .collect()
}

/// The columns of `machines.csv`.
fn columns(run: &Finished) -> Vec<String> {
    let text = String::from_utf8(run.bytes("machines.csv")).unwrap();
    let header = text.lines().next().unwrap();
    header.split(',').map(str::to_owned).collect()
}

/// Asserts that every machine of the tenant is answered.
#[track_caller]
fn covers_the_fleet(scene: &Scene, run: &Finished) {
    let fleet = scene.tenant.fleet().machines();
    let fleet: BTreeMap<String, Vec<String>> = fleet
        .iter()
        .map(|machine| {
            let missing = machine.missing.len().to_string();
            (machine.id.to_string(), vec!["answered".to_owned(), missing])
        })
        .collect();
    assert_eq!(told(run, &["status", "missingKbs"]), fleet);
}

#[test]
fn export_of_the_portal_is_read() {
    let scene = Scene::with_machines(4);
    let mut export = vec![
        "\u{feff}Device ID,Device Name,Tags,Group,Device IPs,Health Status,AAD Device Id"
            .to_owned(),
    ];
    for machine in scene.tenant.fleet().machines() {
        let (id, name) = (machine.id.to_string().to_uppercase(), &machine.name);
        export.push(format!(
            "{id},{name},\"[\"\"pilot\"\",\"\"a\"\"]\",,\"[\"\"10.20.0.7\"\"]\",Active,\
             ab276013-2793-bdec-c833-bcec9601040f"
        ));
    }
    scene.write("export.csv", export.join("\r\n"));
    let run = scene.run(&["report", "export.csv"]).exits_with(0);
    covers_the_fleet(&scene, &run);
    let expected = vec![
        "[\"pilot\",\"a\"]".to_owned(),
        String::new(),
        "Active".to_owned(),
    ];
    for cells in told(&run, &["Tags", "Group", "Health Status"]).values() {
        assert_eq!(*cells, expected);
    }
}

#[test]
fn unicode_text_of_excel_is_read() {
    let scene = Scene::with_machines(4);
    let mut table = vec!["\u{feff}Straße\tMachine ID".to_owned()];
    for machine in scene.tenant.fleet().machines() {
        table.push(format!("Königsallee 東 {}\t{}", machine.site, machine.id));
    }
    let bytes: Vec<u8> = table
        .join("\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    scene.write("unicode.txt", bytes);
    let run = scene.run(&["report", "unicode.txt"]).exits_with(0);
    covers_the_fleet(&scene, &run);
    let streets: BTreeSet<String> = told(&run, &["Straße"]).into_values().flatten().collect();
    let fleet = scene.tenant.fleet().machines();
    let expected = fleet
        .iter()
        .map(|machine| format!("Königsallee 東 {}", machine.site));
    assert_eq!(streets, expected.collect());
}

#[test]
fn ids_without_a_header_are_read() {
    let scene = Scene::with_machines(4);
    let fleet = scene.tenant.fleet().machines();
    let ids: Vec<String> = fleet.iter().map(|machine| machine.id.to_string()).collect();
    scene.write("ids.txt", ids.join("\r\n"));
    let run = scene.run(&["report", "ids.txt"]).exits_with(0);
    covers_the_fleet(&scene, &run);
    let ours = "rank,machineId,status,missingKbs,cveAddressed,cveAddressedMax,topKbId,kbIds,\
                answeredAt,skippedBecause,machineName,oldestSince,run,date,windowsBuild,\
                supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited";
    assert_eq!(columns(&run).join(","), ours);
}

#[test]
fn extra_columns_keep_their_order_and_clashing_names_are_prefixed() {
    let scene = Scene::with_machines(1);
    let machine = scene.tenant.fleet().machines()[0].id;
    let header = "Owner;status;Rank;Device ID;;site";
    scene.write(
        "own.csv",
        format!("{header}\nmy team;old;1st;{machine};fifth;BER\n"),
    );
    let run = scene.run(&["report", "own.csv"]).exits_with(0);
    let travelled = ["Owner", "input.status", "input.Rank", "column5", "site"];
    assert_eq!(columns(&run)[2..7], travelled);
    let cells = told(&run, &travelled).remove(&machine.to_string());
    assert_eq!(cells.unwrap(), ["my team", "old", "1st", "fifth", "BER"]);
}

#[test]
fn unreadable_last_seen_time_is_warned_about() {
    let scene = Scene::with_machines(2);
    let ids: Vec<_> = scene
        .tenant
        .fleet()
        .machines()
        .iter()
        .map(|it| it.id)
        .collect();
    let list = |seen: &str| format!("id,lastSeen\n{},2026-11-20\n{},{seen}\n", ids[0], ids[1]);
    scene.write("list.csv", list("last tuesday"));
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    run.complains(
        "1 machine in list.csv: column `lastSeen` contains values such as `last tuesday`",
    );
    scene.write("list.csv", list(""));
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    assert!(!run.stderr.contains("lastSeen"), "{}", run.stderr);
}
