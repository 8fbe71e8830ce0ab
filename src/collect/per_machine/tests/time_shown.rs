//! The estimate compared with the real duration, with slow answers and with faults.

use super::*;

/// A service, and the configuration of a run.
struct Case {
    what: &'static str,
    service: Service,
    fleet: u16,
    limits: &'static str,
    pace: &'static str,
}

/// An estimate, and its time.
struct Shown {
    at: Duration,
    end_at_least: Duration,
    end: Duration,
    end_at_most: Duration,
}

impl Case {
    async fn run(&self) -> (Duration, Vec<Shown>) {
        fastrand::seed(11);
        let setup = Setup::of(self.fleet).quota(self.limits, self.pace);
        let fetcher = setup.fetcher(&self.service);
        let start = Instant::now();
        let mut shown = Vec::new();
        let watch = async {
            loop {
                let progress = fetcher.progress();
                let at = start.elapsed();
                shown.push(Shown {
                    at,
                    end_at_least: at + progress.remaining_at_least,
                    end: at + progress.remaining,
                    end_at_most: at + progress.remaining_at_most,
                });
                sleep(Duration::from_millis(500)).await;
            }
        };
        tokio::select! {
            ending = fetcher.run(drop) => assert_eq!(ending, Ending::Finished),
            () = watch => {}
        }
        (start.elapsed(), shown)
    }
}

/// One in `every` machines fails permanently.
fn with_broken(service: Service, fleet: u16, every: usize) -> Service {
    (3..fleet).step_by(every).fold(service, |service, number| {
        service.forever(number, Reply::BROKEN)
    })
}

fn cases() -> Vec<Case> {
    let case = |what, service, fleet, limits, pace| Case {
        what,
        service,
        fleet,
        limits,
        pace,
    };
    let slow = || Service::with_latency(2500);
    let usual = || Service::with_latency(300);
    vec![
        case("flaky", usual().flaky(20), 200, "none", "10/s"),
        case("flaky, unpaced", usual().flaky(20), 1000, "none", "none"),
        case("flaky and slow", slow().flaky(20), 200, "none", "10/s"),
        case(
            "some broken",
            with_broken(usual(), 200, 10),
            200,
            "none",
            "10/s",
        ),
        case(
            "some broken, slow",
            with_broken(slow(), 200, 10),
            200,
            "none",
            "10/s",
        ),
        case(
            "a fifth broken",
            with_broken(usual(), 500, 5),
            500,
            "none",
            "10/s",
        ),
        case(
            "a fifth broken, unpaced",
            with_broken(usual(), 1000, 5),
            1000,
            "none",
            "none",
        ),
        case("a window", usual().flaky(10), 500, "100/min", "10/s"),
    ]
}

/// Within a fifth of the duration, once a quarter of it has passed.
#[tokio::test(start_paused = true)]
async fn estimate_follows_failures() {
    for case in cases() {
        let (took, shown) = case.run().await;
        let known = shown.iter().filter(|shown| shown.at > took / 4);
        for shown in known {
            let off = shown.end.abs_diff(took);
            let most = took.mul_f64(0.2) + Duration::from_secs(1);
            let Shown { at, end, .. } = shown;
            assert!(off <= most, "{}: {end:?} of {took:?} at {at:?}", case.what);
        }
    }
}

/// While the latency is unknown, the estimate is a range that contains the real end; from the first answer on
/// it is a single time.
#[tokio::test(start_paused = true)]
async fn estimate_is_a_range_before_the_first_answer() {
    for latency in [20, 100, 300, 1000, 2500, 3000] {
        for (fleet, limits, pace) in [
            (60, "none", "10/s"),
            (60, "100/min", "10/s"),
            (500, "100/min,1500/h", "10/s"),
            (200, "none", "none"),
        ] {
            let service = Service::with_latency(latency);
            let what = "all well";
            let case = Case {
                what,
                service,
                fleet,
                limits,
                pace,
            };
            let (took, shown) = case.run().await;
            let answered = Duration::from_millis(latency + 1);
            for Shown {
                at,
                end_at_least,
                end,
                end_at_most,
            } in shown
            {
                let case = format!(
                    "{latency} {fleet} {limits}: {end_at_least:?} {end:?} {end_at_most:?} of \
                     {took:?} at {at:?}"
                );
                let little = Duration::from_millis(500) + took / 20;
                if at < answered {
                    assert!(
                        end_at_least <= took + little && took <= end_at_most + little,
                        "{case}"
                    );
                } else {
                    assert_eq!([end_at_least, end], [end_at_most; 2], "{case}");
                    assert!(end.abs_diff(took) <= little, "{case}");
                }
            }
        }
    }
}

/// With a latency known from earlier runs it is not a range.
#[tokio::test(start_paused = true)]
async fn estimate_with_known_latency_is_one_time() {
    let service = Service::with_latency(2500);
    let setup = Setup::of(60).quota("none", "10/s");
    let known = Some(Duration::from_millis(2500));
    let fetcher = setup.known_latency(known).fetcher(&service);
    let progress = fetcher.progress();
    assert_eq!(progress.remaining, progress.remaining_at_most);
    let start = Instant::now();
    run(&fetcher).await;
    let off = start.elapsed().abs_diff(progress.remaining);
    assert!(off < Duration::from_secs(1), "{off:?}");
}
