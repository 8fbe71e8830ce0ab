//! The path of the store, the reuse of answers, and the stop time.

use std::time::Duration;

use super::*;
use crate::store::Reuse;

const EARLY: Reuse = Reuse::EndedEarly(Duration::from_hours(12));

fn hours(hours: u64) -> Reuse {
    Reuse::Answers(Duration::from_hours(hours))
}

fn store(scene: &Scene) -> PathBuf {
    scene.config().store.path.unwrap()
}

/// A scene with these flags and variables (`NAME=value`).
fn scene(words: &[&str]) -> Scene {
    words.iter().fold(Scene::new(), |scene, word| {
        match word.strip_prefix("PATCHGAP_") {
            Some(_) => {
                let (name, value) = word.split_once('=').unwrap();
                scene.variable(name, value)
            }
            None => scene.flag(word),
        }
    })
}

#[test]
fn state_key_is_relative_to_the_file() {
    let scene = Scene::new()
        .file("sub/patchgap.toml", "state = 'answers.sqlite'")
        .flag("--config=sub/patchgap.toml");
    assert_eq!(store(&scene), scene.path("sub").join("answers.sqlite"));
    let scene = scene.variable("PATCHGAP_STATE", "answers.sqlite");
    assert_eq!(store(&scene), scene.path("answers.sqlite"));
    let elsewhere = scene.folder.path().join("elsewhere.sqlite");
    let scene = scene.flag(&format!("--state={}", elsewhere.display()));
    assert_eq!(store(&scene), elsewhere);
}

#[test]
fn store_must_be_named_without_a_state_folder() {
    let scene = Scene::new();
    let nowhere = scene.environment_with(Folders::default());
    let refusal = scene.resolve_in(&nowhere).unwrap_err();
    assert!(matches!(refusal, ConfigError::NoStateFolder), "{refusal:?}");
    let hint = refusal.hint().unwrap();
    assert!(hint.contains("--state FILE"), "{hint}");
    let scene = scene.flag("--state=here.sqlite");
    let store = scene.resolve_in(&nowhere).unwrap().config.store;
    assert_eq!(store.path, Some(scene.path("here.sqlite")));
}

#[test]
fn reuse_follows_the_precedence_of_conflicting_options() {
    for (words, reuse) in [
        (&[][..], EARLY),
        (
            &["PATCHGAP_FRESH=yes", "PATCHGAP_MAX_AGE=1h"],
            Reuse::Nothing,
        ),
        (&["--fresh", "PATCHGAP_MAX_AGE=1h"], Reuse::Nothing),
        (&["--fresh=false", "PATCHGAP_FRESH=yes"], EARLY),
        // Flags beat lower layers.
        (&["--max-age=2h", "PATCHGAP_FRESH=yes"], hours(2)),
        // Offline nothing is requested, so `fresh` has no effect.
        (&["--offline", "PATCHGAP_FRESH=yes"], EARLY),
        (&["--offline", "--max-age=2h"], hours(2)),
        (&["--fresh", "PATCHGAP_OFFLINE=yes"], EARLY),
    ] {
        assert_eq!(scene(words).config().store.reuse, reuse, "{words:?}");
    }
}

#[test]
fn earlier_of_budget_and_until_wins() {
    for (words, until) in [
        (&["--budget=2h", "--until=14:00"][..], Some("14:00:00")),
        (&["--budget=30m", "--until=14:00"], Some("13:35:42")),
        (&["PATCHGAP_BUDGET=30m", "--until=14:00"], Some("13:35:42")),
        (&["PATCHGAP_OFFLINE=yes", "--budget=2h"], None),
        (&["--offline", "PATCHGAP_UNTIL=14:00"], None),
        (&["--offline", "PATCHGAP_UNTIL=13:00"], None),
    ] {
        let stop = scene(words).config().until;
        let expected = until.map(|time| format!("2026-11-23T{time}Z").parse().unwrap());
        assert_eq!(stop, expected, "{words:?}");
    }
}

#[test]
fn until_in_the_past_is_refused_with_the_current_time() {
    for word in [
        "--until=13:05:42",
        "--until=07:06",
        "PATCHGAP_UNTIL=2026-11-23 13:00",
        "--until=2026-11-23T14:00:00+01:00",
    ] {
        let scene = scene(&[word]);
        let (_, time) = word.split_once('=').unwrap();
        assert_eq!(
            scene.message(),
            format!("the time limit {time} has already passed: it is 2026-11-23 13:05:42 +00:00")
        );
        assert_eq!(
            scene.refusal().hint().unwrap(),
            "for a later day, include the date: --until 2026-11-24T06:00"
        );
    }
}

#[test]
fn until_is_ignored_by_commands_without_requests() {
    let scene = scene(&["PATCHGAP_UNTIL=13:00"]);
    let typed = scene.typed().without_requests();
    let resolved = resolve(
        typed,
        None,
        &scene.environment(),
        &scene.path(""),
        &started(),
    );
    assert_eq!(resolved.unwrap().config.until, None);
}

#[test]
fn contradicting_flags_are_usage_errors() {
    for flags in [
        ["--fresh", "--max-age=1h"],
        ["--offline", "--fresh"],
        ["--offline", "--budget=1h"],
        ["--until=06:00", "--offline"],
    ] {
        let error = typed(flags).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::ArgumentConflict);
        assert_eq!(error.exit_code(), 2);
    }
}
