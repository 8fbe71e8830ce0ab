//! Tenants that take too long, and runs that end before all of them are done.

use std::time::Duration;

use patchgap::simulator::Fault;

use super::several::{Several, column, tenant};
use crate::common::wait_until;

#[test]
fn hanging_tenant_and_a_badly_configured_one_are_rows() {
    let (one, hanging, broken) = (
        tenant(1, |_| {}),
        tenant(2, |it| {
            it.faults.hang = Duration::from_secs(30);
        }),
        tenant(3, |_| {}),
    );
    hanging.tenant.fail_every_call(Some(Fault::Hang));
    let several = Several(vec![("one", &one), ("slow", &hanging), ("broken", &broken)]);
    several.write("timeout = '300ms'\nretries = 0");
    let mut command = several.command(&["report", "--parallel=2"]);
    let run = one
        .finish(command.env_remove("SECRET_BROKEN"))
        .exits_with(3);
    several.assert_truth("one");
    assert_eq!(column(&run, "status"), ["complete", "partial", "failed"]);
    assert_eq!(column(&run, "exitCode"), ["0", "5", "3"]);
    assert!(
        column(&run, "message")[2].contains("SECRET_BROKEN"),
        "{}",
        run.stderr
    );
    broken.assert_no_requests();
    assert!(
        run.stdout
            .contains("3 tenants: 1 complete, 1 partial, 1 failed"),
        "{}",
        run.stdout
    );
}

#[test]
fn killed_run_goes_on_with_those_that_are_not_done() {
    let (one, slow) = (
        tenant(1, |_| {}),
        tenant(2, |it| it.latency = Duration::from_millis(400)),
    );
    let several = Several(vec![("one", &one), ("slow", &slow)]);
    several.write("concurrency = 1");
    let running = several.background(&["--parallel=1"]);
    wait_until("the second is at work", || several.calls("slow") >= 3);
    running.kill();
    assert_eq!(several.calls("one"), 12);
    let killed_at = several.calls("slow");

    let run = several.report(&["--parallel=1"]).exits_with(0);
    assert!(
        run.stderr
            .contains("Going on with an earlier run: 1 tenant is done"),
        "{}",
        run.stderr
    );
    assert_eq!(several.calls("one"), 12, "it was done");
    assert!(
        several.calls("slow") <= killed_at + 11,
        "its answers were kept"
    );
    for name in ["one", "slow"] {
        several.assert_truth(name);
    }
    assert_eq!(column(&run, "status"), ["complete", "complete"]);
    assert_eq!(run.summary()["machines"]["answered"], 24);

    // All are done: the next start is a new run.
    several
        .report(&["--tenants", "tenants.toml", "--concurrency=8"])
        .exits_with(0);
    assert_eq!(several.calls("one"), 24);
}

#[test]
fn interruption_is_for_all_and_can_be_resumed() {
    let (slow, waiting) = (
        tenant(1, |it| it.latency = Duration::from_millis(300)),
        tenant(2, |_| {}),
    );
    let several = Several(vec![("slow", &slow), ("waiting", &waiting)]);
    several.write("concurrency = 1");
    let running = several.background(&["--parallel=1"]);
    wait_until("the first is at work", || several.calls("slow") >= 2);
    running.signal("INT");
    let run = running.finish().exits_with(130);
    assert_eq!(column(&run, "status"), ["interrupted", "interrupted"]);
    let message = &column(&run, "message")[1];
    assert_eq!(message, "interrupted before it began");
    waiting.assert_no_requests();
    let answered: u64 = column(&run, "answered")[0].parse().unwrap();
    assert!((1..12).contains(&answered));
    several.report(&[]).exits_with(0);
    assert!(several.calls("slow") <= 13, "its answers were kept");
    several.assert_truth("waiting");
}

#[test]
fn time_limit_is_for_all() {
    let (slow, late) = (
        tenant(1, |it| it.latency = Duration::from_millis(400)),
        tenant(2, |_| {}),
    );
    let several = Several(vec![("slow", &slow), ("late", &late)]);
    several.write("concurrency = 1");
    let run = several
        .report(&["--budget=1s", "--parallel=1"])
        .exits_with(5);
    assert_eq!(column(&run, "status"), ["partial", "partial"]);
    assert!(several.calls("slow") < 12 && several.calls("late") == 0);
    several.report(&[]).exits_with(0);
    assert!(several.calls("slow") <= 13, "its answers were kept");
}

#[test]
fn tenant_that_ran_out_of_time_with_old_answers_says_so() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    several.write("").report(&[]).exits_with(0);
    let run = several
        .report(&["--budget=1ms", "--concurrency=1"])
        .exits_with(0);
    assert_eq!(column(&run, "status"), ["complete", "complete"]);
    let expected = "ended early: some answers are from earlier runs";
    assert_eq!(column(&run, "message"), [expected, expected]);
    // The next start goes on with both.
    let run = several.report(&[]).exits_with(0);
    assert_eq!(column(&run, "message"), ["", ""]);
    for name in ["one", "other"] {
        assert!(several.calls(name) >= 24, "all were queried again");
    }
}
