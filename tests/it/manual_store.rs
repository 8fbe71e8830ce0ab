//! The manual's description of the store matches a real one.

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags};

use crate::common::{Finished, Page, Scene};

/// The KB in the manual's queries.
const EXAMPLE: &str = "5058584";

/// Two nights of a tenant, in a store of the scene's own.
fn two_nights() -> (Scene, Finished) {
    let scene = Scene::with_machines(30);
    night(&scene).exits_with(0);
    let last = night(&scene).exits_with(0);
    (scene, last)
}

fn night(scene: &Scene) -> Finished {
    scene.report(&["--state", "nights.sqlite"])
}

/// The store as opened by any read-only tool.
fn read_only(scene: &Scene) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    Connection::open_with_flags(scene.path("nights.sqlite"), flags).unwrap()
}

/// The machines of each KB, by the report.
fn machines_by_kb(run: &Finished) -> BTreeMap<String, Vec<String>> {
    let mut kbs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in run.rows("gaps.csv") {
        let machines = kbs.entry(row["kbId"].clone()).or_default();
        machines.push(row["machineId"].clone());
    }
    for machines in kbs.values_mut() {
        machines.sort();
    }
    kbs
}

#[test]
fn manual_lists_the_views_and_their_columns() {
    let (scene, _) = two_nights();
    let store = read_only(&scene);
    let views = "SELECT name, '' FROM sqlite_schema WHERE type = 'view' ORDER BY name DESC";
    let real: Vec<[String; 2]> = texts(&store, views)
        .into_iter()
        .map(|[view, _]| {
            let columns = format!("SELECT name, '' FROM pragma_table_info('{view}') ORDER BY cid");
            let columns = texts(&store, &columns).into_iter().map(|[name, _]| name);
            let columns: Vec<String> = columns.collect();
            [view, columns.join(", ")]
        })
        .collect();
    let table = Page::read("docs/store.md").table("## SQL");
    let told: Vec<[String; 2]> = table
        .iter()
        .map(|row| [row[0].clone(), row[2].clone()])
        .collect();
    assert_eq!(told, real);
}

#[test]
fn queries_in_the_manual_match_the_reports() {
    let (scene, run) = two_nights();
    let store = read_only(&scene);
    let page = Page::read("docs/store.md");
    let mut queries = page.blocks("sql");
    // The others are for Parquet files.
    queries.retain(|query| query.contains(EXAMPLE));
    assert_eq!(queries.len(), 2);
    let kbs = machines_by_kb(&run);
    assert!(!kbs.is_empty());
    for (kb, machines) in kbs {
        let ask = |query: &str| {
            assert!(query.contains(EXAMPLE), "{query}");
            query.replace(EXAMPLE, &kb)
        };
        let which = texts(&store, &ask(queries[0]));
        let which: Vec<String> = which.into_iter().map(|[machine, _]| machine).collect();
        assert_eq!(which, machines, "{kb}");
        let nights = last_numbers(&store, &ask(queries[1]));
        assert_eq!(nights, [machines.len(); 2], "{kb}");
    }
}

/// The first two columns of a query, both texts.
fn texts(store: &Connection, query: &str) -> Vec<[String; 2]> {
    let mut statement = store.prepare(query).unwrap();
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?]));
    rows.unwrap().map(Result::unwrap).collect()
}

/// The last column of a query, a number.
fn last_numbers(store: &Connection, query: &str) -> Vec<usize> {
    let mut statement = store.prepare(query).unwrap();
    let last = statement.column_count() - 1;
    let rows = statement.query_map([], |row| row.get(last));
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn manual_shows_the_columns_of_the_runs_command() {
    let (scene, _) = two_nights();
    let real = scene
        .run(&["runs", "--state", "nights.sqlite"])
        .exits_with(0);
    let head = |text: &str| -> Vec<String> {
        let line = text.lines().next().unwrap_or_default();
        line.split_whitespace().map(str::to_owned).collect()
    };
    let page = Page::read("docs/store.md");
    let shown = page.blocks("text");
    let shown = shown.iter().find(|block| block.starts_with("run "));
    assert_eq!(head(shown.unwrap()), head(&real.stdout));
    assert_eq!(real.stdout.lines().count(), 3);
}

#[test]
fn manual_names_the_default_store_path() {
    let scene = Scene::with_machines(1);
    // The scene sets a store of its own for the other tests.
    let mut command = scene.command(&["report", "machines.csv"]);
    let run = scene.finish(command.env_remove("PATCHGAP_STATE"));
    run.exits_with(0);
    let table = Page::read("docs/store.md").table("# The store");
    let row = &table[usize::from(cfg!(windows))];
    if cfg!(unix) {
        let place = row[1].split(',').next().unwrap();
        assert!(scene.path(place.strip_prefix("~/").unwrap()).exists());
    } else {
        assert!(row[1].starts_with("%LOCALAPPDATA%"));
    }
}
