//! Refusals of the whole run in its middle: confirmed by a probe first.

use super::*;
use crate::defender::Class;

/// Refusals that name no machine: a licence, a role, a proxy's sign-in.
const UNLICENSED: Reply = Reply::Fail(Class::RunRefused, Reason::Refused, 401);
const PROXY: Reply = Reply::Fail(Class::RunRefused, Reason::Refused, 407);
const ALL: [Reply; 4] = [Reply::FORBIDDEN, Reply::Denied, UNLICENSED, PROXY];

fn with(service: &Service, count: u16, concurrency: usize) -> Fetcher<&Service> {
    let setup = Setup::of(count).concurrency(concurrency);
    setup.quota("none", "10/s").fetcher(service)
}

#[tokio::test(start_paused = true)]
async fn temporary_refusal_does_not_end_the_run() {
    for reply in ALL {
        for (concurrency, refused) in [
            (1, &[50][..]),
            (8, &[50]),
            (8, &[50, 51, 52, 90]),
            (8, &[99]),
        ] {
            let service = refused
                .iter()
                .fold(Service::with_latency(200), |service, number| {
                    service.script(*number, &[reply])
                });
            let (ending, outcomes) = run(&with(&service, 100, concurrency)).await;
            let case = format!("{reply:?} {concurrency} {refused:?}");
            assert_eq!(
                (ending, answered(&outcomes)),
                (Ending::Finished, 100),
                "{case}"
            );
            assert!(service.all_calls() <= 100 + refused.len() + 3, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_refusal_of_all_calls_in_flight_does_not_end_the_run() {
    for reply in ALL {
        let service = Service::with_latency(200).down(10..11, reply);
        let (ending, outcomes) = run(&with(&service, 300, 8)).await;
        assert_eq!(
            (ending, answered(&outcomes)),
            (Ending::Finished, 300),
            "{reply:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn refused_machines_fail_alone() {
    for reply in ALL {
        for (concurrency, step) in [(1, 10), (8, 10), (8, 2), (32, 3)] {
            let refused = (1..300).step_by(step);
            let service = refused
                .clone()
                .fold(Service::with_latency(200), |service, number| {
                    service.forever(number, reply)
                });
            let (ending, outcomes) = run(&with(&service, 300, concurrency)).await;
            let case = format!("{reply:?} {concurrency} {step}");
            assert_eq!(ending, Ending::Finished, "{case}");
            let refused: Vec<u16> = refused.collect();
            assert_eq!(answered(&outcomes), 300 - refused.len(), "{case}");
            for number in &refused {
                assert_eq!(reason(&outcomes, *number), Some(Reason::Refused), "{case}");
                assert!(outcomes[&machine(*number)].attempts <= 4, "{case}");
            }
            let calls = service.all_calls();
            assert!(calls <= 300 + 3 * refused.len(), "{case}: {calls} calls");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn refused_stretch_of_the_list_fails_alone() {
    let service = (100..200).fold(Service::with_latency(200), |service, number| {
        service.forever(number, Reply::Denied)
    });
    let (ending, outcomes) = run(&with(&service, 300, 8)).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 200));
}

#[tokio::test(start_paused = true)]
async fn refusal_of_every_call_from_mid_run_ends_the_run() {
    for reply in ALL {
        for concurrency in [1, 8, 32] {
            let service = Service::with_latency(200).down(10..1_000_000, reply);
            let start = Instant::now();
            let (ending, outcomes) = run(&with(&service, 1000, concurrency)).await;
            let case = format!("{reply:?} {concurrency}");
            assert!(matches!(ending, Ending::Refused(_)), "{case}: {ending:?}");
            assert!(start.elapsed() < Duration::from_secs(16), "{case}");
            let calls = service.all_calls() - answered(&outcomes);
            assert!(
                calls <= concurrency + 16,
                "{case}: {calls} calls were refused"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn first_refusal_is_probed_only_if_it_names_a_machine() {
    for (reply, most) in [
        (Reply::FORBIDDEN, 8),
        (UNLICENSED, 8),
        (PROXY, 8),
        (Reply::Denied, 8 + 3),
    ] {
        let service = Service::with_latency(100).everybody(reply);
        let (ending, _) = run_all(&service, 1000).await;
        assert!(
            matches!(ending, Ending::Refused(_)),
            "{reply:?}: {ending:?}"
        );
        assert!(
            service.all_calls() <= most,
            "{reply:?}: {}",
            service.all_calls()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn outage_while_a_refusal_is_probed_is_waited_out() {
    let service = Service::with_latency(200)
        .down(10..11, Reply::Denied)
        .down(11..100, Reply::BROKEN);
    let (ending, outcomes) = run(&with(&service, 300, 8)).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 300));
}
