//! Runs that resume an earlier process, and runs that end early.

use std::sync::Arc;

use async_trait::async_trait;

use super::*;
use crate::quota::{CallNumber, Ledger, RateLimit, StoreFailed};

fn planned<'a>(service: &'a Service, plan: Plan, stops: &Stops) -> Fetcher<&'a Service> {
    Setup::planned(plan).stopped_by(stops, service)
}

fn unknown(number: u16, times: u32) -> Unknown {
    Unknown {
        machine: machine(number),
        attempts: times + 1,
        times,
    }
}

#[tokio::test(start_paused = true)]
async fn machines_unknown_earlier_get_their_remaining_late_passes() {
    let service = (0..4).fold(Service::with_latency(10), |service, number| {
        service.forever(number, Reply::NOT_FOUND)
    });
    let plan = Plan {
        machines: machines(20).split_off(4),
        unknown: vec![unknown(1, 1), unknown(2, 2), unknown(3, 3)],
        reused: 100,
        ..Plan::default()
    };
    let fetcher = planned(&service, plan, &Stops::default());
    assert_eq!(fetcher.progress().counts.done(), 103);
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!([1, 2, 3].map(|number| service.calls_for(number)), [2, 1, 0]);
    let known = [1, 2].map(|number| &outcomes[&machine(number)]);
    assert_eq!(known.map(|outcome| outcome.times_unknown), [3, 3]);
    assert_eq!(known.map(|outcome| outcome.attempts), [4, 4]);
    assert!(!outcomes.contains_key(&machine(3)), "nothing new of it");
    let counts = Counts {
        machines: 119,
        answered: 116,
        not_found: 3,
        failed: 0,
    };
    assert_eq!(fetcher.progress().counts, counts);
    assert_eq!(fetcher.requests().retried, 3);
}

#[tokio::test(start_paused = true)]
async fn every_not_found_reply_is_recorded() {
    let service = Service::with_latency(10)
        .script(0, &[Reply::NOT_FOUND; 2])
        .forever(1, Reply::NOT_FOUND);
    let plan = Plan {
        machines: machines(20),
        ..Plan::default()
    };
    let fetcher = planned(&service, plan, &Stops::default());
    let mut told = Vec::new();
    fetcher.run(|outcome| told.push(outcome)).await;
    let of = |number: u16| {
        let outcomes = told.iter().filter(move |it| it.machine == machine(number));
        outcomes.map(|it| (it.times_unknown, it.attempts, it.result.is_ok()))
    };
    let expected = [(1, 1, false), (2, 2, false), (2, 3, true)];
    assert!(of(0).eq(expected), "{told:?}");
    let expected = [(1, 1, false), (2, 2, false), (3, 3, false)];
    assert!(of(1).eq(expected), "{told:?}");
    assert_eq!(told.len(), 18 + 3 + 3);
    let counts = fetcher.progress().counts;
    assert_eq!((counts.answered, counts.not_found), (19, 1));
}

#[tokio::test(start_paused = true)]
async fn unknown_share_is_of_the_whole_run() {
    for (reused, calls) in [(14, 2 * 4), (10, 0)] {
        let service = Service::default();
        let plan = Plan {
            machines: Vec::new(),
            unknown: (0..4).map(|number| unknown(number, 1)).collect(),
            reused: reused + 2,
            ..Plan::default()
        };
        let service = (0..4).fold(service, |service, number| {
            service.forever(number, Reply::NOT_FOUND)
        });
        let fetcher = planned(&service, plan, &Stops::default());
        assert_eq!(run(&fetcher).await.0, Ending::Finished);
        assert_eq!(service.all_calls(), calls);
        assert_eq!(fetcher.progress().counts.not_found, 4);
    }
}

#[tokio::test(start_paused = true)]
async fn stopped_late_pass_records_nothing_for_unrequested_machines() {
    let service = Service::with_latency(1000);
    let plan = Plan {
        unknown: (0..20).map(|number| unknown(number, 1)).collect(),
        reused: 100,
        ..Plan::default()
    };
    let stops = Stops::default();
    let fetcher = planned(&service, plan, &stops);
    let stop = async {
        sleep(Duration::from_millis(500)).await;
        stops.gentle.cancel();
    };
    let ((ending, outcomes), ()) = tokio::join!(run(&fetcher), stop);
    assert_eq!(ending, Ending::Interrupted);
    assert_eq!((outcomes.len(), answered(&outcomes)), (8, 8));
    let counts = fetcher.progress().counts;
    assert_eq!((counts.answered, counts.not_found), (108, 12));
}

#[tokio::test(start_paused = true)]
async fn run_out_of_time_waits_for_calls_in_flight() {
    let service = Service::with_latency(1000);
    let stops = Stops::default();
    let fetcher = fetcher(&service, 100, "none", &stops);
    let stop = async {
        sleep(Duration::from_millis(1500)).await;
        fetcher.out_of_time();
        stops.gentle.cancel();
    };
    let ((ending, outcomes), ()) = tokio::join!(run(&fetcher), stop);
    assert_eq!(ending, Ending::OutOfTime, "that was first");
    assert_eq!(answered(&outcomes), 16);
}

#[tokio::test(start_paused = true)]
async fn run_complete_before_its_deadline_is_finished() {
    let service = Service::with_latency(1000);
    let fetcher = fetcher(&service, 8, "none", &Stops::default());
    let stop = async {
        sleep(Duration::from_millis(500)).await;
        fetcher.out_of_time();
    };
    let ((ending, outcomes), ()) = tokio::join!(run(&fetcher), stop);
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 8));
}

#[tokio::test(start_paused = true)]
async fn interruption_before_the_deadline_wins() {
    let service = Service::with_latency(1000);
    let stops = Stops::default();
    let fetcher = fetcher(&service, 100, "none", &stops);
    let stop = async {
        sleep(Duration::from_millis(1500)).await;
        stops.gentle.cancel();
        fetcher.out_of_time();
    };
    let ((ending, _), ()) = tokio::join!(run(&fetcher), stop);
    assert_eq!(ending, Ending::Interrupted);
}

/// A ledger with room for ten calls.
#[derive(Debug, Default)]
struct Ten(std::sync::atomic::AtomicI64);

#[async_trait]
impl Ledger for Ten {
    async fn sending(&self) -> Result<CallNumber, StoreFailed> {
        let call = self.0.fetch_add(1, SeqCst);
        (call < 10).then_some(CallNumber(call)).ok_or(StoreFailed)
    }

    async fn room(&self) -> Result<(), StoreFailed> {
        Ok(())
    }

    fn paused(&self, _: Duration) {}

    fn learned(&self, _: RateLimit) {}

    fn answered(&self, _: CallNumber) {}
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_the_ledger_is_full() {
    let service = Service::with_latency(1000).script(0, &[Reply::BROKEN]);
    let ledger: Arc<dyn Ledger> = Arc::new(Ten::default());
    let setup = Setup::of(100).quota("100/min", "none");
    let gate = setup.gate().recording_in(|_| Arc::clone(&ledger));
    let fetcher = setup.through(gate, &Stops::default(), &service);
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!(ending, Ending::StoreFailed);
    assert_eq!(service.all_calls(), 10);
    assert_eq!(answered(&outcomes), 9);
    assert_eq!(reason(&outcomes, 0), Some(Reason::Pending));
    assert_eq!(outcomes.len(), 10, "the others were never asked");
}

/// The rest of a fleet may consist of machines that always fail, although the service works and answered the
/// others earlier.
#[tokio::test(start_paused = true)]
async fn only_failing_machines_left_do_not_trip_the_breaker() {
    let service = (0..30).fold(Service::with_latency(10), |service, number| {
        service.forever(number, Reply::BROKEN)
    });
    let plan = Plan {
        machines: machines(30),
        reused: 970,
        known: machines(32).split_off(30),
        ..Plan::default()
    };
    let fetcher = planned(&service, plan, &Stops::default());
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!(outcomes.len(), 30);
    assert!((0..30).all(|number| service.calls_for(number) == 6));
}
