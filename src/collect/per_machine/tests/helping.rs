//! A fetcher and a helper, on one paused clock.

use futures::join;

use super::*;

/// What came of each machine with a helper that has half of the slots, and for how many of them
/// each of the two asked.
async fn run_helped(fetcher: &Fetcher<&Service>, service: &Service) -> (Ending, Told) {
    let told = RefCell::new(Told::default());
    let helper = fetcher.helper(service, 4);
    let (ending, ()) = join!(
        fetcher.run(|outcome| told.borrow_mut().fetcher(outcome)),
        async {
            helper
                .run(|outcome| told.borrow_mut().helper(outcome))
                .await;
            drop(helper);
        }
    );
    (ending, told.into_inner())
}

#[derive(Default)]
struct Told {
    outcomes: BTreeMap<MachineId, Outcome>,
    by_fetcher: usize,
    by_helper: usize,
}

impl Told {
    fn fetcher(&mut self, outcome: Outcome) {
        self.by_fetcher += 1;
        self.outcomes.insert(outcome.machine, outcome);
    }

    fn helper(&mut self, outcome: Outcome) {
        self.by_helper += 1;
        self.outcomes.insert(outcome.machine, outcome);
    }
}

#[tokio::test(start_paused = true)]
async fn they_share_machines_and_slots() {
    let service = Service::with_latency(100);
    let fetcher = fetcher(&service, 300, "none", &Stops::default());
    let start = Instant::now();
    let (ending, told) = run_helped(&fetcher, &service).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!((answered(&told.outcomes), service.all_calls()), (300, 300));
    assert_eq!(service.most_in_flight.load(SeqCst), 8);
    assert!(
        told.by_fetcher.abs_diff(told.by_helper) < 30,
        "{}",
        told.by_helper
    );
    // As long as one alone takes with all of the slots.
    assert!(start.elapsed() < Duration::from_millis(100 * (300 / 8 + 4)));
}

#[tokio::test(start_paused = true)]
async fn late_passes_are_the_fetcher_s_with_all_slots() {
    let mut service = Service::with_latency(100);
    for number in 0..40 {
        service = service.script(number, &[Reply::NOT_FOUND]);
    }
    let fetcher = fetcher(&service, 200, "none", &Stops::default());
    let start = Instant::now();
    let (ending, told) = run_helped(&fetcher, &service).await;
    assert_eq!(ending, Ending::Finished);
    assert_eq!((answered(&told.outcomes), service.all_calls()), (200, 240));
    assert_eq!(fetcher.progress().counts.answered, 200);
    assert!(start.elapsed() < Duration::from_millis(100 * (240 / 8 + 6)));
}

#[tokio::test(start_paused = true)]
async fn a_helper_that_never_began_takes_nothing_away() {
    let service = Service::with_latency(100);
    let fetcher = fetcher(&service, 80, "none", &Stops::default());
    let start = Instant::now();
    drop(fetcher.helper(&service, 4));
    let (ending, outcomes) = run(&fetcher).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 80));
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_ends_the_run_ends_it_for_both() {
    let refused = Service::with_latency(10).everybody(Reply::FORBIDDEN);
    let broken = Service::with_latency(10).everybody(Reply::BROKEN);
    for (service, most_calls) in [(refused, 8), (broken, 500)] {
        let fetcher = fetcher(&service, 3000, "none", &Stops::default());
        let (ending, told) = run_helped(&fetcher, &service).await;
        assert!(
            matches!(ending, Ending::Refused(_) | Ending::Failing(_)),
            "{ending:?}"
        );
        assert!(service.all_calls() <= most_calls, "{}", service.all_calls());
        assert!(
            told.outcomes
                .values()
                .all(|outcome| outcome.result.is_err())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_both_do() {
    let service = Service::with_latency(100);
    let stops = Stops::default();
    let fetcher = fetcher(&service, 3000, "none", &stops);
    let stop = async {
        sleep(Duration::from_millis(1050)).await;
        stops.gentle.cancel();
    };
    let ((ending, told), ()) = join!(run_helped(&fetcher, &service), stop);
    assert_eq!(ending, Ending::Interrupted);
    assert_eq!(answered(&told.outcomes), service.all_calls());
    assert_eq!(service.all_calls(), 88);
}
