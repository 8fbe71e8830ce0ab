//! Machines with a `Retry-After` of their own.

use super::*;
use crate::defender::Class;

/// 503 with a `Retry-After` of this many seconds.
fn overloaded(seconds: u64) -> Reply {
    let wait = Some(Duration::from_secs(seconds));
    Reply::Fail(Class::Retryable(wait), Reason::ServerError, 503)
}

fn limited<'a>(
    service: &'a Service,
    count: u16,
    concurrency: usize,
    limits: &str,
) -> Fetcher<&'a Service> {
    let setup = Setup::of(count).concurrency(concurrency);
    setup.quota(limits, "none").fetcher(service)
}

/// The times of the calls for a machine, in whole seconds.
fn calls_for(service: &Service, number: u16, start: Instant) -> Vec<u64> {
    let calls = service.calls.lock().unwrap();
    let calls = calls.iter().filter(|(_, id)| *id == machine(number));
    calls.map(|(at, _)| (*at - start).as_secs()).collect()
}

#[tokio::test(start_paused = true)]
async fn machine_with_a_long_wait_is_left_pending() {
    for concurrency in [1, 2, 8] {
        for number in [0, 50, 99] {
            let service = Service::with_latency(100).forever(number, overloaded(3600));
            let fetcher = limited(&service, 100, concurrency, "none");
            let start = Instant::now();
            let (ending, outcomes) = run(&fetcher).await;
            let case = format!("{concurrency} {number}");
            assert_eq!(ending, Ending::Postponed, "{case}");
            assert_eq!(answered(&outcomes), 99, "{case}");
            assert!(
                start.elapsed().as_secs() < 15,
                "{case}: nothing to wait for"
            );
            assert_eq!(service.calls_for(number), 1, "{case}");
            let failure = outcomes[&machine(number)].result.as_ref().unwrap_err();
            assert_eq!(failure.reason, Reason::Pending, "{case}");
            assert_eq!(failure.http_status, Some(503), "{case}");
            let says = [
                "a longer wait than this run allows (another ",
                "last reply: scripted",
            ];
            for part in says {
                assert!(failure.message.contains(part), "{}", failure.message);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn waits_up_to_ten_minutes_are_kept_at_the_end() {
    for seconds in [1, 20, 300, 590] {
        let service = Service::with_latency(100).script(5, &[overloaded(seconds)]);
        let fetcher = limited(&service, 50, 8, "none");
        let start = Instant::now();
        let (ending, outcomes) = run(&fetcher).await;
        assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 50));
        let took = start.elapsed().as_secs();
        assert!((seconds..=seconds + 2).contains(&took), "{seconds}: {took}");
        assert_eq!(service.all_calls(), 51);
        let last = service.calls.lock().unwrap().last().unwrap().1;
        assert_eq!(last, machine(5), "after all others");
    }
}

/// Each machine is retried when its wait is over; those with too long a wait are left pending.
#[tokio::test(start_paused = true)]
async fn each_machine_is_retried_when_its_wait_is_over() {
    for concurrency in [1, 8] {
        let waits = [20, 60, 3600, 580, 7200, 30, 590, 700];
        let mut service = Service::with_latency(10);
        for (number, wait) in (0..).zip(waits) {
            service = service.script(number, &[overloaded(wait)]);
        }
        let fetcher = limited(&service, 100, concurrency, "none");
        let start = Instant::now();
        let (ending, outcomes) = run(&fetcher).await;
        assert_eq!((ending, answered(&outcomes)), (Ending::Postponed, 97));
        assert_eq!(start.elapsed().as_secs(), 590);
        for (number, wait) in (0..).zip(waits) {
            let again = calls_for(&service, number, start).get(1).copied();
            assert_eq!(again, (wait <= 600).then_some(wait), "{number}");
        }
        let pending = [2, 4, 7].map(|number| reason(&outcomes, number));
        assert_eq!(pending, [Some(Reason::Pending); 3]);
    }
}

/// More of them than the concurrency, before any other machine.
#[tokio::test(start_paused = true)]
async fn postponed_machines_occupy_no_call_slot() {
    for (concurrency, sick, wait) in [(1, 19, 3600), (1, 19, 300), (8, 19, 60), (2, 40, 300)] {
        let mut service = Service::with_latency(100);
        // Machine 0 is answered before the breaker would have to decide.
        for number in 1..=sick {
            service = service.script(number, &[overloaded(wait)]);
        }
        let fetcher = limited(&service, 200, concurrency, "none");
        let start = Instant::now();
        let (ending, outcomes) = run(&fetcher).await;
        let case = format!("{concurrency} {sick} {wait}");
        let others: Vec<u64> = (sick + 1..200)
            .flat_map(|number| calls_for(&service, number, start))
            .collect();
        assert!(others.into_iter().all(|at| at < 30), "{case}");
        if wait <= 600 {
            assert_eq!(
                (ending, answered(&outcomes)),
                (Ending::Finished, 200),
                "{case}"
            );
            assert!(start.elapsed().as_secs() <= wait + 10, "{case}");
        } else {
            assert_eq!(ending, Ending::Postponed, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_across_waits() {
    let service = Service::with_latency(100).forever(5, overloaded(60));
    let fetcher = limited(&service, 50, 8, "none");
    let start = Instant::now();
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 49));
    assert_eq!(reason(&outcomes, 5), Some(Reason::ServerError));
    assert_eq!(outcomes[&machine(5)].attempts, 6);
    assert_eq!(start.elapsed().as_secs() / 60, 5);
    // An endless paged answer does not evade the limit.
    let service = Service::with_latency(100);
    let pages = [Reply::More(1), overloaded(60)].repeat(20);
    let service = service.script(5, &pages);
    let (ending, outcomes) = run(&limited(&service, 50, 8, "none")).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!(reason(&outcomes, 5), Some(Reason::ServerError));
}

/// In a long run, the wait is over before its end.
#[tokio::test(start_paused = true)]
async fn long_wait_in_a_long_run_comes_last() {
    let service = Service::with_latency(100).script(0, &[overloaded(3600)]);
    let fetcher = limited(&service, 151, 8, "2/min");
    let start = Instant::now();
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 151));
    let took = start.elapsed().as_secs();
    assert!(took < 76 * 61, "{took}");
    assert_eq!(service.calls.lock().unwrap().last().unwrap().1, machine(0));
}

#[tokio::test(start_paused = true)]
async fn postponed_machines_that_are_unknown_get_late_passes() {
    let script = [overloaded(60), Reply::NOT_FOUND, Reply::NOT_FOUND];
    let service = Service::with_latency(10)
        .script(3, &script)
        .script(4, &[Reply::NOT_FOUND]);
    let (ending, outcomes) = run(&limited(&service, 30, 8, "none")).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 30));
    // Also if so many machines are unknown that none is retried.
    let service = (5..20).fold(service, |service, number| {
        service.forever(number, Reply::NOT_FOUND)
    });
    service.calls.lock().unwrap().clear();
    let (ending, outcomes) = run(&limited(&service, 30, 8, "none")).await;
    assert_eq!((ending, outcomes.len()), (Ending::Finished, 30));
}

/// Every call from the first on: this concerns the whole service, so the run does not try every machine.
#[tokio::test(start_paused = true)]
async fn overloaded_service_gets_few_calls() {
    let service = Service::with_latency(100).everybody(overloaded(3600));
    let start = Instant::now();
    let (ending, _) = run(&limited(&service, 1000, 8, "none")).await;
    assert!(matches!(ending, Ending::Failing(failure) if failure.http_status == Some(503)));
    assert!(service.all_calls() <= 20 + 32, "{}", service.all_calls());
    assert!(start.elapsed().as_secs() < 10);

    let service = Service::with_latency(100).down(0..100, overloaded(30));
    let (ending, outcomes) = run(&limited(&service, 1000, 8, "none")).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 1000));
    let more = service.all_calls() - 1000;
    assert!(more <= 5 * (20 + 32), "{more}");
}

#[tokio::test(start_paused = true)]
async fn interruption_ends_the_wait_for_postponed_machines() {
    for (wait, expected) in [(300, Ending::Interrupted), (300, Ending::OutOfTime)] {
        let service = Service::with_latency(100).script(5, &[overloaded(wait)]);
        let stops = Stops::default();
        let fetcher = fetcher(&service, 50, "none", &stops);
        let start = Instant::now();
        let stop = async {
            sleep(Duration::from_secs(100)).await;
            match expected {
                Ending::OutOfTime => fetcher.out_of_time(),
                _ => stops.gentle.cancel(),
            }
        };
        let ((ending, outcomes), ()) = tokio::join!(run(&fetcher), stop);
        assert_eq!(ending, expected);
        assert_eq!(start.elapsed().as_secs(), 100);
        assert_eq!(reason(&outcomes, 5), Some(Reason::Pending));
    }
}

#[tokio::test(start_paused = true)]
async fn estimate_includes_the_wait() {
    for (wait, expected) in [(300, 300), (580, 580), (3600, 10)] {
        let service = Service::with_latency(1000).forever(0, overloaded(wait));
        let service = if wait > 600 {
            service
        } else {
            service.script(0, &[overloaded(wait)])
        };
        let fetcher = fetcher(&service, 80, "none", &Stops::default());
        let start = Instant::now();
        let mut shown = Vec::new();
        let watch = async {
            sleep(Duration::from_secs(2)).await;
            while fetcher.progress().counts.done() < 79 {
                shown.push((start.elapsed() + fetcher.progress().remaining).as_secs());
                sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::join!(run(&fetcher), watch);
        assert!(!shown.is_empty());
        for shown in shown {
            assert!(shown.abs_diff(expected) <= 2, "{wait}: {shown}");
        }
    }
}
