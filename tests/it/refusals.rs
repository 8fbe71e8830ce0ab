//! Refusals of the whole run: it ends immediately, with the reason and a hint.

use std::process::Command;

use patchgap::simulator::TenantFault;

use crate::common::{Counts, Scene};

const CONCURRENCY: &str = "4";

/// A tenant that refuses every call; each call in flight tries this many tokens.
#[track_caller]
fn refuses(fault: TenantFault, tokens: usize, says: &[&str]) {
    let scene = Scene::with(|settings| {
        settings.machines = 60;
        settings.latency = std::time::Duration::from_millis(20);
        settings.faults.tenant = Some(fault);
    });
    let run = scene.report(&["--concurrency", CONCURRENCY]).exits_with(4);
    for text in says {
        assert!(run.stderr.contains(text), "not `{text}`:\n{}", run.stderr);
    }
    let log = scene.tenant.log();
    let most = tokens * CONCURRENCY.parse::<usize>().unwrap();
    assert!(
        (1..=most).contains(&log.calls.len()),
        "{} calls",
        log.calls.len()
    );
    assert_eq!(log.signed_in(), tokens);
    assert_eq!(run.summary()["outcome"], "refused");
    let Counts {
        failed, pending, ..
    } = run.counts();
    assert!(failed >= 1 && failed + pending == 60);
    assert_eq!(run.rows("machines.csv").len(), 60);
}

#[test]
fn missing_role_ends_the_run() {
    let says = [
        "HTTP 403 Forbidden",
        "application roles: Alert.Read.All,Machine.Read.All,Vulnerability.Read.All",
        "hint: grant the app registration the application permission Software.Read.All",
    ];
    refuses(TenantFault::MissingRole, 1, &says);
}

#[test]
fn missing_licence_ends_the_run() {
    let says = ["No Tvm license", "hint: the tenant has no active licence"];
    refuses(TenantFault::NoLicence, 1, &says);
}

#[test]
fn inactive_account_ends_the_run() {
    let says = [
        "Account mode is inactive",
        "hint: the tenant has no active licence",
    ];
    refuses(TenantFault::InactiveAccount, 1, &says);
}

#[test]
fn rejected_fresh_tokens_end_the_run() {
    let says = ["HTTP 401 Unauthorized", "hint: the service refuses tokens"];
    refuses(TenantFault::RejectedTokens, 2, &says);
}

/// Asserts that the sign-in refuses a command changed by `change`, without calls and reports.
#[track_caller]
fn sign_in_refuses(scene: &Scene, says: &[&str], change: impl FnOnce(&mut Command)) {
    let mut command = scene.command(&["report", "machines.csv"]);
    change(&mut command);
    let run = scene.finish(&mut command).exits_with(4);
    for text in says.iter().chain(&["error: cannot sign in", "hint: "]) {
        assert!(run.stderr.contains(text), "not `{text}`:\n{}", run.stderr);
    }
    assert!(scene.tenant.log().calls.is_empty());
    assert!(!run.has_reports());
    assert!(run.stdout.is_empty(), "{}", run.stdout);
}

#[test]
fn wrong_secret_is_refused_at_sign_in() {
    let scene = Scene::with_machines(1);
    let says = ["AADSTS7000215: Invalid client secret", "not its id"];
    sign_in_refuses(&scene, &says, |command| {
        command.env("AZURE_CLIENT_SECRET", "mistyped-and-still-secret");
    });
    let stderr = scene.report(&["--tenant-id", "elsewhere"]).stderr;
    assert!(!stderr.contains(scene.tenant.client_secret()));
}

#[test]
fn unknown_tenant_is_refused_at_sign_in() {
    let scene = Scene::with_machines(1);
    sign_in_refuses(&scene, &["AADSTS90002", "AZURE_TENANT_ID"], |command| {
        command.args(["--tenant-id", "11111111-2222-4333-8444-555555555555"]);
    });
}

#[test]
fn unknown_client_is_refused_at_sign_in() {
    let scene = Scene::with_machines(1);
    sign_in_refuses(&scene, &["AADSTS700016", "AZURE_CLIENT_ID"], |command| {
        command.args(["--client-id", "11111111-2222-4333-8444-555555555555"]);
    });
}

#[test]
fn tenant_without_defender_is_refused_at_sign_in() {
    let scene = Scene::with(|settings| {
        settings.faults.tenant = Some(TenantFault::NoDefender);
    });
    sign_in_refuses(&scene, &["AADSTS500011", "Defender for Endpoint"], |_| {});
}
