//! Logs, for people and for collectors.

use patchgap::simulator::Fault;
use serde_json::Value;

use crate::common::{Finished, Scene, fleet_ids};

/// Standard error as JSON: one object per line.
fn objects(run: &Finished) -> Vec<Value> {
    let lines = run.stderr.lines();
    lines
        .inspect(|line| assert!(line.starts_with('{'), "no JSON: {line}"))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Asserts that the last log line is an error with these words, this hint and the exit code.
#[track_caller]
fn ends_with_error(run: &Finished, words: &str, hint: &str) {
    let objects = objects(run);
    let last = objects.last().unwrap();
    assert_eq!(last["level"], "ERROR");
    assert_eq!(last["exit_code"], run.code.unwrap());
    assert!(last["message"].as_str().unwrap().contains(words), "{last}");
    assert!(last["hint"].as_str().unwrap().contains(hint), "{last}");
}

#[test]
fn json_log_has_one_object_per_line() {
    let scene = Scene::with_machines(3);
    let run = scene.report(&["--log-format", "json", "-vvv", "--progress", "log"]);
    let objects = objects(&run.exits_with(0));
    assert!(objects.len() > 2);
    for object in objects {
        for key in ["timestamp", "level", "message", "target"] {
            assert!(object[key].is_string(), "{object}");
        }
    }
}

#[test]
fn errors_are_logged_as_json() {
    let scene = Scene::with_machines(1);
    let json = ["--log-format", "json"];
    let run = scene.run(&[&["report", "nowhere.csv"], &json[..]].concat());
    ends_with_error(&run.exits_with(3), "no such file", "path");

    let mut command = scene.command(&[&["check"], &json[..]].concat());
    let run = scene.finish(command.env("AZURE_CLIENT_SECRET", "wrong"));
    ends_with_error(&run.exits_with(4), "AADSTS7000215", "value");
}

#[test]
fn configuration_errors_are_logged_as_json() {
    let scene = Scene::with_machines(1);
    scene.write("patchgap.toml", "nonsense = 1\n");
    let run = scene.report(&["--log-format", "json"]).exits_with(3);
    ends_with_error(&run, "unknown key `nonsense`", "--help");

    let mut command = scene.command(&["report", "machines.csv"]);
    let run = scene.finish(command.env("PATCHGAP_LOG_FORMAT", "json"));
    ends_with_error(&run.exits_with(3), "unknown key `nonsense`", "--help");
}

#[test]
fn progress_as_log_lines_ends_with_all_machines() {
    let scene = Scene::with_machines(7);
    for more in [&[][..], &["-q"]] {
        let arguments = [&["--progress", "log", "--log-format", "json"], more].concat();
        let objects = objects(&scene.report(&arguments).exits_with(0));
        let progress = |object: &&Value| object["target"] == "patchgap::progress";
        let last = objects.iter().rfind(progress).unwrap();
        assert_eq!((&last["done"], &last["machines"]), (&7.into(), &7.into()));
        let message = last["message"].as_str().unwrap();
        assert!(message.starts_with("7 of 7 machines"), "{message}");
    }
}

#[test]
fn plan_is_logged_before_the_first_call() {
    let scene = Scene::with_machines(7);
    let arguments = ["--progress", "log", "--log-format", "json"];
    let limited = [&arguments[..], &["--rate-limit", "100/min"]].concat();
    let objects = objects(&scene.report(&limited).exits_with(0));
    let plan = &objects[0];
    assert_eq!((&plan["calls"], &plan["machines"]), (&7.into(), &7.into()));
    let message = plan["message"].as_str().unwrap();
    let says = "plan: 7 machines to query, one call each · quota 100/min · done ";
    assert!(message.starts_with(says), "{message}");

    let again = scene.report(&["--progress", "log", "--max-age", "1h"]);
    let again = again.exits_with(0);
    assert!(!again.stderr.contains("plan:"), "{}", again.stderr);
}

#[test]
fn progress_off_logs_nothing() {
    let scene = Scene::with_machines(3);
    let run = scene.report(&["--progress", "off"]).exits_with(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn unknown_variables_are_warned_about() {
    let scene = Scene::with_machines(1);
    let mut command = scene.command(&["report", "machines.csv"]);
    let run = scene.finish(
        command
            .env("PATCHGAP_TYPO", "1")
            .env("PATCHGAP_RATE_LIMTI", "1/s"),
    );
    run.exits_with(0)
        .complains("WARN unknown environment variable PATCHGAP_TYPO is ignored\n")
        .complains("PATCHGAP_RATE_LIMTI is ignored; did you mean PATCHGAP_RATE_LIMIT?");
}

#[test]
fn text_lines_have_the_local_time_and_json_has_utc() {
    let scene = Scene::with_machines(1);
    let first_word = |format: &str| {
        let mut command = scene.command(&["report", "machines.csv", "--log-format", format]);
        let command = command.env("TZ", "Asia/Kolkata").env("PATCHGAP_TYPO", "1");
        let run = scene.finish(command).exits_with(0);
        run.stderr.split(' ').next().unwrap_or_default().to_owned()
    };
    let text = first_word("text");
    assert!(text.ends_with("+05:30"), "{text}");
    let at: jiff::Timestamp = text.parse().unwrap();
    let age = jiff::Timestamp::now().duration_since(at);
    assert!(age.unsigned_abs().as_secs() < 600, "{text}");
    let json = first_word("json");
    assert!(
        json.contains("\"timestamp\":\"20") && json.contains("Z\","),
        "{json}"
    );
}

/// The last log line: the end of the run.
#[track_caller]
fn end(objects: &[Value]) -> &Value {
    let last = objects.last().unwrap();
    let said = [&last["level"], &last["message"]];
    assert_eq!(said, ["INFO", "run finished"], "{last}");
    last
}

#[test]
fn end_of_a_run_is_logged_for_collectors() {
    let scene = Scene::with_machines(3);
    for (number, more) in [(1, &[][..]), (2, &["-q"])] {
        let run = scene.report(&[&["--log-format", "json"], more].concat());
        let run = run.exits_with(0);
        let (objects, summary) = (objects(&run), run.summary());
        let end = end(&objects);
        assert_eq!(
            (&end["run"], &end["exit_code"]),
            (&number.into(), &0.into())
        );
        assert_eq!(end["outcome"], "complete");
        assert_eq!((&end["machines"], &end["answered"]), (&3.into(), &3.into()));
        assert_eq!(end["with_gaps"], summary["machines"]["withGaps"]);
        for figure in ["kbs", "gaps", "exposure"] {
            assert_eq!(end[figure], summary[figure], "{figure}");
        }
        assert!(end["seconds"].as_i64() < Some(300), "{end}");
    }
}

#[test]
fn partial_run_is_a_warning_and_its_end_has_the_exit_code() {
    let scene = Scene::with(|settings| {
        settings.machines = 4;
        settings.faults.forever = [(fleet_ids(1)[0], Fault::BadRequest)].into();
    });
    let run = scene.report(&["-q", "--log-format", "json"]).exits_with(5);
    let objects = objects(&run);
    let end = end(&objects);
    let figures = ["exit_code", "answered", "failed"].map(|name| end[name].as_u64().unwrap());
    assert_eq!(figures, [5, 3, 1]);
    let levels: Vec<&Value> = objects.iter().map(|it| &it["level"]).collect();
    assert_eq!(levels, ["WARN", "INFO"], "{objects:?}");
}

#[test]
fn demonstration_logs_one_end() {
    let scene = Scene::with_machines(1);
    let arguments = ["demo", "--machines", "20", "-q", "--log-format", "json"];
    let run = scene.finish(&mut scene.bare(&arguments));
    let objects = objects(&run);
    let ends = objects.iter().filter(|it| it["message"] == "run finished");
    assert_eq!(ends.count(), 1, "{objects:?}");
}
