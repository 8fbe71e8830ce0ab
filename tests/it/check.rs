//! `patchgap check`: which preconditions of a run are met, and which are missing.

use patchgap::simulator::TenantFault;

use crate::common::{Finished, Scene};

/// Asserts that standard output has a line with this name and this part of its value.
#[track_caller]
fn shows(run: &Finished, name: &str, fact: &str) {
    let mut lines = run.stdout.lines();
    let line = lines.find(|line| line.starts_with(name));
    let found = line.is_some_and(|line| line.contains(fact));
    assert!(found, "no `{name}` with `{fact}`:\n{}", run.stdout);
}

/// `patchgap check` with a ready-made token.
fn check_with(scene: &Scene, token: &str) -> Finished {
    scene.finish(
        scene
            .command(&["check"])
            .env("PATCHGAP_ACCESS_TOKEN", token),
    )
}

#[test]
fn check_succeeds_and_shows_every_fact() {
    let scene = Scene::with_machines(1);
    let run = scene.run(&["check"]).exits_with(0);
    shows(&run, "API", scene.tenant.api_url().as_str());
    shows(&run, "sign-in", scene.tenant.authority_url().as_str());
    shows(&run, "scope", scene.tenant.scope());
    shows(&run, "credential", "secret");
    let store = scene.path("store.sqlite");
    let size = format!("{} (no runs yet, ", store.display());
    assert!(run.stdout.contains(&size), "{}", run.stdout);
    assert!(store.exists());
    shows(&run, "tenant", scene.tenant.tenant_id());
    shows(&run, "application", scene.tenant.client_id());
    shows(&run, "token expires", "(in 59 min)");
    shows(
        &run,
        "roles",
        "Alert.Read.All, Machine.Read.All, Software.Read.All, Vulnerability.Read.All",
    );
    shows(&run, "missing KBs", "allowed by Software.Read.All");
    shows(&run, "software inventory", "allowed by Software.Read.All");
    shows(&run, "machine list", "allowed by Machine.Read.All");
    shows(&run, "same software", "not known before a run");
    shows(&run, "access", "granted");
    assert!(
        run.stdout
            .ends_with("\nready: patchgap report machines.csv, with the same options\n")
    );
    let log = scene.tenant.log();
    assert_eq!((log.calls.len(), log.sign_ins.len()), (1, 1));
    assert!(!scene.path("reports").exists());
}

#[test]
fn missing_role_is_named_with_the_roles_held_and_a_hint() {
    let scene = Scene::with(|settings| settings.faults.tenant = Some(TenantFault::MissingRole));
    let run = scene.run(&["check"]).exits_with(4);
    shows(
        &run,
        "roles",
        "Alert.Read.All, Machine.Read.All, Vulnerability.Read.All",
    );
    shows(&run, "missing KBs", "not allowed; grant ");
    shows(&run, "machine list", "allowed by Machine.Read.All");
    run.complains(
        "lacks the role Software.Read.All; it has: Alert.Read.All, Machine.Read.All, \
         Vulnerability.Read.All\n",
    )
    .hints("grant the app registration the application permission Software.Read.All");
    assert!(scene.tenant.log().calls.len() <= 1);
}

#[test]
fn missing_role_of_the_list_is_no_failure() {
    let scene = Scene::with(|settings| settings.faults = "missing-list-role".parse().unwrap());
    let run = scene.run(&["check"]).exits_with(0);
    let why = "not allowed (only needed for --all-machines and --check-list); grant the app \
               registration the application permission Machine.Read.All";
    shows(&run, "machine list", why);
    shows(&run, "missing KBs", "allowed by Software.Read.All");
    shows(&run, "access", "granted");
}

#[test]
fn wrong_secret_is_reported_with_a_hint() {
    let scene = Scene::with_machines(1);
    let run = scene.finish(
        scene
            .command(&["check"])
            .env("AZURE_CLIENT_SECRET", "wrong"),
    );
    run.exits_with(4)
        .complains("error: cannot sign in: the sign-in (secret) was refused: AADSTS7000215: ")
        .hints("configure the secret's value, not its id");
    assert!(scene.tenant.log().calls.is_empty());
}

#[test]
fn missing_licence_is_detected_by_one_call() {
    let scene = Scene::with(|settings| settings.faults.tenant = Some(TenantFault::NoLicence));
    let run = scene.run(&["check"]).exits_with(4);
    run.complains("No Tvm license").hints("licence");
    assert_eq!(scene.tenant.log().calls.len(), 1);
}

#[test]
fn ready_made_token_is_decoded_and_tried() {
    let scene = Scene::with_machines(1);
    scene.run(&["check"]).exits_with(0);
    let token = scene.tenant.tokens().remove(0);
    for token in [token.clone(), format!("Bearer {token}\n")] {
        let run = check_with(&scene, &token).exits_with(0);
        shows(&run, "credential", "token");
        shows(&run, "tenant", scene.tenant.tenant_id());
        shows(&run, "roles", "Software.Read.All");
    }
    assert_eq!(
        scene.tenant.log().sign_ins.len(),
        1,
        "only the first one signed in"
    );
}

#[test]
fn opaque_token_is_tried_too() {
    let scene = Scene::with_machines(1);
    let run = check_with(&scene, "0.AXoA-opaque").exits_with(4);
    shows(&run, "token", "obtained; its permissions could not be read");
    assert!(!run.stderr.contains("0.AXoA-opaque"));
    run.complains("HTTP 401 Unauthorized: ")
        .hints("get a new token and set PATCHGAP_ACCESS_TOKEN");
    let log = scene.tenant.log();
    assert_eq!((log.calls.len(), log.sign_ins.len()), (1, 0));
}

/// The call of a check counts like any other, and is not sent if it would exceed the quota.
#[test]
fn check_sends_nothing_when_the_quota_is_used_up() {
    let scene = Scene::with_machines(3);
    let limit = ["--rate-limit", "4/h"];
    scene.report(&limit).exits_with(0);
    let check = [&["check"], &limit[..]].concat();
    shows(&scene.run(&check).exits_with(0), "access", "granted");
    let run = scene.run(&check).exits_with(5);
    shows(&run, "roles", "Software.Read.All");
    run.complains("access was not tested: the quota is used up for another ")
        .hints("run the check again after that");
    assert_eq!(scene.tenant.log().calls.len(), 4);
    // Without limits there is nothing to wait for.
    let run = scene.run(&["check", "--rate-limit", "none"]).exits_with(0);
    shows(&run, "access", "granted");
}

#[test]
fn check_respects_a_pause_ordered_by_the_service() {
    let scene = Scene::with(|settings| settings.limits = "1/h".parse().unwrap());
    scene.run(&["check"]).exits_with(0);
    let run = scene.run(&["check"]).exits_with(0);
    shows(&run, "access", "the quota is used up at the moment");
    scene
        .run(&["check"])
        .exits_with(5)
        .complains("access was not tested: the quota is used up");
    assert_eq!(scene.tenant.log().calls.len(), 2);
}

#[cfg(unix)]
#[test]
fn check_sends_nothing_while_a_run_is_active() {
    let scene = Scene::with(|settings| {
        settings.machines = 200;
        settings.latency = std::time::Duration::from_millis(200);
    });
    let run = scene.report_in_background(&["--concurrency", "1"]);
    crate::common::wait_until("a call has arrived", || {
        !scene.tenant.log().calls.is_empty()
    });
    let check = scene.run(&["check"]).exits_with(5);
    check
        .complains("another patchgap is running")
        .hints("when the other one has finished");
    run.kill();
    let fleet = crate::common::fleet_ids(200);
    let calls = scene.tenant.log().calls;
    let is_of_the_run = |machine| fleet.contains(&machine);
    assert!(
        calls
            .iter()
            .all(|call| call.machine.is_some_and(is_of_the_run))
    );
}

#[test]
fn check_without_credentials_is_refused() {
    let scene = Scene::with_machines(1);
    let run = scene.finish(&mut scene.bare(&["check"])).exits_with(3);
    run.complains("error: no credential is configured: ")
        .hints("AZURE_CLIENT_SECRET");
    scene.assert_no_requests();
}

#[test]
fn sources_for_all_machines_take_other_roles() {
    let scene = Scene::with(|settings| settings.faults.tenant = Some(TenantFault::MissingRole));
    let run = scene.run(&["check", "--source=export"]).exits_with(0);
    shows(&run, "export", "allowed by Vulnerability.Read.All");
    shows(
        &run,
        "hunting",
        "not checked; it takes ThreatHunting.Read.All",
    );
    let run = scene.run(&["check", "--source=hunting"]).exits_with(0);
    shows(&run, "hunting", "allowed by ThreatHunting.Read.All");
    assert_eq!(scene.tenant.log().calls.len(), 0);
    let scene = Scene::with(|settings| {
        settings.faults.tenant = Some(TenantFault::MissingExportRole);
    });
    let run = scene.run(&["check", "--source=export"]).exits_with(4);
    run.complains("lacks the role Vulnerability.Read.All");
}

#[test]
fn token_that_would_end_the_run_is_not_ready() {
    let scene = Scene::with(|settings| {
        settings.faults.tenant = Some(TenantFault::MissingHuntingRole);
    });
    let run = scene.run(&["check", "--source=hunting"]).exits_with(4);
    shows(&run, "hunting", "not allowed; ");
    assert!(!run.stdout.contains("ready"), "{}", run.stdout);
    run.complains("lacks the role ThreatHunting.Read.All")
        .hints("of Microsoft Graph, with admin consent");
    let scene = Scene::with(|settings| {
        settings.faults.tenant = Some(TenantFault::MissingExportRole);
    });
    let by_delta = ["check", "--source=changes", "--changes-from=delta"];
    let run = scene.run(&by_delta).exits_with(4);
    run.complains("lacks the role Vulnerability.Read.All");
}
