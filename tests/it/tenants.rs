//! Many tenants in one run: each a run of its own, and an overview of all.

mod alike;
mod ended_early;
mod places;
mod several;

use std::{collections::BTreeSet, fs, time::Duration};

use serde_json::Value;

use self::several::{Several, column, output, tenant};
#[cfg(target_os = "linux")]
use crate::common::set_mode;
use crate::common::{Background, Finished, Page, Scene, assert_truth, wait_until};

#[test]
fn refused_tenant_costs_the_others_nothing() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |it| it.machines = 7));
    let refusing = tenant(3, |_| {});
    let several = Several(vec![("one", &one), ("bad", &refusing), ("other", &other)]);
    several.write("");
    let mut command = several.command(&["report", "--log-format=json", "-v"]);
    let run = one
        .finish(command.env("SECRET_BAD", "wrong~secret"))
        .exits_with(5);
    for name in ["one", "other"] {
        several.assert_truth(name);
    }
    assert_eq!(column(&run, "tenant"), ["one", "bad", "other"]);
    assert_eq!(column(&run, "status"), ["complete", "refused", "complete"]);
    assert_eq!(column(&run, "exitCode"), ["0", "4", "0"]);
    assert_eq!(column(&run, "answered"), ["12", "", "7"]);
    assert!(
        column(&run, "message")[1].contains("AADSTS7000215"),
        "{}",
        run.stderr
    );
    assert!(!several.folder("bad").exists());

    let summary = run.summary();
    assert_eq!(summary["tenants"]["refused"], 1);
    assert_eq!(summary["machines"]["answered"], 19);
    let gaps = ["one", "other"].map(|it| several.finished(it).summary()["gaps"].as_u64().unwrap());
    assert_eq!(summary["gaps"], gaps[0] + gaps[1]);
    assert_eq!(several.finished("one").summary()["tenant"], "one");
    let page = String::from_utf8(run.bytes("overview.html")).unwrap();
    assert!(page.contains("href=\"other/report.html\""));
}

#[test]
fn nothing_of_a_tenant_is_elsewhere_and_log_lines_name_theirs() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    several.write("");
    let mut command = several.command(&["report", "--log-format=json", "-v", "--log-file=log"]);
    let run = one
        .finish(command.env("SECRET_OTHER", "wrong~secret"))
        .exits_with(5);
    let theirs = other.tenant.fleet().machines()[0].id.to_string();
    for file in fs::read_dir(several.folder("one")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(&theirs));
    }
    let page = String::from_utf8(run.bytes("overview.html")).unwrap();
    let everything = format!("{}{}{page}", run.stdout, run.stderr);
    assert!(!everything.contains("wrong~secret"));
    assert!(!everything.contains(one.tenant.client_secret()));
    let lines = run.stderr.lines();
    let lines: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |text: &str| {
        let line = lines
            .iter()
            .find(|it| it["message"].as_str().unwrap().starts_with(text));
        line.unwrap()["tenant"].clone()
    };
    assert_eq!(
        (of("cannot sign in"), of("run finished")),
        ("other".into(), "one".into())
    );
    let log = fs::read_to_string(one.path("log")).unwrap();
    assert!(log.contains("\"tenant\":\"one\"") && log.contains("\"tenant\":\"other\""));
}

#[test]
fn run_that_is_refused_everywhere_is_refused() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    several.write("");
    let mut command = several.command(&["report"]);
    let command = command
        .env("SECRET_ONE", "wrong")
        .env("SECRET_OTHER", "wrong")
        .env("GITHUB_STEP_SUMMARY", one.path("step.md"));
    let run = one.finish(command).exits_with(4);
    assert_eq!(column(&run, "status"), ["refused", "refused"]);
    let markdown = fs::read_to_string(one.path("step.md")).unwrap();
    assert!(markdown.starts_with("## Missing updates of 2 tenants\n"));
    assert_eq!(markdown.matches("| refused |").count(), 2, "{markdown}");
}

#[test]
fn mistakes_in_the_file_are_found_before_anything_is_requested() {
    let one = tenant(1, |_| {});
    let several = Several(vec![("one", &one)]);
    let good = Several::table("one", &one, "");
    let again = |name: &str, id: &str, more: &str| {
        format!("{good}[[tenant]]\nname = '{name}'\ntenant_id = '{id}'\nmachines = 'x.csv'\n{more}")
    };
    let id = one.tenant.tenant_id();
    for (text, complaint) in [
        (again("two", "b", "typo = 1"), "line 15: unknown key `typo`"),
        (
            again("two", &id.to_uppercase(), ""),
            "line 13: tenant_id: `one` in line 3",
        ),
        (again("ONE", "b", ""), "line 12: name: the tenant in line 2"),
        (
            again("two", "b", "out = 'reports/one'"),
            "line 12: out: the reports would share",
        ),
        (
            again("two", "b", "out = '.'"),
            "line 12: out: the reports would be in the folder",
        ),
        (
            again("../x", "b", ""),
            "line 12: name: `../x` cannot be the name of a folder",
        ),
        (again("CON", "b", ""), "line 12: name: `CON` cannot"),
        (again(&"a".repeat(300), "b", ""), "line 12: name: `aaa"),
        (
            again("two", "b", "client_secret = 'x'"),
            "line 15: `client_secret` is not allowed",
        ),
        (
            good.replace("machines = ", "title = "),
            "line 2: machines: the tenant has no list",
        ),
        ("nonsense".to_owned(), "tenants.toml: line 1"),
        (
            String::new(),
            "tenants.toml: line 1: tenant: the file has no tenant",
        ),
    ] {
        one.write("tenants.toml", &text);
        let run = several.report(&[]).exits_with(3).complains(complaint);
        assert!(run.stderr.contains("\nhint: "), "{}", run.stderr);
        assert!(!one.path("reports").exists());
    }
    one.assert_no_requests();
}

#[test]
fn what_is_of_one_tenant_is_no_option_for_all() {
    let one = tenant(1, |_| {});
    let several = Several(vec![("one", &one)]);
    several.write("");
    for arguments in [
        &["--tenant-id=x"][..],
        &["--tenants=tenants.toml", "--tenant-id=x"],
        &["machines.csv"],
        &["--offline", "--run=1"],
    ] {
        several.report(arguments).exits_with(2);
    }
    let mut alone = one.command(&["report", "machines.csv", "--out", "x/{tenant}"]);
    one.finish(&mut alone)
        .exits_with(3)
        .complains("--tenants is not given");
    one.assert_no_requests();
}

#[test]
fn overview_never_replaces_files_of_others() {
    let one = tenant(1, |_| {});
    let several = Several(vec![("one", &one)]);
    several.write("");
    fs::create_dir(one.path("reports")).unwrap();
    one.write("reports/tenants.csv", "mine");
    several
        .report(&[])
        .exits_with(3)
        .complains("did not write: tenants.csv");
    one.assert_no_requests();
    fs::remove_file(one.path("reports/tenants.csv")).unwrap();
    several.report(&[]).exits_with(0);
    several.report(&[]).exits_with(0);
}

/// The first column of a table of the manual.
fn told(heading: &str) -> Vec<String> {
    let table = Page::read("docs/many-tenants.md").table(heading);
    table.into_iter().map(|row| row[0].clone()).collect()
}

#[test]
fn manual_lists_the_columns_and_fields_of_the_overview() {
    let one = tenant(1, |_| {});
    let several = Several(vec![("one", &one)]);
    several.write("");
    several.report(&[]).exits_with(0);
    let run = several.report(&[]).exits_with(0);
    let csv = String::from_utf8(run.bytes("tenants.csv")).unwrap();
    assert_eq!(
        csv.lines().next().unwrap(),
        told("### `tenants.csv`").join(",")
    );
    let summary = run.summary();
    let mut fields: BTreeSet<String> = summary.as_object().unwrap().keys().cloned().collect();
    fields.insert("knownExploited".to_owned());
    assert_eq!(fields, told("### The totals").into_iter().collect());
}

#[test]
fn stored_runs_are_found_by_the_name_of_their_tenant() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    several.write("");
    several.report(&[]).exits_with(0);
    let runs = several.run(&["runs"]).exits_with(0).stdout;
    let ends = |name: &str| {
        runs.lines()
            .filter(|line| line.trim_end().ends_with(name))
            .count()
    };
    assert_eq!((ends("one"), ends("other")), (1, 1), "{runs}");
    let its = several
        .run(&["runs", "--tenant=other"])
        .exits_with(0)
        .stdout;
    assert_eq!(its.lines().count(), 2, "{its}");
    for command in [&["diff"][..], &["show", "KB1"], &["machines"]] {
        several.run(command).exits_with(2).hints("one, other");
    }
    several
        .run(&["diff", "--tenant=one"])
        .exits_with(3)
        .complains("no earlier run");
    several
        .report(&["--tenant=one", "--out=alone"])
        .exits_with(0);
    several.run(&["diff", "--tenant=one"]).exits_with(0);
    assert!(one.path("alone/one/kbs.csv").exists() && !one.path("alone/tenants.csv").exists());

    let run = several.report(&["--offline", "--out=again"]).exits_with(0);
    assert!(
        run.stdout.contains("2 tenants: 2 complete"),
        "{}",
        run.stdout
    );
    assert!(one.path("again/other/kbs.csv").exists() && one.path("again/overview.html").exists());
    assert_eq!((several.calls("one"), several.calls("other")), (24, 12));
}

#[test]
fn check_says_which_tenants_are_ready() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    several.write("");
    let all = several.run(&["check"]).exits_with(0).stdout;
    assert!(
        all.contains("one     ready  secret      missing KBs, list, export"),
        "{all}"
    );
    assert!(all.ends_with("2 of 2 tenants ready\n"), "{all}");
    let check = |variables: &[&str]| {
        let mut command = several.command(&["check"]);
        command.envs(variables.iter().map(|name| (name, "wrong")));
        one.finish(&mut command)
    };
    let some = check(&["SECRET_OTHER"])
        .exits_with(5)
        .complains("AADSTS7000215");
    assert!(some.stdout.contains("other   fails"), "{}", some.stdout);
    check(&["SECRET_ONE", "SECRET_OTHER"]).exits_with(4);
    assert_eq!((several.calls("one"), several.calls("other")), (2, 1));
    several.run(&["check", "--tenant=one"]).exits_with(0);
}

#[test]
fn check_of_all_finds_the_roles_that_a_source_needs() {
    let one = tenant(1, |_| {});
    for (fault, source, role) in [
        (
            "missing-hunting-role",
            &["--source=hunting"][..],
            "ThreatHunting.Read.All",
        ),
        (
            "missing-export-role",
            &["--source=changes", "--changes-from=delta"],
            "Vulnerability.Read.All",
        ),
    ] {
        let other = tenant(2, |settings| settings.faults = fault.parse().unwrap());
        let several = Several(vec![("one", &one), ("other", &other)]);
        let tables = several.0.iter().map(|(name, scene)| {
            let tenant = &scene.tenant;
            let (url, scope) = (tenant.api_url(), tenant.graph_scope());
            let graph = format!("graph_url = '{url}'\ngraph_scope = '{scope}'");
            Several::table(name, scene, &graph)
        });
        one.write("tenants.toml", tables.collect::<String>());
        let run = several.run(&[&["check"], source].concat()).exits_with(5);
        assert!(run.stdout.contains("one     ready"), "{}", run.stdout);
        assert!(run.stdout.contains("other   fails"), "{}", run.stdout);
        run.complains(role);
    }
}

#[test]
fn demonstration_has_a_tenant_without_consent() {
    let scene = Scene::with_machines(1);
    let demo = ["demo", "--tenants=3", "--machines=20", "--format=csv"];
    let run = scene.finish(&mut scene.bare(&demo)).exits_with(5);
    assert_eq!(column(&run, "status"), ["complete", "complete", "refused"]);
    assert!(column(&run, "message")[2].contains("AADSTS7000229"));
    assert!(run.stderr.contains("adminconsent"), "{}", run.stderr);
    assert_eq!(
        run.stderr.matches("AADSTS7000229").count(),
        1,
        "{}",
        run.stderr
    );
    assert_ne!(column(&run, "resolved")[0], "", "compared with a week ago");
    scene
        .finish(&mut scene.bare(&["demo", "--tenants=x"]))
        .exits_with(2);
}

#[test]
fn simulated_tenants_come_with_a_file_of_tenants() {
    let scene = Scene::with_machines(1);
    let serving = ["simulate", "--tenants=2", "--machines=5", "--folder=sim"];
    let serving = Background::start(&mut scene.bare(&serving), scene.path("sim"));
    wait_until("its files are there", || {
        scene.path("sim/tenants.toml").exists()
    });
    let run = |command: &str| {
        let arguments = [command, "--tenants=sim/tenants.toml", "--state=s.sqlite"];
        scene.finish(&mut scene.bare(&arguments)).exits_with(5)
    };
    let table = run("check").stdout;
    assert!(table.ends_with("1 of 2 tenants ready\n"), "{table}");
    assert_eq!(column(&run("report"), "status"), ["complete", "refused"]);
    serving.signal("INT");
    serving.finish().exits_with(0);
}

#[test]
fn dry_run_prints_the_plan_of_each_tenant() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    several.write("");
    let run = several.report(&["--dry-run"]).exits_with(0);
    let plan = "calls          12, one per machine";
    let plans: Vec<&str> = run.stdout.split("\nother\n").collect();
    assert!(plans[0].starts_with("one\n"), "{}", run.stdout);
    assert_eq!(plans.len(), 2, "{}", run.stdout);
    assert!(plans.iter().all(|it| it.contains(plan)), "{}", run.stdout);
    assert!(!one.path("reports").exists());
    one.assert_no_requests();
    other.assert_no_requests();

    several.report(&[]).exits_with(0);
    let run = several.report(&["--dry-run", "--offline"]).exits_with(0);
    assert_eq!(run.stdout.matches("machine list").count(), 2);
}

#[test]
fn tenant_whose_reports_are_gone_or_elsewhere_is_reported_again_without_calls() {
    let (one, slow) = (
        tenant(1, |_| {}),
        tenant(2, |it| it.latency = Duration::from_millis(400)),
    );
    let several = Several(vec![("one", &one), ("slow", &slow)]);
    several.write("concurrency = 1");
    let interrupted = || {
        let calls = several.calls("slow");
        let running = several.background(&[]);
        wait_until("one is done, the other at work", || {
            several.folder("one").join("summary.json").exists() && several.calls("slow") > calls
        });
        running.signal("INT");
        running.finish().exits_with(130)
    };
    interrupted();
    fs::remove_dir_all(several.folder("one")).unwrap();
    let run = interrupted();
    assert_eq!(column(&run, "status"), ["complete", "interrupted"]);
    several.assert_truth("one");

    // Another working directory, and another spelling of the same file.
    fs::create_dir(one.path("elsewhere")).unwrap();
    let mut command = several.command(&["report", "--concurrency=8"]);
    command
        .current_dir(one.path("elsewhere"))
        .env("PATCHGAP_TENANTS", "../tenants.toml");
    one.finish(&mut command)
        .exits_with(0)
        .complains("1 tenant is done");
    let again = Finished::new(output(), one.path("elsewhere/reports/one"));
    assert_truth(&one, &again);
    assert_eq!(several.calls("one"), 12, "its answers were kept");
}

/// Two tenants, of which the second has a secret and a store that others can read or write to.
#[cfg(target_os = "linux")]
#[test]
fn doubts_about_the_configuration_of_a_tenant_name_it() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    fs::create_dir(one.path("shared")).unwrap();
    one.write("secret", other.tenant.client_secret());
    set_mode(&one.path("secret"), 0o644);
    set_mode(&one.path("shared"), 0o777);
    let own = Several::table("other", &other, "state = 'shared/own.sqlite'");
    let own = own.replace(
        "client_secret_env = 'SECRET_OTHER'",
        "client_secret_file = 'secret'",
    );
    one.write("tenants.toml", Several::table("one", &one, "") + &own);
    for command in ["check", "report"] {
        let run = several.run(&[command, "--log-format=json"]).exits_with(0);
        for doubt in ["is accessible to others", "others can write to the store"] {
            let lines: Vec<&str> = run.stderr.lines().filter(|it| it.contains(doubt)).collect();
            assert_eq!(lines.len(), 1, "{command}: {doubt}: {}", run.stderr);
            assert!(lines[0].contains("\"tenant\":\"other\""), "{}", lines[0]);
        }
    }
    // What the common configuration has already is said once, and not for each tenant.
    let mut command = several.command(&["check", "--state=shared/all.sqlite"]);
    let run = one.finish(&mut command).exits_with(0);
    let doubt = "others can write to the store";
    assert_eq!(run.stderr.matches(doubt).count(), 1, "{}", run.stderr);
}

#[test]
fn check_refuses_what_a_run_would_refuse() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    let table = |more: &str| Several::table("one", &one, "") + more;
    let same = Several::table("other", &other, "out = 'reports/one'");
    one.write("tenants.toml", table(&same));
    let folder = "the reports would share a folder";
    several.run(&["check"]).exits_with(3).complains(folder);
    one.assert_no_requests();

    // A list can still be typed.
    let without = Several::table("other", &other, "").replace("machines = ", "title = ");
    one.write("tenants.toml", table(&without));
    let run = several.run(&["check"]).exits_with(0);
    assert_eq!(run.stderr.matches("no list").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("--all-machines"), "{}", run.stderr);
}

#[test]
fn tenant_that_was_never_reported_is_a_row_offline() {
    let (one, other, own) = (tenant(1, |_| {}), tenant(2, |_| {}), tenant(3, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other), ("own", &own)]);
    let tables = Several::table("one", &one, "") + &Several::table("other", &other, "");
    let own = Several::table("own", &own, "state = 'own.sqlite'");
    one.write("tenants.toml", tables + &own);
    let mut command = several.command(&["report"]);
    command
        .env("SECRET_OTHER", "wrong")
        .env("SECRET_OWN", "wrong");
    one.finish(&mut command).exits_with(5);
    let run = several
        .report(&["--offline"])
        .exits_with(5)
        .complains("hint=\"it was never reported");
    assert_eq!(column(&run, "status"), ["complete", "failed", "failed"]);
    assert_eq!(column(&run, "exitCode"), ["0", "5", "5"]);
    // Without the store of all, its path is wrong.
    fs::remove_file(one.path("store.sqlite")).unwrap();
    several.report(&["--offline"]).exits_with(3);
}

#[test]
fn overview_adds_up_what_the_tenants_report() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |it| it.machines = 7));
    let several = Several(vec![("one", &one), ("other", &other)]);
    several.write("");
    let run = several.report(&[]).exits_with(0);
    let own = ["one", "other"].map(|it| several.finished(it).summary());
    for (column_name, pointer) in [
        ("machines", "/inventory/machines"),
        ("answered", "/machines/answered"),
        ("kbs", "/kbs"),
        ("gaps", "/gaps"),
        ("exposure", "/exposure"),
    ] {
        let figures = own
            .iter()
            .map(|it| it.pointer(pointer).unwrap().to_string());
        let figures: Vec<String> = figures.collect();
        assert_eq!(column(&run, column_name), figures, "{column_name}");
        assert_ne!(figures[0], "0", "{column_name}");
    }
    let summary = run.summary();
    let number = |from: &Value, pointer: &str| from.pointer(pointer).unwrap().as_u64().unwrap();
    for pointer in [
        "/inventory/machines",
        "/machines/answered",
        "/machines/withGaps",
        "/machines/clean",
        "/machines/noCurrentData",
        "/machines/unsupported",
        "/gaps",
        "/exposure",
    ] {
        let sum: u64 = own.iter().map(|it| number(it, pointer)).sum();
        assert_eq!(number(&summary, pointer), sum, "{pointer}");
    }
    let parts = ["withGaps", "clean", "noCurrentData", "unsupported"];
    let parts = parts.map(|it| number(&summary, &format!("/machines/{it}")));
    let answered = number(&summary, "/machines/answered");
    assert_eq!(parts.iter().sum::<u64>(), answered);
    let kbs = ["one", "other"].map(|it| several.finished(it).rows("kbs.csv"));
    let kbs: BTreeSet<String> = kbs.iter().flatten().map(|it| it["kbId"].clone()).collect();
    assert_eq!(number(&summary, "/kbs"), kbs.len() as u64);
}

#[test]
fn tenants_can_have_stores_of_their_own() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    let first = Several::table("one", &one, "state = 'a.sqlite'");
    // Another spelling of the store of all.
    let second = Several::table("other", &other, "state = 'reports/../store.sqlite'");
    fs::create_dir(one.path("reports")).unwrap();
    one.write("tenants.toml", first + &second);
    for _ in 0..2 {
        several.report(&["--parallel=1"]).exits_with(0);
    }
    assert!(one.path("a.sqlite").exists());
    for name in ["one", "other"] {
        several.assert_truth(name);
    }
    let names = |arguments: &[&str]| -> Vec<String> {
        let run = several.run(&[&["runs"], arguments].concat()).exits_with(0);
        let lines = run.stdout.lines().skip(1);
        lines
            .map(|line| line.split_whitespace().last().unwrap().to_owned())
            .collect()
    };
    // The latest comes first, whichever store it is in.
    assert_eq!(names(&[]), ["other", "one", "other", "one"]);
    // What is typed is for all tenants.
    let typed = several.run(&["runs", "--state=store.sqlite"]).exits_with(0);
    assert_eq!(typed.stdout.lines().count(), 3, "{}", typed.stdout);
}
