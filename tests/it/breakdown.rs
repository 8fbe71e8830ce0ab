//! The figures by device group, platform and tag.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::Scene;

fn groups<'summary>(summary: &'summary Value, by: &str) -> Vec<&'summary Value> {
    let groups = summary["breakdown"].as_array().unwrap().iter();
    groups.filter(|group| group["by"] == by).collect()
}

#[test]
fn summary_breaks_the_figures_down_by_the_columns_of_a_portal_export() {
    let scene = Scene::with_machines(40);
    let machines = scene.tenant.fleet().machines();
    let tags = [r#""[""vip"",""board""]""#, "", r#""[""vip""]""#, "[]"];
    let rows = machines.iter().zip(tags.iter().cycle()).map(|(it, tags)| {
        let group = &it.name[..3];
        format!("{},{group},{},{tags}", it.id, it.os_platform)
    });
    let rows: Vec<String> = rows.collect();
    let list = format!("Device ID,Group,OS Platform,Tags\n{}\n", rows.join("\n"));
    scene.write("list.csv", list);
    let summary = scene.run(&["report", "list.csv"]).exits_with(0).summary();
    assert_eq!(summary["fullyPatched"], summary["machines"]["clean"]);

    for (by, key) in [("group", 1), ("platform", 2)] {
        let mut expected = BTreeMap::<&str, [u64; 3]>::new();
        for (machine, row) in machines.iter().zip(&rows) {
            let value = row.split(',').nth(key).unwrap();
            let [count, clean, gaps] = expected.entry(value).or_default();
            let missing = scene.tenant.truth(machine.id).unwrap().len() as u64;
            *count += 1;
            *clean += u64::from(missing == 0);
            *gaps += missing;
        }
        let found = groups(&summary, by).into_iter().map(|group| {
            let figures =
                ["machines", "fullyPatched", "gaps"].map(|it| group[it].as_u64().unwrap());
            assert_eq!(group["machines"], group["answered"]);
            (group["value"].as_str().unwrap(), figures)
        });
        assert_eq!(found.collect::<BTreeMap<_, _>>(), expected, "{by}");
    }
    let tags = groups(&summary, "tag").into_iter();
    let tags = tags.map(|group| (group["value"].clone(), group["machines"].clone()));
    let expected = [("", 20), ("vip", 20), ("board", 10)];
    let expected = expected.map(|(tag, machines)| (json!(tag), json!(machines)));
    assert_eq!(tags.collect::<Vec<_>>(), expected);
}

#[test]
fn skipped_machines_of_the_services_list_are_in_their_group() {
    let scene = Scene::with_machines(40);
    let run = scene.run(&["report", "--all-machines"]).exits_with(0);
    let summary = run.summary();
    assert_ne!(summary["machines"]["skipped"], 0);
    for by in ["group", "platform"] {
        let machines = groups(&summary, by)
            .into_iter()
            .map(|it| it["machines"].as_u64());
        let machines: u64 = machines.map(Option::unwrap).sum();
        assert_eq!(summary["inventory"]["machines"], machines, "{by}");
    }
}
