//! Precedence, end to end: flag, environment, file in the working directory, default.

use crate::common::Scene;

/// A scene with four of five rows answered, which suffices up to 80 %.
fn scene() -> Scene {
    let scene = Scene::with_machines(4);
    scene.write(
        "machines.csv",
        scene.tenant.inventory_csv() + "x,web-01,,,\n",
    );
    scene
}

const ENOUGH: i32 = 0;
const TOO_FEW: i32 = 5;

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let scene = scene();
    scene.report(&[]).exits_with(TOO_FEW);

    scene.write("patchgap.toml", "min_coverage = 70\n");
    scene.report(&[]).exits_with(ENOUGH);

    let in_environment = |arguments: &[&str]| {
        let arguments = [&["report", "machines.csv"], arguments].concat();
        scene.finish(scene.command(&arguments).env("PATCHGAP_MIN_COVERAGE", "90"))
    };
    in_environment(&[]).exits_with(TOO_FEW);
    in_environment(&["--min-coverage", "80"]).exits_with(ENOUGH);
}

#[test]
fn named_file_replaces_the_one_in_the_working_directory() {
    let scene = scene();
    scene.write("patchgap.toml", "min_coverage = 70\n");
    scene.write("strict.toml", "min_coverage = 90\n");
    scene
        .report(&["--config", "strict.toml"])
        .exits_with(TOO_FEW);
    scene
        .report(&["--config", "patchgap.toml"])
        .exits_with(ENOUGH);
}

#[test]
#[cfg(target_os = "linux")]
fn platform_configuration_folder_is_searched_last() {
    let scene = scene();
    std::fs::create_dir_all(scene.path(".config/patchgap")).unwrap();
    scene.write(".config/patchgap/patchgap.toml", "min_coverage = 70\n");
    scene.report(&[]).exits_with(ENOUGH);
    scene.write("patchgap.toml", "retries = 0\n");
    scene.report(&[]).exits_with(TOO_FEW);
}

#[test]
fn empty_variable_counts_as_unset() {
    let scene = scene();
    scene.write("patchgap.toml", "min_coverage = 70\n");
    let mut command = scene.command(&["report", "machines.csv"]);
    scene
        .finish(command.env("PATCHGAP_MIN_COVERAGE", ""))
        .exits_with(ENOUGH);
}
