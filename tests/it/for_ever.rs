//! Permanent faults, each of one machine: a row with the reason, and no effect on other machines.

use patchgap::simulator::{Fault, Settings};

use crate::common::{Row, Scene, assert_truth_but_for, fleet_ids};

/// The expected row of `failures.csv`.
struct Failure {
    fault: Fault,
    reason: &'static str,
    http_status: &'static str,
    code: &'static str,
    /// A part of the message.
    message: &'static str,
    attempts: &'static str,
}

const fn failure(
    fault: Fault,
    reason: &'static str,
    (http_status, code): (&'static str, &'static str),
    message: &'static str,
    attempts: &'static str,
) -> Failure {
    Failure {
        fault,
        reason,
        http_status,
        code,
        message,
        attempts,
    }
}

/// Runs with one retry and these faults, each permanent for one machine, and asserts a row for each.
#[track_caller]
fn check(failures: &[Failure], change: impl FnOnce(&mut Settings)) {
    let ids = fleet_ids(failures.len());
    let afflicted = || ids.iter().copied().zip(failures);
    let scene = Scene::with(|settings| {
        settings.machines = 2 * failures.len() + 5;
        settings.faults.forever = afflicted().map(|(id, it)| (id, it.fault)).collect();
        change(settings);
    });
    let run = scene
        .report(&["--timeout", "500ms", "--retries", "1"])
        .exits_with(5);
    assert_eq!(run.summary()["outcome"], "partial");
    let status = |it: &Failure| match it.fault {
        Fault::NotFound => "notFound",
        _ => "failed",
    };
    let silent = afflicted().map(|(id, it)| (id, status(it))).collect();
    assert_truth_but_for(&scene, &run, &silent);
    assert_eq!(run.rows("failures.csv").len(), failures.len());
    for (id, expected) in afflicted() {
        check_row(&run.row("failures.csv", id), expected);
        let calls = scene.tenant.log().of(id).count();
        assert_eq!(calls.to_string(), expected.attempts, "{}", expected.fault);
    }
    let throttled = scene.tenant.log();
    let throttled = throttled
        .calls
        .iter()
        .filter(|call| call.status == Some(429));
    assert_eq!(run.summary()["requests"]["throttled"], throttled.count());
}

#[track_caller]
fn check_row(row: &Row, expected: &Failure) {
    let fault = expected.fault;
    let told = ["reason", "httpStatus", "code", "attempts"].map(|column| row[column].as_str());
    let Failure {
        reason,
        http_status,
        code,
        attempts,
        ..
    } = expected;
    assert_eq!(
        told,
        [*reason, http_status, code, attempts],
        "{fault}: {row:?}"
    );
    assert!(
        row["message"].contains(expected.message),
        "{fault}: {row:?}"
    );
    assert_eq!(row["input"], row["machineId"]);
    // Errors of the service itself have a correlation id.
    assert_eq!(
        row["correlationId"].len(),
        if code.is_empty() { 0 } else { 36 },
        "{fault}"
    );
}

#[test]
fn permanent_broken_connections_and_replies_become_rows() {
    check(
        &[
            failure(Fault::Reset, "connection", ("", ""), "", "2"),
            failure(Fault::Hang, "timeout", ("", ""), "no reply in time", "2"),
            failure(Fault::Truncated, "badReply", ("200", ""), "broke off", "2"),
            failure(Fault::Empty, "badReply", ("200", ""), "empty", "2"),
            failure(Fault::Html, "badReply", ("200", ""), "web page", "2"),
            failure(Fault::NoValue, "badReply", ("200", ""), "no `value`", "2"),
            failure(Fault::HalfJson, "badReply", ("200", ""), "JSON", "2"),
        ],
        |_| {},
    );
}

#[test]
fn permanent_server_errors_become_rows() {
    let internal = ("500", "InternalServerError");
    check(
        &[
            failure(Fault::ServerError, "serverError", internal, "HTTP 500", "2"),
            failure(
                Fault::BadGateway,
                "serverError",
                ("502", ""),
                "HTTP 502",
                "2",
            ),
            failure(
                Fault::Unavailable,
                "serverError",
                ("503", ""),
                "HTTP 503",
                "2",
            ),
            failure(
                Fault::GatewayTimeout,
                "serverError",
                ("504", ""),
                "HTTP 504",
                "2",
            ),
        ],
        |_| {},
    );
}

/// One at a time: machines that are throttled together share their retries and take longer.
#[test]
fn permanent_throttling_becomes_a_row() {
    let (words, number) = (("429", "TooManyRequests"), ("429", "429"));
    for (fault, http) in [
        (Fault::Throttled, words),
        (Fault::ThrottledDate, words),
        (Fault::ThrottledSilent, words),
        (Fault::ThrottledNumber, number),
    ] {
        let exceeded = "API calls quota exceeded!";
        check(&[failure(fault, "throttled", http, exceeded, "2")], |_| {});
    }
}

#[test]
fn final_failures_are_not_retried() {
    let invalid = ("400", "InvalidInput");
    check(
        &[
            failure(Fault::BadRequest, "refused", invalid, "not valid", "1"),
            failure(Fault::BadRequest, "refused", invalid, "not valid", "1"),
            failure(
                Fault::ForeignPage,
                "badReply",
                ("200", ""),
                "another origin",
                "1",
            ),
        ],
        |settings| settings.faults.page_size = 1,
    );
}

#[test]
fn foreign_replies_become_rows() {
    let page = "a web page";
    check(
        &[
            failure(Fault::Redirect, "badReply", ("302", ""), "redirect", "2"),
            failure(Fault::ForbiddenPage, "badReply", ("403", ""), page, "2"),
            failure(Fault::NotFoundPage, "badReply", ("404", ""), page, "2"),
            failure(
                Fault::NotFoundJson,
                "badReply",
                ("404", ""),
                "it says: Resource not found",
                "2",
            ),
            failure(
                Fault::Partial,
                "badReply",
                ("206", ""),
                "only status 200",
                "2",
            ),
        ],
        |_| {},
    );
}

/// Refusals that would end the whole run if other machines had not been answered before.
#[test]
fn refusal_of_one_machine_becomes_a_row() {
    let last = fleet_ids(5)[4];
    let (forbidden, licence) = (("403", "Forbidden"), ("401", "Unauthorized"));
    for expected in [
        failure(Fault::Forbidden, "refused", forbidden, "is denied", "2"),
        failure(Fault::Unlicensed, "refused", licence, "No Tvm", "2"),
        failure(Fault::ProxySignIn, "refused", ("407", ""), "web page", "2"),
        // A 401 from anyone is retried with a new token.
        failure(Fault::SignInPage, "badReply", ("401", ""), "web page", "3"),
    ] {
        let scene = Scene::with(|settings| {
            settings.machines = 5;
            settings.faults.forever.insert(last, expected.fault);
        });
        let run = scene.report(&["--concurrency", "1"]).exits_with(5);
        assert_truth_but_for(&scene, &run, &[(last, "failed")].into());
        check_row(&run.row("failures.csv", last), &expected);
    }
}

#[test]
fn unknown_machines_become_rows() {
    let unknown = ("404", "ResourceNotFound");
    check(
        &[failure(
            Fault::NotFound,
            "notFound",
            unknown,
            "was not found",
            "3",
        )],
        |_| {},
    );
}

/// The token was accepted for the other machines, so the rejection concerns this machine and not the
/// run, although it is the last and no answer follows.
#[test]
fn token_rejected_for_one_machine_becomes_a_row() {
    let last = fleet_ids(5)[4];
    let scene = Scene::with(|settings| {
        settings.machines = 5;
        settings.faults.forever.insert(last, Fault::ExpiredToken);
    });
    let run = scene.report(&["--concurrency", "1"]).exits_with(5);
    assert_truth_but_for(&scene, &run, &[(last, "failed")].into());
    let http = ("401", "Unauthorized");
    let expected = failure(Fault::ExpiredToken, "refused", http, "has expired", "3");
    check_row(&run.row("failures.csv", last), &expected);
}
