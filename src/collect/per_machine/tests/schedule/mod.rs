//! Whole runs with exact windows, compared with the best schedule: as fast as the quota allows, with a
//! correct estimate.

mod best;
mod run;
mod tenant;

use std::time::Duration;

use proptest::prelude::*;

use self::run::{Case, Quota, Run, quota};
use super::machine;

const DEFAULT: Quota = quota("100/min,1500/h", "10/s");

impl Run {
    /// At most 1.02 times the best schedule, or the few milliseconds that timers round up.
    fn is_fast(&self) {
        let most = self.best.mul_f64(1.02) + Duration::from_millis(10);
        assert!(self.took <= most, "{self:?}");
        // Late timers are compensated within the pace, up to this much.
        let least = self
            .best
            .mul_f64(0.99)
            .saturating_sub(Duration::from_millis(20));
        assert!(self.took >= least, "{self:?}");
    }

    /// Asserts that the estimate was within 5 % of the remaining time, plus `more`.
    fn tells_the_time(&self, more: Duration) {
        for shown in self
            .shown
            .iter()
            .filter(|shown| self.can_tell(shown.answers))
        {
            let left = self.took.saturating_sub(shown.since);
            let off = shown.remaining.abs_diff(left);
            assert!(
                off <= left.mul_f64(0.05) + more,
                "{shown:?}: {left:?} {self:?}"
            );
        }
    }

    /// Before the first answer, only the effect of the windows can be known; and if latencies
    /// vary, the mean takes some answers.
    fn can_tell(&self, answers: u64) -> bool {
        let foreseen = self.foreseen.abs_diff(self.best) <= self.best.mul_f64(0.01);
        foreseen || answers >= if self.case.is_jittered() { 200 } else { 1 }
    }

    /// Near the end, 5 % is less than one latency: the last ones are random, and the display has
    /// a resolution of seconds.
    fn moment(&self) -> Duration {
        let latency = &self.case.latency_ms;
        Duration::from_millis(1500 + (latency.end - latency.start) / 2)
    }

    fn is_as_planned(&self) {
        self.is_fast();
        self.tells_the_time(self.moment());
    }
}

/// Real and other windows.
#[test]
fn runs_match_the_best_schedule_and_the_estimate() {
    for (quota, latency_ms, concurrency, fleet) in [
        (DEFAULT, 300..300, 8, 1),
        (DEFAULT, 300..300, 8, 60),
        (DEFAULT, 300..300, 8, 100),
        (DEFAULT, 300..300, 8, 101),
        (DEFAULT, 300..300, 8, 1500),
        (DEFAULT, 300..300, 8, 1501),
        (DEFAULT, 50..950, 8, 5000),
        (DEFAULT, 0..0, 1, 1501),
        (quota("100/min,1500/h", "none"), 20..20, 32, 1700),
        (quota("200/2s,900/20s", "none"), 20..20, 8, 2000),
        (quota("200/2s,900/20s", "99/s"), 50..950, 32, 2500),
        (quota("200/2s,900/20s", "none"), 300..300, 32, 901),
        (quota("7/min", "none"), 20..20, 8, 50),
        (quota("7/min", "10/s"), 300..300, 32, 7),
        (quota("50/min,300/10min,1500/h", "10/s"), 300..300, 8, 1600),
        (quota("1/s", "none"), 20..20, 8, 100),
        (quota("1/s", "none"), 0..0, 1, 100),
        (quota("3/100ms", "none"), 20..20, 8, 200),
        (quota("1500/h", "none"), 300..300, 32, 1501),
        (quota("none", "7/s"), 300..300, 8, 500),
        (quota("none", "99/s"), 20..20, 8, 2000),
        (quota("none", "150/s"), 20..20, 8, 2000),
        (quota("none", "3/min"), 300..300, 8, 20),
    ] {
        Case::new(quota, latency_ms, concurrency, fleet)
            .run()
            .is_as_planned();
    }
}

/// If the service is slower than the quota, its speed decides, and nothing stalls or accumulates.
#[test]
fn slow_service_is_used_to_capacity() {
    for (quota, latency_ms, concurrency, fleet) in [
        (DEFAULT, 5000..5000, 8, 3),
        (DEFAULT, 5000..5000, 8, 250),
        (DEFAULT, 5000..5000, 1, 200),
        (DEFAULT, 2500..7500, 8, 1600),
        (DEFAULT, 300..300, 1, 1501),
        (DEFAULT, 50..950, 1, 400),
        (quota("200/2s,900/20s", "none"), 5000..5000, 8, 400),
        (quota("1/s", "none"), 5000..5000, 8, 100),
        (quota("7/min", "none"), 5000..5000, 32, 40),
        (quota("none", "none"), 300..300, 8, 2000),
        (quota("none", "none"), 50..950, 8, 2500),
        (quota("none", "none"), 20..20, 32, 5000),
        (quota("none", "none"), 5000..5000, 1, 50),
    ] {
        Case::new(quota, latency_ms, concurrency, fleet)
            .run()
            .is_as_planned();
    }
}

/// The cost of not knowing when the service counts a call: each window is longer by one latency, which
/// is negligible with usual latencies.
#[test]
fn counting_from_the_answer_costs_at_most_two_percent() {
    for (latency_ms, fleet) in [(0..0, 1501), (300..300, 1501), (50..950, 5000)] {
        let run = Case::new(DEFAULT, latency_ms, 8, fleet).run();
        assert!(run.took <= run.clairvoyant.mul_f64(1.02), "{run:?}");
    }
}

/// Runs with `--source` select machines in rounds: each round waits for the answers of the previous one, and
/// all share one quota.
#[test]
fn rounds_cost_little_more_than_their_calls() {
    for (latency_ms, fleet, rounds) in [
        (300..300, 2_265, &[1_940, 64, 8, 200][..]),
        (50..950, 3_700, &[3_000, 120, 200, 50, 50, 50]),
        (50..950, 9_000, &[8_400]),
    ] {
        let case = Case {
            rounds,
            ..Case::new(DEFAULT, latency_ms, 8, fleet)
        };
        case.run().is_fast();
    }
}

/// Failed calls are retried, and unknown machines requested again. That takes calls, which the schedule
/// includes, and at the end some back-offs and answers in sequence. The estimate cannot know which calls
/// will fail: if a few calls more or less move into the next window, it is off by a minute.
#[test]
fn failures_cost_little_more_than_their_calls() {
    for (quota, latency_ms, concurrency, fleet, cycle) in [
        (DEFAULT, 300..300, 8, 60, 60),
        (DEFAULT, 300..300, 8, 1000, 60),
        (DEFAULT, 50..950, 8, 2500, 60),
        (DEFAULT, 5000..5000, 8, 400, 60),
        (DEFAULT, 300..300, 1, 400, 60),
        (quota("200/2s,900/20s", "none"), 20..20, 32, 2500, 0),
        (quota("none", "none"), 300..300, 8, 2500, 0),
        (quota("none", "99/s"), 300..300, 32, 2000, 0),
    ] {
        let case = Case {
            flaky: 2,
            unknown_every: 50,
            ..Case::new(quota, latency_ms, concurrency, fleet)
        };
        let run = case.run();
        let tail = Duration::from_secs(3) + run.longest * 2;
        assert!(run.took <= run.best.mul_f64(1.02) + tail, "{run:?}");
        run.tells_the_time(run.moment() + tail + Duration::from_secs(cycle));
    }
}

fn case() -> impl Strategy<Value = Case> {
    let limits = [
        "100/min,1500/h",
        "30/3s,90/20s",
        "7/min",
        "20/5s",
        "1/s",
        "none",
    ];
    let latencies = [0..0, 20..20, 50..950, 300..300, 1000..3000, 5000..5000];
    (
        prop::sample::select(limits.to_vec()),
        prop::sample::select(vec!["10/s", "none", "7/s", "99/s"]),
        prop::sample::select(latencies.to_vec()),
        1_usize..33,
        1_u16..400,
    )
        .prop_map(|(limits, pace, latency, concurrency, fleet)| {
            Case::new(quota(limits, pace), latency, concurrency, fleet)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_quota_and_service_match_the_best_schedule(case in case()) {
        case.run().is_as_planned();
    }
}
