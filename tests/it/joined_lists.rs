//! Titles, `#TYPE` lines and second headers are neither machines nor failures.

use serde_json::json;

use crate::common::Scene;

/// Asserts that this list contains the three machines of a tenant and has these numbers of rows and
/// duplicates, and that each machine is requested once and keeps its name.
#[track_caller]
fn reads(list: impl AsRef<[u8]>, columns: &[&str], [rows, duplicates]: [u64; 2]) {
    let scene = Scene::with_machines(3);
    let list = String::from_utf8(list.as_ref().to_vec()).unwrap();
    let mut text = list.clone();
    for (letter, machine) in ["@a", "@b", "@c"]
        .iter()
        .zip(scene.tenant.fleet().machines())
    {
        text = text.replace(letter, &machine.id.to_string());
    }
    scene.write("list.csv", text);
    let run = scene.run(&[&["report", "list.csv"], columns].concat());
    let run = run.exits_with(0);
    let inventory = &run.summary()["inventory"];
    let found = ["rows", "machines", "duplicates", "invalid"].map(|key| inventory[key].clone());
    let expected = [rows, 3, duplicates, 0].map(|count| json!(count));
    assert_eq!(found, expected, "{list}");
    assert!(run.rows("failures.csv").is_empty());
    assert_eq!(scene.tenant.log().calls.len(), 3, "{list}");
    for row in run.rows("machines.csv") {
        assert!(
            row.get("Name").is_none_or(|name| name.starts_with("pc")),
            "{row:?}"
        );
    }
}

#[test]
fn type_lines_are_skipped() {
    let one = "#TYPE Selected.System.Object\r\n\"id\"\r\n\"@a\"\r\n\"@b\"\r\n\"@c\"\r\n";
    let many = "#TYPE A.B`2[[C, D]]\r\n\"Name\",\"id\"\r\n\"pc1\",\"@a\"\r\n\"pc2\",\"@b\"\r\n\"pc3\",\"@c\"\r\n";
    for list in [one, many] {
        for columns in [&[][..], &["--column", "ID"], &["--column", "\u{feff}'id'"]] {
            reads(list, columns, [3, 0]);
        }
    }
}

#[test]
fn lines_above_the_header_are_skipped() {
    let table = "Device ID,Name\n@a,pc1\n@b,pc2\n@c,pc3\n";
    for above in [
        "Device inventory\nExported by,adm@example.com\nFilters,OS=Windows\n\n",
        "Device inventory,,\n,,\n\"Filters\",\"OS=Windows, 11\",all\n",
        "# exported\n# by, somebody\n",
        "Tenant,ID\nContoso,42\n",
    ] {
        reads(format!("{above}{table}"), &[], [3, 0]);
        reads(
            format!("{above}{table}"),
            &["--column", "device id"],
            [3, 0],
        );
    }
}

#[test]
fn joined_exports_are_read_as_one() {
    for list in [
        "id,Name\n@a,pc1\n@b,pc2\nid,Name\n@c,pc3\n@a,pc1\n",
        "id,Name\n@a,pc1\n@b,pc2\n\u{feff}\"ID\",\"NAME\"\n@c,pc3\n@a,pc1\n",
        "id,Name\n@a,pc1\n@b,pc2\nName,machineId\npc3,@c\npc1,@a\n",
        "#TYPE A\nid,Name\n@a,pc1\n@b,pc2\n#TYPE A\nid,Name\n@c,pc3\n@a,pc1\n",
        "id,Name\n@a,pc1\n@b,pc2\n\n#TYPE A\nid,Name\n@c,pc3\n@a,pc1\n",
        "Fleet 1\nby,me\n\nid,Name\n@a,pc1\n@b,pc2\n\nFleet 2\nby,you\n\nid,Name\n@c,pc3\n@a,pc1\n",
        "sep=,\nid,Name\n@a,pc1\n@b,pc2\nsep=,\nid,Name\n@c,pc3\n@a,pc1\n\u{1a}",
        "@a\n@b\nid\n@c\n@a\n",
    ] {
        reads(list, &[], [4, 1]);
    }
}
