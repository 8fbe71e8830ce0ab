//! Foreign replies, and machines at the start of the list that always fail.

use super::*;
use crate::{defender::Class, domain::outcome::Failure};

const REJECTED: Reply = Reply::Fail(Class::MachineRefused, Reason::Refused, 400);
const TOO_LARGE: Reply = Reply::Fail(Class::MachineRefused, Reason::BadReply, 200);

fn with(service: &Service, count: u16, concurrency: usize, retries: u32) -> Fetcher<&Service> {
    let setup = Setup::of(count).concurrency(concurrency);
    setup.retries(retries).fetcher(service)
}

fn not_the_service(ending: Ending) -> Failure {
    match ending {
        Ending::NotTheService(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn foreign_replies_from_the_start_stop_the_run_after_twenty_calls() {
    for status in [302, 404, 403, 401, 200, 206, 400] {
        for (concurrency, retries) in [(1, 5), (8, 5), (8, 0), (64, 5), (2, 50)] {
            let service = Service::with_latency(100).everybody(Reply::Foreign(status));
            let fetcher = with(&service, 1000, concurrency, retries);
            let (ending, _) = run(&fetcher).await;
            let case = format!("{status} {concurrency} {retries}");
            assert_eq!(not_the_service(ending).http_status, Some(status), "{case}");
            let most = 20 + concurrency;
            let calls = service.all_calls();
            assert!((20..=most).contains(&calls), "{case}: {calls} calls");
            // Only the three machines of the sample are called twice.
            assert_eq!(fetcher.requests().retried, 3, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_gateway_errors_are_waited_out() {
    let for_ever = Service::with_latency(100).everybody(Reply::Foreign(502));
    let start = Instant::now();
    let (ending, _) = run(&with(&for_ever, 1000, 8, 5)).await;
    assert_eq!(not_the_service(ending).http_status, Some(502));
    assert!(start.elapsed() < Duration::from_secs(20));

    let service = Service::with_latency(100).down(0..10, Reply::Foreign(502));
    let (ending, outcomes) = run(&with(&service, 1000, 8, 5)).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 1000));
}

#[tokio::test(start_paused = true)]
async fn very_short_list_is_requested_as_usual() {
    for (count, calls) in [(1, 6), (2, 12), (3, 20), (5, 20)] {
        let service = Service::with_latency(100).everybody(Reply::Foreign(302));
        let (ending, outcomes) = run(&with(&service, count, 8, 5)).await;
        let is_finished = ending == Ending::Finished;
        assert_eq!(is_finished, count < 3, "{count}: {ending:?}");
        assert!((calls..calls + 4).contains(&service.all_calls()), "{count}");
        assert_eq!(answered(&outcomes), 0);
    }
}

/// Failures at the start of the list do not predict those of the others.
#[tokio::test(start_paused = true)]
async fn failing_machines_at_the_head_do_not_stop_the_others() {
    for reply in [
        REJECTED,
        TOO_LARGE,
        Reply::Foreign(302),
        Reply::BROKEN,
        Reply::Denied,
    ] {
        for (concurrency, failing) in [(1, 25), (8, 25), (8, 60), (64, 200)] {
            let service = (0..failing).fold(Service::with_latency(100), |service, number| {
                service.forever(number, reply)
            });
            let fetcher = with(&service, 1000, concurrency, 1);
            let (ending, outcomes) = run(&fetcher).await;
            let case = format!("{reply:?} {concurrency} {failing}");
            assert_eq!(ending, Ending::Finished, "{case}");
            let others = 1000 - usize::from(failing);
            assert_eq!(answered(&outcomes), others, "{case}");
            assert_eq!(outcomes.len(), 1000, "{case}");
            let calls = service.all_calls();
            assert!(
                calls < others + 3 * usize::from(failing) + 20,
                "{case}: {calls}"
            );
        }
    }
}

/// If every machine fails, continuing would waste the quota.
#[tokio::test(start_paused = true)]
async fn run_stops_when_every_machine_is_rejected() {
    for reply in [REJECTED, TOO_LARGE] {
        let service = Service::with_latency(100).everybody(reply);
        let (ending, outcomes) = run(&with(&service, 1000, 8, 5)).await;
        assert!(matches!(ending, Ending::Failing(_)), "{ending:?}");
        assert!(
            (20..=31).contains(&service.all_calls()),
            "{}",
            service.all_calls()
        );
        assert!(outcomes.len() < 30);
    }
}

#[tokio::test(start_paused = true)]
async fn machines_answered_before_are_tried_before_giving_up() {
    for reply in [REJECTED, Reply::Foreign(302)] {
        let service = (0..99).fold(Service::with_latency(100), |service, number| {
            service.forever(number, reply)
        });
        let plan = Plan {
            machines: machines(100),
            answered_before: vec![machine(99)],
            ..Plan::default()
        };
        let fetcher = Setup::planned(plan).fetcher(&service);
        let (ending, outcomes) = run(&fetcher).await;
        assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 1));
    }
}
