//! Lists without an end, or without a line end: refused immediately, before any request.

use crate::common::Scene;

#[test]
fn endless_line_is_refused() {
    let scene = Scene::with_machines(1);
    let id = scene.tenant.fleet().machines()[0].id;
    for (list, line) in [
        ("a".repeat(3_000_000), 1),
        ("\0".repeat(3_000_000), 1),
        (format!("id,Name\n{id},{}\n", "x".repeat(3_000_000)), 2),
        (
            format!("id,Name\n{id},\"{}\"\n", "x\n".repeat(1_500_000)),
            2,
        ),
    ] {
        let run = scene.pipe(&["report", "-"], list).exits_with(3);
        let message = format!("machine list `-`: the row on line {line} is longer than 1 MiB");
        run.complains(&message).hints("one line per machine");
    }
    scene.assert_no_requests();
}

#[test]
#[cfg(unix)]
fn endless_file_is_refused() {
    let scene = Scene::with_machines(1);
    let run = scene.run(&["report", "/dev/zero"]).exits_with(3);
    run.complains("the row on line 1 is longer than 1 MiB")
        .hints("one line per machine");
    scene.assert_no_requests();
}

#[test]
fn many_rows_without_an_id_are_refused() {
    let scene = Scene::with_machines(1);
    let run = scene.pipe(&["report", "-"], "y\n".repeat(300_000));
    run.exits_with(3)
        .complains("columns found: y")
        .hints("40 hexadecimal characters");
    scene.assert_no_requests();
}
