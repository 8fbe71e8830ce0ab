//! A run without faults: every machine is answered, every figure is correct.

use std::collections::BTreeSet;

use crate::common::Scene;

#[test]
fn clean_run_reports_correct_figures() {
    let scene = Scene::with_machines(60);
    let run = scene.report(&[]).exits_with(0);
    assert_eq!(run.summary()["outcome"], "complete");
    assert_eq!(run.rows("machines.csv").len(), 60);
    assert!(run.rows("failures.csv").is_empty());

    let gap = |machine: &str, kb: &str, cve: &str| format!("{machine} {kb} {cve}");
    let reported: BTreeSet<String> = run
        .rows("gaps.csv")
        .iter()
        .map(|row| gap(&row["machineId"], &row["kbId"], &row["cveAddressed"]))
        .collect();
    let fleet = scene.tenant.fleet().machines();
    let truth: BTreeSet<String> = fleet
        .iter()
        .flat_map(|machine| machine.missing.iter().map(move |kb| (machine.id, kb)))
        .map(|(id, kb)| {
            gap(
                &id.to_string(),
                kb.id.as_str(),
                &kb.cve_addressed.to_string(),
            )
        })
        .collect();
    assert_eq!(reported, truth);
}

#[test]
fn ca_cert_applies_to_an_https_api() {
    let scene = Scene::with(|settings| {
        settings.machines = 20;
        settings.api_tls = true;
    });
    assert_eq!(scene.tenant.api_url().scheme(), "https");
    scene.report(&[]).exits_with(0);

    let mut distrusting = scene.command(&["report", "machines.csv", "--retries", "0"]);
    distrusting.env_remove("PATCHGAP_CA_CERT");
    let run = scene.finish(&mut distrusting).exits_with(4);
    run.complains("UnknownIssuer").complains("--ca-cert");
}
