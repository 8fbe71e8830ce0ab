//! The progress of a run, with its expected end.

use std::time::Duration;

use tokio::time::Instant;

use super::{estimate::ProgressSnapshot, run::Run, worker::in_progress};
use crate::{
    collect::Progress,
    quota::{LatencyRange, Load},
};

/// The progress of the run, with its expected end.
pub(super) fn progress(run: &Run) -> Progress {
    let now = Instant::now();
    let in_flight = run.limiter().in_flight();
    let snapshot = run.tracker.snapshot(in_flight.len() as u64);
    let latency = latency(run, in_flight.first().map(|since| now - *since));
    let remaining = |latency| end(run, now, snapshot, latency) - now;
    let [least, usual, most] = [latency.least, latency.usual, latency.most].map(remaining);
    let waiting = run.limiter().waiting();
    Progress {
        counts: run.tracker.counts(),
        requests: run.tracker.requests(),
        limits: run.limiter().limits(),
        used: run.limiter().used(),
        waiting: waiting.map(|(reason, until)| (reason, until - now)),
        remaining: usual,
        remaining_at_least: least.min(usual),
        remaining_at_most: most.max(usual),
    }
}

/// The expected end of the run with this answer time: by the quota's schedule, and by the further attempts of
/// failing machines.
fn end(run: &Run, now: Instant, snapshot: ProgressSnapshot, latency: Duration) -> Instant {
    let tracker = &run.tracker;
    let expected = tracker.retry_stats.expected(&run.policy);
    let schedule = run.limiter().forecast(Load {
        calls: snapshot.calls_left(expected.calls()),
        latency,
        concurrency: run.concurrency,
    });
    let at_once = in_progress(run.concurrency) as u64;
    // The last of the remaining machines may need many attempts.
    let tail = expected.tail(tracker.not_started().min(at_once), latency);
    let in_progress = now + snapshot.takes(expected.in_progress(latency), at_once) + tail / 2;
    let after = |failed| latency + expected.after(failed, latency);
    let backoffs = tracker.backoffs.end(now, after).unwrap_or(now);
    let first_pass = (schedule + tail).max(in_progress).max(backoffs);
    let late = if snapshot.has_late() {
        latency
    } else {
        Duration::ZERO
    };
    let end = first_pass + late;
    let postponed = run.postponed.last_due(end);
    postponed.map_or(end, |due| due.max(end))
}

/// The answer time. Before the first answer it is at least as long as the oldest call has been waiting, and may be
/// much longer.
fn latency(run: &Run, waited: Option<Duration>) -> LatencyRange {
    if let Some(known) = run.tracker.latency() {
        return LatencyRange::measured(known);
    }
    let waited = waited.unwrap_or_default();
    let assumed = run.limiter().assumed_latency();
    LatencyRange {
        least: waited.max(assumed.least),
        usual: waited.max(assumed.usual),
        most: if waited > assumed.most {
            waited * 2
        } else {
            assumed.most
        },
    }
}
