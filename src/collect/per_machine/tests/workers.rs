//! Two workers on one paused clock.

use futures::join;

use super::*;

/// The outcome of each machine with two workers that have half of the slots each, and the number of outcomes
/// from each worker.
async fn run_two(fetcher: &Fetcher<&Service>, service: &Service) -> (Ending, Outcomes) {
    let collected = RefCell::new(Outcomes::default());
    let other = fetcher.another_worker(service, 4);
    let (ending, ()) = join!(
        fetcher.run(|outcome| collected.borrow_mut().by_first(outcome)),
        async {
            other
                .run(|outcome| collected.borrow_mut().by_other(outcome))
                .await;
            drop(other);
        }
    );
    (ending, collected.into_inner())
}

#[derive(Default)]
struct Outcomes {
    by_machine: BTreeMap<MachineId, Outcome>,
    first: usize,
    other: usize,
}

impl Outcomes {
    fn by_first(&mut self, outcome: Outcome) {
        self.first += 1;
        self.by_machine.insert(outcome.machine, outcome);
    }

    fn by_other(&mut self, outcome: Outcome) {
        self.other += 1;
        self.by_machine.insert(outcome.machine, outcome);
    }
}

#[tokio::test(start_paused = true)]
async fn workers_share_machines_and_slots() {
    let service = Service::with_latency(100);
    let fetcher = fetcher(&service, 300, "none", &Stops::default());
    let start = Instant::now();
    let (ending, collected) = run_two(&fetcher, &service).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!(
        (answered(&collected.by_machine), service.all_calls()),
        (300, 300)
    );
    assert_eq!(service.most_in_flight.load(SeqCst), 8);
    assert!(
        collected.first.abs_diff(collected.other) < 30,
        "{}",
        collected.other
    );
    // No longer than one worker with all of the slots.
    assert!(start.elapsed() < Duration::from_millis(100 * (300 / 8 + 4)));
}

#[tokio::test(start_paused = true)]
async fn late_passes_use_one_worker_with_all_slots() {
    let mut service = Service::with_latency(100);
    for number in 0..40 {
        service = service.script(number, &[Reply::NOT_FOUND]);
    }
    let fetcher = fetcher(&service, 200, "none", &Stops::default());
    let start = Instant::now();
    let (ending, collected) = run_two(&fetcher, &service).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!(
        (answered(&collected.by_machine), service.all_calls()),
        (200, 240)
    );
    assert_eq!(fetcher.progress().counts.answered, 200);
    assert!(start.elapsed() < Duration::from_millis(100 * (240 / 8 + 6)));
}

#[tokio::test(start_paused = true)]
async fn worker_that_never_started_takes_no_slots() {
    let service = Service::with_latency(100);
    let fetcher = fetcher(&service, 80, "none", &Stops::default());
    let start = Instant::now();
    drop(fetcher.another_worker(&service, 4));
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 80));
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn ending_applies_to_both_workers() {
    let refused = Service::with_latency(10).everybody(Reply::FORBIDDEN);
    let broken = Service::with_latency(10).everybody(Reply::BROKEN);
    for (service, most_calls) in [(refused, 8), (broken, 500)] {
        let fetcher = fetcher(&service, 3000, "none", &Stops::default());
        let (ending, collected) = run_two(&fetcher, &service).await;
        assert!(
            matches!(ending, Ending::Refused(_) | Ending::Failing(_)),
            "{ending:?}"
        );
        assert!(service.all_calls() <= most_calls, "{}", service.all_calls());
        assert!(
            collected
                .by_machine
                .values()
                .all(|outcome| outcome.result.is_err())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn stop_applies_to_both_workers() {
    let service = Service::with_latency(100);
    let stops = Stops::default();
    let fetcher = fetcher(&service, 3000, "none", &stops);
    let stop = async {
        sleep(Duration::from_millis(1050)).await;
        stops.gentle.cancel();
    };
    let ((ending, collected), ()) = join!(run_two(&fetcher, &service), stop);
    assert_eq!(ending, Ending::Interrupted);
    assert_eq!(answered(&collected.by_machine), service.all_calls());
    assert_eq!(service.all_calls(), 88);
}
