//! Whole runs against a scripted service, on a paused clock.

mod foreign_replies;
mod learned;
mod outage;
mod plan;
mod postponed;
mod refused;
mod schedule;
mod service;
mod setup;
mod sign_in;
mod time_shown;
mod workers;

use std::{cell::RefCell, collections::BTreeMap, sync::atomic::Ordering::SeqCst, time::Duration};

use tokio::time::{Instant, sleep};

use self::{
    service::{Reply, Service, machine, machines},
    setup::Setup,
};
use super::*;
use crate::{
    collect::Counts,
    domain::{
        ending::Ending,
        machine::MachineId,
        outcome::{Outcome, Reason},
        requests::Requests,
    },
    quota::WaitReason,
};

fn fetcher<'a>(
    service: &'a Service,
    count: u16,
    limits: &str,
    stops: &Stops,
) -> Fetcher<&'a Service> {
    let pace = if limits == "none" { "none" } else { "10/s" };
    Setup::of(count)
        .quota(limits, pace)
        .stopped_by(stops, service)
}

/// The outcome of each machine. A second outcome may only replace a not-found one; any other is a
/// bug.
async fn run(fetcher: &Fetcher<&Service>) -> (Ending, BTreeMap<MachineId, Outcome>) {
    let mut outcomes = BTreeMap::new();
    let ending = fetcher
        .run(|outcome| {
            let replaced: Option<Outcome> = outcomes.insert(outcome.machine, outcome);
            let earlier = replaced.map(|outcome| outcome.result.unwrap_err().reason);
            assert!(matches!(earlier, None | Some(Reason::NotFound)));
        })
        .await;
    (ending, outcomes)
}

async fn run_all(service: &Service, count: u16) -> (Ending, BTreeMap<MachineId, Outcome>) {
    run(&fetcher(service, count, "none", &Stops::default())).await
}

fn reason(outcomes: &BTreeMap<MachineId, Outcome>, number: u16) -> Option<Reason> {
    outcomes[&machine(number)]
        .result
        .as_ref()
        .err()
        .map(|failure| failure.reason)
}

fn answered(outcomes: &BTreeMap<MachineId, Outcome>) -> usize {
    outcomes
        .values()
        .filter(|outcome| outcome.result.is_ok())
        .count()
}

#[tokio::test(start_paused = true)]
async fn every_machine_is_requested_once_within_the_concurrency() {
    let service = Service::with_latency(100);
    let (ending, outcomes) = run_all(&service, 300).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!(answered(&outcomes), 300);
    assert_eq!(service.all_calls(), 300);
    assert_eq!(service.most_in_flight.load(SeqCst), 8);
}

#[tokio::test(start_paused = true)]
async fn temporary_failures_are_retried() {
    let service = Service::default()
        .script(1, &[Reply::BROKEN; 5])
        .script(2, &[Reply::throttled(Some(3)), Reply::throttled(None)])
        .script(3, &[Reply::Hang(Duration::from_secs(30))])
        .script(4, &[Reply::UNAUTHORIZED]);
    let fetcher = fetcher(&service, 30, "none", &Stops::default());
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!(answered(&outcomes), 30);
    assert_eq!(outcomes[&machine(1)].attempts, 6);
    let requests = Requests {
        sent: 30 + 5 + 2 + 1 + 1,
        retried: 9,
        throttled: 2,
    };
    assert_eq!(fetcher.requests(), requests);
}

#[tokio::test(start_paused = true)]
async fn permanent_failure_fails_only_its_machine() {
    for (reply, expected, calls) in [
        (Reply::BROKEN, Reason::ServerError, 6),
        (Reply::Hang(Duration::from_secs(30)), Reason::Timeout, 6),
        (Reply::throttled(Some(1)), Reason::Throttled, 6),
        (Reply::throttled(None), Reason::Throttled, 6),
        (Reply::UNAUTHORIZED, Reason::Refused, 3),
        (Reply::NOT_FOUND, Reason::NotFound, 3),
        (Reply::More(7), Reason::BadReply, 100),
    ] {
        let service = Service::with_latency(10).forever(25, reply);
        let (ending, outcomes) = run_all(&service, 60).await;
        assert_eq!(ending, Ending::Finished);
        assert_eq!(reason(&outcomes, 25), Some(expected));
        assert_eq!(outcomes[&machine(25)].attempts, calls, "{reply:?}");
        assert_eq!(service.calls_for(25), calls as usize, "{reply:?}");
        assert_eq!(answered(&outcomes), 59);
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_machines_are_retried_after_all_others() {
    let service = Service::with_latency(10)
        .script(0, &[Reply::NOT_FOUND])
        .script(1, &[Reply::NOT_FOUND; 2])
        .forever(2, Reply::NOT_FOUND);
    let (_, outcomes) = run_all(&service, 20).await;
    assert_eq!(answered(&outcomes), 19);
    assert_eq!(reason(&outcomes, 2), Some(Reason::NotFound));
    let calls = service.calls.lock().unwrap();
    let first_again = calls
        .iter()
        .skip(3)
        .position(|(_, id)| *id < machine(3))
        .unwrap();
    assert_eq!(
        first_again + 3,
        20,
        "only when every other machine was asked"
    );
}

#[tokio::test(start_paused = true)]
async fn unknown_machines_above_one_fifth_are_not_retried() {
    for (unknown, calls) in [(4, 20 + 2 * 4), (5, 20)] {
        let service = (0..unknown).fold(Service::default(), |service, number| {
            service.forever(number, Reply::NOT_FOUND)
        });
        let (ending, outcomes) = run_all(&service, 20).await;
        assert_eq!(ending, Ending::Finished);
        assert_eq!(outcomes.len(), 20);
        assert_eq!(service.all_calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn breaker_stops_a_run_of_equal_failures() {
    let service = Service::default().everybody(Reply::BROKEN);
    let (ending, outcomes) = run_all(&service, 1000).await;
    assert!(matches!(ending, Ending::Failing(failure) if failure.http_status == Some(500)));
    let failed = outcomes
        .values()
        .filter(|outcome| outcome.attempts == 6)
        .count();
    assert!((20..20 + 32).contains(&failed), "{failed}");
    assert!(service.all_calls() < 400, "{}", service.all_calls());
}

#[tokio::test(start_paused = true)]
async fn not_found_replies_count_as_a_working_service() {
    let unknown = (0..30).fold(Service::default(), |service, number| {
        service.forever(number, Reply::NOT_FOUND)
    });
    let service = (30..60).fold(unknown, |service, number| {
        service.forever(number, Reply::BROKEN)
    });
    let (ending, outcomes) = run_all(&service, 300).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!(answered(&outcomes), 240);
}

#[tokio::test(start_paused = true)]
async fn refusal_sends_no_call_beyond_those_in_flight() {
    let service = Service::with_latency(100).everybody(Reply::FORBIDDEN);
    let (ending, outcomes) = run_all(&service, 1000).await;
    assert!(matches!(ending, Ending::Refused(failure) if failure.http_status == Some(403)));
    assert_eq!(service.all_calls(), 8);
    assert_eq!(outcomes.len(), 8, "the others were never asked");
}

#[tokio::test(start_paused = true)]
async fn estimate_includes_backoffs() {
    let service = (0..1000)
        .step_by(5)
        .fold(Service::with_latency(10), |service, number| {
            service.forever(number, Reply::BROKEN)
        });
    let fetcher = fetcher(&service, 1000, "none", &Stops::default());
    let start = Instant::now();
    let shown = RefCell::new(Vec::new());
    let look = async {
        loop {
            sleep(Duration::from_secs(1)).await;
            let ends = start.elapsed() + fetcher.progress().remaining;
            shown.borrow_mut().push((start.elapsed(), ends));
        }
    };
    tokio::select! {
        (ending, _) = run(&fetcher) => assert_eq!(ending, Ending::Finished),
        () = look => {}
    }
    let took = start.elapsed();
    assert!(took > Duration::from_mins(1), "{took:?}");
    // Not known before the first machines have finally failed.
    let known = Duration::from_secs(16);
    for (at, ends) in shown.into_inner().into_iter().filter(|(at, _)| *at > known) {
        assert!(
            ends > took.mul_f64(0.6) && ends < took.mul_f64(1.4),
            "{at:?}: {ends:?} of {took:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn first_estimate_uses_the_latency_of_earlier_runs() {
    let service = Service::with_latency(5000);
    for (known, wrong_by) in [
        (None, 0.05..0.2),
        (Some(Duration::from_secs(5)), 0.0..0.001),
    ] {
        let setup = Setup::of(101).quota("100/min", "10/s");
        let fetcher = setup.known_latency(known).fetcher(&service);
        let (start, shown) = (Instant::now(), fetcher.progress().remaining);
        run(&fetcher).await;
        let took = start.elapsed();
        let wrong = took.abs_diff(shown).div_duration_f64(took);
        assert!(wrong_by.contains(&wrong), "{shown:?} of {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_call_is_sent_during_a_pause() {
    let service = Service::with_latency(100).script(0, &[Reply::throttled(Some(20))]);
    let start = Instant::now();
    let (_, outcomes) = run_all(&service, 100).await;
    assert_eq!(answered(&outcomes), 100);
    let pause = start + Duration::from_millis(150)..start + Duration::from_secs(20);
    let calls = service.calls.lock().unwrap();
    assert!(calls.iter().all(|(at, _)| !pause.contains(at)));
}

#[tokio::test(start_paused = true)]
async fn quota_holds_with_failures_and_late_passes() {
    let service = (0..200)
        .step_by(7)
        .fold(Service::with_latency(250), |service, number| {
            service.script(number, &[Reply::BROKEN, Reply::NOT_FOUND])
        });
    let fetcher = fetcher(&service, 200, "30/10s,100/min", &Stops::default());
    let (_, outcomes) = run(&fetcher).await;
    assert_eq!(answered(&outcomes), 200);
    assert!(service.most_within(Duration::from_secs(10)) <= 30);
    assert!(service.most_within(Duration::from_mins(1)) <= 100);
}

#[tokio::test(start_paused = true)]
async fn gentle_stop_waits_for_calls_in_flight() {
    let service = Service::with_latency(1000).script(1, &[Reply::BROKEN]);
    let stops = Stops::default();
    let fetcher = fetcher(&service, 100, "none", &stops);
    let stop = async {
        sleep(Duration::from_millis(1600)).await;
        stops.gentle.cancel();
    };
    let ((ending, outcomes), ()) = tokio::join!(run(&fetcher), stop);
    assert_eq!(ending, Ending::Interrupted);
    assert_eq!(service.all_calls(), 16);
    assert_eq!(answered(&outcomes), 15);
    assert_eq!(
        reason(&outcomes, 1),
        Some(Reason::Pending),
        "it waited for another try"
    );
}

#[tokio::test(start_paused = true)]
async fn hard_stop_ends_at_once() {
    let service = Service::default().everybody(Reply::Hang(Duration::from_hours(1)));
    let stops = Stops::default();
    let fetcher = fetcher(&service, 100, "none", &stops);
    let start = Instant::now();
    let stop = async {
        sleep(Duration::from_secs(2)).await;
        stops.gentle.cancel();
        stops.hard.cancel();
    };
    let ((ending, outcomes), ()) = tokio::join!(run(&fetcher), stop);
    assert_eq!(ending, Ending::Interrupted);
    assert_eq!(start.elapsed().as_secs(), 2);
    assert_eq!(outcomes.len(), 8);
    assert_eq!(reason(&outcomes, 0), Some(Reason::Pending));
}

#[tokio::test(start_paused = true)]
async fn stopped_late_pass_keeps_unknown_machines_unknown() {
    let service = Service::with_latency(1000).script(0, &[Reply::NOT_FOUND; 2]);
    let stops = Stops::default();
    let fetcher = fetcher(&service, 8, "none", &stops);
    let stop = async {
        sleep(Duration::from_millis(1500)).await;
        stops.gentle.cancel();
    };
    let ((ending, outcomes), ()) = tokio::join!(run(&fetcher), stop);
    assert_eq!(ending, Ending::Interrupted);
    assert_eq!(reason(&outcomes, 0), Some(Reason::NotFound));
    assert_eq!(outcomes.len(), 8);
}

#[tokio::test(start_paused = true)]
async fn pages_form_one_answer() {
    let service = Service::default().script(0, &[Reply::More(1), Reply::BROKEN, Reply::More(2)]);
    let (_, outcomes) = run_all(&service, 1).await;
    let answer = outcomes[&machine(0)].result.as_ref().unwrap();
    let ids: Vec<&str> = answer.missing.iter().map(|kb| kb.id.as_str()).collect();
    assert_eq!(ids, ["500", "501", "502"]);
    assert_eq!(outcomes[&machine(0)].attempts, 4);
}

#[tokio::test(start_paused = true)]
async fn estimate_matches_the_duration() {
    let service = Service::with_latency(200);
    let fetcher = fetcher(&service, 400, "100/min,150/10min", &Stops::default());
    let start = Instant::now();
    let mut shown = Vec::new();
    let watch = async {
        sleep(Duration::from_secs(5)).await;
        while fetcher.progress().counts.done() < 400 {
            let progress = fetcher.progress();
            shown.push((start.elapsed() + progress.remaining, progress.waiting));
            sleep(Duration::from_mins(1)).await;
        }
    };
    tokio::join!(run(&fetcher), watch);
    let took = start.elapsed().as_secs_f64();
    let waiting = |(_, waiting): &(_, Option<(WaitReason, _)>)| waiting.is_some();
    assert!(shown.iter().filter(|shown| waiting(shown)).count() > 10);
    for (end, _) in shown {
        assert!(
            (end.as_secs_f64() / took - 1.0).abs() < 0.05,
            "{end:?} of {took} s"
        );
    }
}

/// A window shared with others admits some calls and refuses most, which must not count as failures of
/// a machine.
#[tokio::test(start_paused = true)]
async fn no_machine_fails_because_others_use_the_window() {
    let service = Service::with_latency(10).letting_in(1, Duration::from_secs(1));
    let (ending, outcomes) = run_all(&service, 60).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!(answered(&outcomes), 60);
}
