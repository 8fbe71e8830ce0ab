//! `--metrics`: what Prometheus sees of good nights and bad ones.

use std::fs;

use crate::common::Scene;

fn lines(scene: &Scene) -> Vec<String> {
    let text = fs::read_to_string(scene.path("metrics.prom")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// The value of a metric of the scene's tenant, with more labels.
fn value(lines: &[String], name: &str, scene: &Scene, labels: &str) -> String {
    let series = format!("{name}{{tenant=\"{}\"{labels}}} ", scene.tenant.tenant_id());
    let mut values = lines.iter().filter_map(|line| line.strip_prefix(&series));
    values.next().unwrap_or_default().to_owned()
}

#[test]
fn last_success_and_its_figures_survive_a_refused_run() {
    let scene = Scene::with_machines(5);
    let metrics = "--metrics=metrics.prom";
    let run = scene.report(&[metrics, "-q"]).exits_with(0);
    let good = lines(&scene);
    let of = |name: &str, labels: &str| value(&good, name, &scene, labels);
    let summary = run.summary();
    assert_eq!(of("patchgap_last_run_exit_code", ""), "0");
    assert_eq!(of("patchgap_machines", ",status=\"answered\""), "5");
    assert_eq!(of("patchgap_coverage_ratio", ""), "1.0000");
    assert_eq!(of("patchgap_gaps", ""), summary["gaps"].to_string());
    assert_eq!(
        of("patchgap_exposure_cves", ""),
        summary["exposure"].to_string()
    );
    let success = of("patchgap_last_success_timestamp_seconds", "");
    assert!(!success.is_empty());

    let mut refused = scene.command(&["report", "machines.csv", metrics, "--fresh"]);
    refused.env("AZURE_CLIENT_SECRET", "wrong");
    scene.finish(&mut refused).exits_with(4);
    let bad = lines(&scene);
    let of = |name: &str, labels: &str| value(&bad, name, &scene, labels);
    assert_eq!(of("patchgap_last_run_exit_code", ""), "4");
    assert_eq!(of("patchgap_last_success_timestamp_seconds", ""), success);
    assert_eq!(of("patchgap_gaps", ""), summary["gaps"].to_string());
    assert_eq!(bad.len(), good.len());
    // Nothing is requested, so there is nothing to measure.
    scene.report(&[metrics, "--dry-run"]).exits_with(0);
    scene.report(&[metrics, "--offline"]).exits_with(0);
    assert_eq!(lines(&scene), bad);
}

#[test]
fn run_that_fails_before_its_calls_for_machines_is_a_failed_run() {
    let scene = Scene::with_machines(2);
    let code = |scene: &Scene| value(&lines(scene), "patchgap_last_run_exit_code", scene, "");
    let options = ["--all-machines", "--metrics=metrics.prom"];
    let mut refused = scene.command(&["report"]);
    refused.args(options).env("AZURE_CLIENT_SECRET", "wrong");
    scene.finish(&mut refused).exits_with(4);
    assert_eq!(code(&scene), "4");
    scene.report(&["--metrics=metrics.prom"]).exits_with(0);
    assert_eq!(code(&scene), "0");
    let lake = "--lake=machines.csv/lake";
    scene
        .report(&["--metrics=metrics.prom", lake, "--fresh"])
        .exits_with(6);
    assert_eq!(code(&scene), "6");
}

#[test]
#[cfg(target_os = "linux")]
fn run_whose_output_is_lost_is_no_success() {
    let scene = Scene::with_machines(2);
    let mut command = scene.command(&["report", "machines.csv", "--metrics=metrics.prom"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let status = command.stdout(full).status().unwrap();
    assert_eq!(status.code(), Some(6));
    let lines = lines(&scene);
    let of = |name: &str| value(&lines, name, &scene, "");
    assert_eq!(of("patchgap_last_run_exit_code"), "6");
    assert_eq!(of("patchgap_last_success_timestamp_seconds"), "");
    assert_eq!(
        value(&lines, "patchgap_machines", &scene, ",status=\"skipped\""),
        "0"
    );
}

#[test]
fn only_a_file_of_its_own_is_replaced() {
    let scene = Scene::with_machines(1);
    let refused = scene.report(&["--metrics=machines.csv"]).exits_with(3);
    refused
        .complains("machines.csv is not a file with metrics of patchgap")
        .hints("--metrics");
    let refused = scene.report(&["--metrics=root.pem/a.prom"]).exits_with(6);
    refused.complains("a.prom cannot be written");
    scene.assert_no_requests();
}
