//! A service that is down for a while, and machines whose failures only resemble an outage.

use super::*;
use crate::defender::Class;

const HANG: Reply = Reply::Hang(Duration::from_secs(30));
const CONNECTION: Reply = Reply::Fail(Class::Retryable(None), Reason::Connection, 0);

fn with<'a>(
    service: &'a Service,
    count: u16,
    concurrency: usize,
    retries: u32,
    stops: &Stops,
) -> Fetcher<&'a Service> {
    let setup = Setup::of(count).concurrency(concurrency).retries(retries);
    setup.quota("none", "10/s").stopped_by(stops, service)
}

/// Number of calls in these seconds.
fn calls_in(service: &Service, start: Instant, seconds: std::ops::Range<f64>) -> usize {
    let calls = service.seconds(start);
    calls.iter().filter(|at| seconds.contains(at)).count()
}

#[tokio::test(start_paused = true)]
async fn every_machine_is_answered_after_ten_minutes_of_outage() {
    for reply in [Reply::BROKEN, CONNECTION, HANG, Reply::Foreign(302)] {
        for (concurrency, retries) in [(8, 5), (1, 5), (8, 0), (1, 0), (1, 1), (32, 50)] {
            let case = format!("{reply:?} {concurrency} {retries}");
            let service = Service::with_latency(200).down(10..610, reply);
            let fetcher = with(&service, 300, concurrency, retries, &Stops::default());
            let start = Instant::now();
            let (ending, outcomes) = run(&fetcher).await;
            assert_eq!(ending, Ending::Finished, "{case}");
            assert_eq!(answered(&outcomes), 300, "{case}");
            let calls = calls_in(&service, start, 10.0..610.0);
            assert!((10..=60).contains(&calls), "{case}: {calls} calls");
            let took = start.elapsed().as_secs();
            assert!(took < 610 + 60 + 30 + 60, "{case}: {took} s");
            assert_eq!(fetcher.requests().sent, service.all_calls() as u64);
            assert!(service.most_in_flight.load(SeqCst) <= concurrency, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_machine_is_answered_after_an_outage_at_the_end() {
    for reply in [Reply::BROKEN, HANG] {
        for (last, retries) in [(1, 5), (1, 0), (2, 2), (3, 8)] {
            let service = Service::with_latency(2000).down(2..602, reply);
            let fetcher = with(&service, 8 + last, 8, retries, &Stops::default());
            let start = Instant::now();
            let (ending, outcomes) = run(&fetcher).await;
            let case = format!("{reply:?} {last} {retries}");
            assert_eq!(ending, Ending::Finished, "{case}");
            assert_eq!(answered(&outcomes), 8 + usize::from(last), "{case}");
            assert!(start.elapsed().as_secs() > 602, "{case}: it was down");
            assert!(service.all_calls() <= 60, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn permanent_failures_are_not_an_outage() {
    for reply in [Reply::BROKEN, CONNECTION, Reply::Foreign(404)] {
        let service = (90..100).fold(Service::with_latency(100), |service, number| {
            service.forever(number, reply)
        });
        let fetcher = with(&service, 100, 8, 5, &Stops::default());
        let start = Instant::now();
        let (ending, outcomes) = run(&fetcher).await;
        assert_eq!(ending, Ending::Finished);
        assert_eq!(answered(&outcomes), 90);
        for number in 90..100 {
            let failed = outcomes[&machine(number)].result.is_err();
            assert_eq!((failed, outcomes[&machine(number)].attempts), (true, 6));
        }
        let probes = service.all_calls() - 90 - 60;
        assert!((1..=10).contains(&probes), "{probes}");
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn permanent_failure_still_fails_after_an_outage() {
    let service = Service::with_latency(200)
        .forever(50, Reply::BROKEN)
        .down(8..308, Reply::BROKEN);
    let fetcher = with(&service, 200, 8, 5, &Stops::default());
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 199));
    let attempts = outcomes[&machine(50)].attempts;
    assert!(
        (7..=12).contains(&attempts),
        "its tries began anew: {attempts}"
    );
}

/// A machine that was answered once may fail later, so probing one machine alone proves nothing.
#[tokio::test(start_paused = true)]
async fn broken_probe_machine_does_not_delay_others() {
    let mut service = (40..50).fold(Service::with_latency(100), |service, number| {
        service.forever(number, Reply::BROKEN)
    });
    for number in 36..40 {
        let answered_once = (vec![Reply::Answer], Reply::BROKEN);
        service.scripts.insert(machine(number), answered_once);
    }
    let fetcher = with(&service, 50, 8, 5, &Stops::default());
    let start = Instant::now();
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 40));
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn outage_of_an_hour_ends_the_run() {
    for reply in [Reply::BROKEN, HANG] {
        let service = Service::with_latency(200).down(10..1_000_000, reply);
        let fetcher = with(&service, 300, 8, 5, &Stops::default());
        let start = Instant::now();
        let (ending, outcomes) = run(&fetcher).await;
        let Ending::Failing(failure) = ending else {
            panic!("{ending:?}");
        };
        let says = "no answer for 1 h; last attempt: scripted";
        assert_eq!(failure.message, says);
        let minutes = start.elapsed().as_secs() / 60;
        assert!((60..=62).contains(&minutes), "{minutes}");
        let known = answered(&outcomes);
        assert!((80..=100).contains(&known), "{known}");
        let others = outcomes.values().filter(|outcome| outcome.result.is_err());
        for outcome in others {
            let reason = outcome.result.as_ref().unwrap_err().reason;
            assert_eq!(reason, Reason::Pending);
        }
        assert!(service.all_calls() < known + 100);
    }
}

#[tokio::test(start_paused = true)]
async fn interruption_ends_the_wait_at_once() {
    for (at, expected) in [(100, Ending::Interrupted), (300, Ending::OutOfTime)] {
        let service = Service::with_latency(200).down(10..1_000_000, HANG);
        let stops = Stops::default();
        let fetcher = with(&service, 300, 8, 5, &stops);
        let start = Instant::now();
        let stop = async {
            sleep(Duration::from_secs(at)).await;
            match expected {
                Ending::OutOfTime => fetcher.out_of_time(),
                _ => stops.gentle.cancel(),
            }
        };
        let ((ending, outcomes), ()) = tokio::join!(run(&fetcher), stop);
        assert_eq!(ending, expected);
        assert_eq!(start.elapsed().as_secs(), at);
        let errors = outcomes
            .values()
            .filter_map(|outcome| outcome.result.as_ref().err());
        assert!(
            errors
                .clone()
                .all(|failure| failure.reason == Reason::Pending)
        );
        assert!(errors.count() > 0);
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_a_minute_and_are_shown() {
    let service = Service::default().down(10..310, Reply::BROKEN);
    let fetcher = with(&service, 200, 8, 5, &Stops::default());
    let start = Instant::now();
    let mut shown = Vec::new();
    let watch = async {
        while fetcher.progress().counts.done() < 200 {
            shown.push(fetcher.progress());
            sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::join!(run(&fetcher), watch);
    let calls = service.seconds(start);
    let probes: Vec<f64> = calls.into_iter().filter(|at| *at > 12.0).collect();
    let pauses = probes.windows(2).map(|pair| (pair[1] - pair[0]).round());
    let pauses: Vec<f64> = pauses.filter(|pause| *pause >= 2.0).collect();
    assert_eq!(pauses, [4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, 60.0]);
    let told = shown.iter().filter_map(|progress| progress.waiting);
    let longest = told.map(|(waiting, left)| {
        assert_eq!(waiting, WaitReason::Outage);
        left
    });
    let longest = longest.max().unwrap();
    assert!((55..=60).contains(&longest.as_secs()), "{longest:?}");
    let late = &shown[300];
    assert!(
        late.remaining >= late.waiting.unwrap().1,
        "nobody is asked before"
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_lengthens_the_pause() {
    for (asked_for, between) in [(200, 200_u32), (3600, 600)] {
        let wait = Some(Duration::from_secs(asked_for));
        let reply = Reply::Fail(Class::Retryable(wait), Reason::ServerError, 503);
        let service = Service::default().down(10..1000, reply);
        let fetcher = with(&service, 200, 8, 5, &Stops::default());
        let start = Instant::now();
        let (ending, outcomes) = run(&fetcher).await;
        assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 200));
        let took = start.elapsed().as_secs();
        assert!(
            took < u64::from(1000 + between + 30),
            "nobody sleeps on: {took} s"
        );
        let calls = service.seconds(start);
        let probes: Vec<f64> = calls
            .into_iter()
            .filter(|at| (12.0..1000.0).contains(at))
            .collect();
        assert!(!probes.is_empty());
        for pair in probes.windows(2) {
            let pause = pair[1] - pair[0];
            // Not exactly, because of rounding.
            assert!(pause > f64::from(between) - 0.001, "{pause}");
        }
    }
}

/// Throttling, a rejected token, an unknown machine: any reply of the service shows that it works.
#[tokio::test(start_paused = true)]
async fn any_reply_of_the_service_ends_the_outage() {
    for reply in [
        Reply::throttled(Some(20)),
        Reply::NOT_FOUND,
        Reply::UNAUTHORIZED,
    ] {
        let service = Service::with_latency(10)
            .down(10..100, Reply::BROKEN)
            .down(100..180, reply);
        let fetcher = with(&service, 200, 8, 5, &Stops::default());
        let watch = async {
            sleep(Duration::from_secs(179)).await;
            fetcher.progress().waiting.map(|(waiting, _)| waiting)
        };
        let ((ending, _), waiting) = tokio::join!(run(&fetcher), watch);
        assert_eq!(ending, Ending::Finished);
        let expected = matches!(reply, Reply::Fail(Class::Throttled(_), ..));
        assert_eq!(
            waiting,
            expected.then_some(WaitReason::Throttled),
            "{reply:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn refusal_during_an_outage_ends_the_run() {
    let service = Service::with_latency(10)
        .down(10..100, Reply::BROKEN)
        .down(100..1_000_000, Reply::FORBIDDEN);
    let fetcher = with(&service, 200, 8, 5, &Stops::default());
    let start = Instant::now();
    let (ending, _) = run(&fetcher).await;
    assert!(matches!(ending, Ending::Refused(_)), "{ending:?}");
    assert!(start.elapsed().as_secs() <= 160);
}

/// Each outage of a run is reported and waited out separately.
#[tokio::test(start_paused = true)]
async fn consecutive_outages_are_waited_out() {
    let service = Service::with_latency(200)
        .down(5..65, Reply::BROKEN)
        .down(75..200, HANG)
        .down(260..300, CONNECTION);
    let fetcher = with(&service, 600, 8, 5, &Stops::default());
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 600));
}

/// Random failures sometimes come in a row, which must cost only moments.
#[tokio::test(start_paused = true)]
async fn flaky_service_is_not_an_outage() {
    // Six failures in a row happen to one machine in 15,600 at 20 %, in 64 at 50 %.
    for (percent, least) in [(5, 489), (20, 484), (50, 450)] {
        let service = (0..500).step_by(50);
        let service = service.fold(
            Service::with_latency(200).flaky(percent),
            |service, number| service.forever(number, Reply::BROKEN),
        );
        let fetcher = with(&service, 500, 8, 5, &Stops::default());
        let start = Instant::now();
        let (ending, outcomes) = run(&fetcher).await;
        assert_eq!(ending, Ending::Finished);
        assert!((least..=490).contains(&answered(&outcomes)));
        let (calls, took) = (service.all_calls() as u64, start.elapsed().as_secs());
        let needed = 550 * 100 / (100 - percent);
        assert!(calls < needed * 3 / 2, "{percent} %: {calls} calls");
        assert!(took < 10 * 60, "{percent} %: {took} s");
    }
}
