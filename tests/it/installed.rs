//! The files installed with the binary: completions and manual pages.

use std::{fs, process::Command};

use crate::common::Scene;

#[test]
fn bash_accepts_its_completions_and_completes_a_command() {
    let scene = Scene::with_machines(1);
    let run = scene
        .finish(&mut scene.bare(&["completions", "bash"]))
        .exits_with(0);
    assert_eq!(run.stderr, "");
    scene.write("completions.bash", &run.stdout);
    let complete = "source completions.bash
        COMP_WORDS=(patchgap fee); COMP_CWORD=1; _patchgap patchgap fee patchgap; echo \"${COMPREPLY[*]}\"";
    let mut bash = Command::new("bash");
    bash.args(["-c", complete]).current_dir(scene.folder());
    let Ok(completed) = bash.output() else {
        return;
    };
    let completed = String::from_utf8(completed.stdout).unwrap();
    assert_eq!(completed.trim(), "feeds");
}

#[test]
fn every_command_has_a_manual_page() {
    let scene = Scene::with_machines(1);
    let main = scene.finish(&mut scene.bare(&["man"])).exits_with(0);
    assert!(main.stdout.contains(".TH patchgap 1"), "{}", main.stdout);
    let mut command = scene.bare(&["man", "--output", "share/man1"]);
    let run = scene.finish(&mut command).exits_with(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
    let page = |name: &str| fs::read_to_string(scene.path(&format!("share/man1/{name}.1")));
    assert_eq!(page("patchgap").unwrap(), main.stdout);
    let report = page("patchgap-report").unwrap();
    assert!(report.contains("\\-\\-rate\\-limit"), "{report}");
    assert!(!report.contains("client\\-secret <"), "{report}");
    assert!(page("patchgap-feeds").unwrap().contains("kev"));
    let blocked = scene.finish(&mut scene.bare(&["man", "--output", "root.pem"]));
    blocked.exits_with(6).complains("cannot write root.pem");
}
