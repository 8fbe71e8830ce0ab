//! Unusable inventories: a clear error before any request.

use crate::common::Scene;

/// Asserts that an inventory is refused with exactly this message and a hint containing `hint`,
/// before any request and without reports.
#[track_caller]
fn is_refused(scene: &Scene, inventory: &str, message: &str, hint: &str) {
    let run = scene.run(&["report", inventory]).exits_with(3);
    let error = format!("error: machine list `{inventory}`: {message}\n");
    let run = run.complains(&error).hints(hint);
    assert_eq!(run.stdout, "");
    assert!(!scene.path("reports").exists());
    scene.assert_no_requests();
}

#[test]
fn missing_inventory_is_refused() {
    let scene = Scene::with_machines(1);
    is_refused(&scene, "nowhere.csv", "no such file", "path");
    is_refused(&scene, "no/folder.csv", "no such file", "path");
}

#[test]
fn report_without_inventory_is_a_usage_error() {
    let scene = Scene::with_machines(1);
    for flags in [&[][..], &["--offline=false"]] {
        let run = scene.run(&[&["report"], flags].concat()).exits_with(2);
        assert!(!run.complains("MACHINES_CSV").has_reports());
    }
    scene.assert_no_requests();
}

#[test]
fn folder_as_inventory_is_refused() {
    let scene = Scene::with_machines(1);
    is_refused(
        &scene,
        ".",
        "it is a folder, not a file",
        "the CSV file inside it",
    );
}

#[test]
fn empty_inventory_is_refused() {
    let scene = Scene::with_machines(1);
    for nothing in ["", "\n", " \r\n\r\n\t\r\n", "\u{feff}\n", ",,,\n,,,\n"] {
        scene.write("nothing.csv", nothing);
        is_refused(
            &scene,
            "nothing.csv",
            "it is empty",
            "one row for each machine",
        );
    }
    let run = scene.pipe(&["report", "-"], "").exits_with(3);
    run.complains("error: machine list `-`: it is empty")
        .hints("one row");
    scene.assert_no_requests();
}

#[test]
fn header_without_rows_is_refused() {
    let scene = Scene::with_machines(1);
    scene.write("header.csv", "Device ID,Device Name\n");
    let message = "it has a header but no rows";
    is_refused(&scene, "header.csv", message, "one row for each machine");
}

#[test]
fn missing_id_column_lists_the_columns_found() {
    let scene = Scene::with_machines(1);
    scene.write("teams.csv", "Name,Team,\"Cost;Centre\"\nweb-01,Web,7\n");
    let message = "no known column of machine ids; columns found: Name, Team, Cost;Centre";
    is_refused(&scene, "teams.csv", message, "`--column NAME`");
}

#[test]
fn id_column_with_an_unknown_name_is_suggested() {
    let scene = Scene::with_machines(1);
    let machine = scene.tenant.fleet().machines()[0].id;
    scene.write("odd.csv", format!("Name,Kennung\nweb-01,{machine}\n"));
    let message = "no known column of machine ids; columns found: Name, Kennung";
    is_refused(&scene, "odd.csv", message, "`--column \"Kennung\"`");

    let run = scene.run(&["report", "odd.csv", "--column", "Kennung"]);
    assert_eq!(run.exits_with(0).rows("machines.csv").len(), 1);
}

#[test]
fn requested_column_that_is_missing_is_refused() {
    let scene = Scene::with_machines(1);
    let run = scene.report(&["--column", "Serial"]).exits_with(3);
    run.complains("no column `Serial`; columns found: DeviceName, machineId, osPlatform")
        .hints("--column");
    scene.assert_no_requests();
}

#[test]
fn inventory_without_valid_ids_shows_the_first_row() {
    let scene = Scene::with_machines(1);
    scene.write("names.csv", "machineId,Team\n\nweb-01,Web\nweb-02,Web\n");
    let message = "no valid machine id in 2 rows; the first is on line 3: `web-01`";
    is_refused(&scene, "names.csv", message, "40 hexadecimal characters");
}

#[test]
fn excel_workbook_as_inventory_is_refused() {
    let scene = Scene::with_machines(1);
    scene.write(
        "machines.xlsx",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00[Content_Types].xml",
    );
    let message = "it is an Excel workbook, not CSV";
    is_refused(&scene, "machines.xlsx", message, "`CSV UTF-8`");
}

#[test]
fn unclosed_quote_is_refused() {
    let scene = Scene::with_machines(1);
    let machine = scene.tenant.fleet().machines()[0].id;
    scene.write(
        "quote.csv",
        format!("machineId,Name\n{machine},\"web-01\nx,y\n"),
    );
    let message = "malformed CSV: the row on line 2 has an unclosed quote";
    is_refused(&scene, "quote.csv", message, "close the quote");
}
