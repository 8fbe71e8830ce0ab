//! No machine of a list is lost silently: every id is requested, or the list is refused.

use crate::common::Scene;

/// The ids of a scene's fleet.
fn ids(scene: &Scene) -> Vec<String> {
    let machines = scene.tenant.fleet().machines().iter();
    machines.map(|machine| machine.id.to_string()).collect()
}

/// Asserts that this list is refused before any request.
#[track_caller]
fn is_refused(scene: &Scene, list: &str, message: &str, hint: &str) {
    scene.write("list", list);
    let run = scene.run(&["report", "list"]).exits_with(3);
    let error = format!("error: machine list `list`: {message}\n");
    run.complains(&error).hints(hint);
    assert!(!scene.path("reports").exists());
    scene.assert_no_requests();
}

#[test]
fn json_is_refused_with_a_jq_command_in_the_hint() {
    let scene = Scene::with_machines(3);
    let [a, b, c] = &ids(&scene)[..] else {
        panic!()
    };
    for (list, query) in [
        (format!("[\"{a}\", \"{b}\", \"{c}\"]"), "jq -r '.[]'"),
        (format!("[\n  \"{a}\",\n  \"{b}\"\n]\n"), "jq -r '.[]'"),
        (
            format!("\u{feff}[{{\"machineId\":\"{a}\"}},{{\"machineId\":\"{b}\"}}]"),
            "jq -r '.[].machineId'",
        ),
        (
            format!("{{\"@odata.context\":\"x\",\"value\":[{{\"id\":\"{a}\"}}]}}"),
            "jq -r '.value[].id'",
        ),
        (
            format!("{{\"DeviceId\":\"{a}\"}}\r\n{{\"DeviceId\":\"{b}\"}}\r\n"),
            "jq -r '.DeviceId'",
        ),
    ] {
        is_refused(
            &scene,
            &list,
            "it is JSON, not a list of machine ids",
            query,
        );
    }
}

#[test]
fn several_ids_in_one_row_are_refused() {
    let scene = Scene::with_machines(3);
    let [a, b, c] = &ids(&scene)[..] else {
        panic!()
    };
    let several = |line: u64| format!("line {line} contains more than one machine id");
    for (list, line) in [
        (format!("{a} {b} {c}\n"), 1),
        (format!("{a},(\"{b}\")\n"), 1),
        (format!("{a},web\n{b},see [{c}]\n"), 2),
        (format!("id,name\n{a},x\n\"{b};{c}\",y\n"), 3),
        (format!("id\n{a}\n{b},{c}\n"), 3),
    ] {
        is_refused(&scene, &list, &several(line), "write one id per line");
    }
    let stray = "line 2 has a machine id outside the id column";
    is_refused(
        &scene,
        &format!("{a},web\nweb,{b}\n"),
        stray,
        "one id per line",
    );
    let other = "the header on line 3 differs from the first: id, team";
    let list = format!("id,name\n{a},x\nid,team\n{b},y\n");
    is_refused(&scene, &list, other, "the same columns");
}

#[test]
fn wrapped_ids_are_read() {
    let scene = Scene::with_machines(7);
    let ids = ids(&scene);
    let wrapped = [
        format!("[{}]", ids[0]),
        format!("(\"{}\")", ids[1]),
        format!("“{}”", ids[2]),
        format!("\u{200e}{}\u{202c}", ids[3]),
        format!("\u{2066}<{}>\u{2069}", ids[4]),
        format!("{}\u{200b}{}", &ids[5][..9], &ids[5][9..]),
        format!("\u{ad}`{}`\u{feff}", ids[6]),
    ];
    let list = format!("\u{200b}machine\u{ad}Id\u{202c}\n{}\n", wrapped.join("\n"));
    scene.write("list", list);
    for column in [&[][..], &["--column", "\"MACHINE id\""]] {
        let run = scene.run(&[&["report", "list", "--fresh"], column].concat());
        assert_eq!(run.exits_with(0).rows("machines.csv").len(), 7);
    }
    assert_eq!(scene.tenant.log().calls.len(), 14);
}

#[test]
fn ids_in_another_named_column_are_data() {
    let scene = Scene::with_machines(2);
    let [a, b] = &ids(&scene)[..] else { panic!() };
    scene.write("list", format!("id,mergedIntoMachineId\n{a},{b}\n"));
    let run = scene.run(&["report", "list"]).exits_with(0);
    assert_eq!(run.rows("machines.csv")[0]["mergedIntoMachineId"], *b);
    assert_eq!(scene.tenant.log().calls.len(), 1);
}

#[test]
fn invalid_ids_show_invisible_characters() {
    let scene = Scene::with_machines(1);
    let id = &ids(&scene)[0];
    let wide = format!("{}\u{ff11}", &id[1..]);
    scene.write("list", format!("id\n{id}\n\u{200e}web\u{200b}01\n{wide}\n"));
    let run = scene.run(&["report", "list"]).exits_with(5);
    let failures = run.rows("failures.csv");
    assert_eq!(failures[0]["input"], "\\u{200e}web\\u{200b}01");
    assert_eq!(failures[1]["input"], format!("{}\\u{{ff11}}", &id[1..]));

    scene.write("list", format!("id\n{wide}\n"));
    let run = scene.run(&["report", "list"]).exits_with(3);
    run.complains(&format!(
        "the first is on line 2: `{}\\u{{ff11}}`",
        &id[1..]
    ));
}
