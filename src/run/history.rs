//! Looking back: which earlier run a run is compared with, what changed since, and the trend.

use std::io;

use crate::{
    aggregate::{Fleet, is_enough},
    changes::{Base, Changes, Figures, Replacing, changes},
    domain::gaps::{Gaps, History},
    report::{Past, TrendPoint},
    store::{EarlierRun, RunRecord, Snapshot},
};

/// How many runs a trend shows.
const TREND: usize = 30;

/// What earlier runs say beside a run.
#[derive(Debug, Default)]
pub(crate) struct Lookback {
    /// What changed since the base; none where nothing is there to compare with.
    pub(crate) changes: Option<Changes>,
    /// The last runs, the oldest first.
    pub(crate) trend: Vec<TrendPoint>,
}

impl Lookback {
    /// What changed, for the reports.
    pub(crate) fn past<'run>(&'run self, history: &'run dyn History) -> Option<Past<'run>> {
        let changes = self.changes.as_ref()?;
        Some(Past { changes, history })
    }
}

/// A run, with everything that a comparison needs of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Today<'run> {
    pub(crate) run: &'run RunRecord,
    pub(crate) fleet: &'run Fleet,
    pub(crate) gaps: &'run dyn Gaps,
    /// Where all answers are read again.
    pub(crate) history: &'run dyn History,
    pub(crate) replacing: Replacing,
}

/// Looks back from a run: at the run that is best compared with, and at the last ones.
pub(crate) fn look_back(kept: &Snapshot, today: Today<'_>) -> io::Result<Lookback> {
    let earlier = kept.earlier_runs(today.run.run).map_err(io::Error::other)?;
    let changes = match base(&earlier) {
        Some(base) => Some(compare(kept, base, today)?),
        None => None,
    };
    Ok(Lookback {
        changes,
        trend: trend(&earlier, today),
    })
}

/// The latest run of the same fleet with enough answers; else the latest of the same fleet, else
/// the latest with enough answers, else the latest.
fn base(earlier: &[EarlierRun]) -> Option<&EarlierRun> {
    let fitness = |it: &EarlierRun| {
        let tally = it.record.tally;
        let is_enough = is_enough(tally.answered, tally.machines());
        (it.is_same_fleet, is_enough, it.record.run)
    };
    earlier.iter().max_by_key(|it| fitness(it))
}

/// What changed since an earlier run.
pub(crate) fn compare(
    kept: &Snapshot,
    earlier: &EarlierRun,
    today: Today<'_>,
) -> io::Result<Changes> {
    let then = kept.compare(earlier.record.run, today.run.run);
    let then = then.map_err(io::Error::other)?;
    let base = Base {
        run: earlier.record.run.0,
        started_at: earlier.record.started_at,
        finished_at: finished_at(&earlier.record),
        machines: then.len() as u64,
        is_same_fleet: earlier.is_same_fleet,
        figures: Figures::default(),
    };
    changes(
        (today.fleet, today.gaps),
        (base, &then),
        today.history,
        today.replacing,
    )
}

/// When its last answer was in, or its last sign of life.
pub(crate) fn finished_at(run: &RunRecord) -> jiff::Timestamp {
    run.finished_at.unwrap_or(run.active_at)
}

/// The last runs of the same fleet, and this one.
fn trend(earlier: &[EarlierRun], today: Today<'_>) -> Vec<TrendPoint> {
    let same = earlier.iter().filter(|it| it.is_same_fleet);
    let points = same.filter_map(|it| earlier_point(&it.record));
    let mut trend: Vec<TrendPoint> = points.take(TREND - 1).collect();
    trend.reverse();
    trend.push(point_of_today(today));
    trend
}

fn earlier_point(run: &RunRecord) -> Option<TrendPoint> {
    let figures = run.figures?;
    Some(TrendPoint {
        run: run.run.0,
        started_at: run.started_at,
        machines: run.tally.machines(),
        answered: run.tally.answered,
        with_gaps: figures.with_gaps,
        kbs: figures.kbs,
        gaps: figures.gaps,
        exposure: figures.exposure,
    })
}

fn point_of_today(today: Today<'_>) -> TrendPoint {
    let Fleet {
        coverage,
        kbs,
        gaps,
        exposure,
        ..
    } = today.fleet;
    TrendPoint {
        run: today.run.run.0,
        started_at: today.run.started_at,
        machines: coverage.machines(),
        answered: coverage.answered,
        with_gaps: coverage.with_gaps,
        kbs: kbs.len() as u64,
        gaps: *gaps,
        exposure: *exposure,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        collect::Requests,
        store::{RunId, Service, Tally},
    };

    fn run(number: i64, is_same_fleet: bool, answered: u64) -> EarlierRun {
        let record = RunRecord {
            run: RunId(number),
            service_number: 1,
            service: Service {
                tenant_id: String::new(),
                api_url: String::new(),
            },
            file: String::new(),
            session: 1,
            started_at: Timestamp::UNIX_EPOCH,
            active_at: Timestamp::UNIX_EPOCH,
            finished_at: None,
            ended: None,
            outcome: None,
            tally: Tally {
                answered,
                failed: 100 - answered,
                ..Tally::default()
            },
            requests: Requests::default(),
            figures: None,
        };
        EarlierRun {
            record,
            is_same_fleet,
        }
    }

    #[test]
    fn the_base_is_the_latest_of_the_best() {
        for (runs, expected) in [
            (vec![], None),
            (vec![run(2, true, 98), run(1, true, 100)], Some(2)),
            (vec![run(2, true, 97), run(1, true, 98)], Some(1)),
            (vec![run(2, true, 97), run(1, true, 12)], Some(2)),
            // Twenty machines in the afternoon are no night.
            (vec![run(2, false, 100), run(1, true, 50)], Some(1)),
            (vec![run(3, false, 90), run(2, false, 99)], Some(2)),
        ] {
            let base = base(&runs).map(|it| it.record.run.0);
            assert_eq!(base, expected, "{runs:?}");
        }
    }
}
