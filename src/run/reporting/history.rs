//! Earlier runs: the one to compare with, the changes since then, and the trend.

use std::io;

use super::data::RunData;
use crate::{
    aggregate::is_enough,
    changes::{BaseRun, Changes, Comparison, Figures},
    inventory::Inventory,
    report::TrendPoint,
    store::{EarlierRun, RunRecord, Snapshot},
};

/// The number of runs in a trend.
const TREND: usize = 30;

/// Adds the changes since the most comparable earlier run, and the trend.
pub(crate) fn add_history(data: &mut RunData<'_>, kept: &Snapshot) -> io::Result<()> {
    let earlier = kept.earlier_runs(data.record.run);
    let earlier = earlier.map_err(io::Error::other)?;
    let changes = base(&earlier).map(|base| compare(data, kept, base));
    data.changes = changes.transpose()?;
    data.trend = trend(&earlier, &data.record);
    Ok(())
}

/// The run to compare with, in order of preference: the latest of the same fleet with enough
/// answers, the latest of the same fleet, the latest with enough answers, the latest.
fn base(earlier: &[EarlierRun]) -> Option<&EarlierRun> {
    let fitness = |it: &EarlierRun| {
        let tally = it.record.tally;
        let is_enough = is_enough(tally.answered, tally.machines());
        (it.is_same_fleet, is_enough, it.record.run)
    };
    earlier.iter().max_by_key(|it| fitness(it))
}

/// The changes since an earlier run.
pub(crate) fn compare(
    data: &RunData<'_>,
    kept: &Snapshot,
    earlier: &EarlierRun,
) -> io::Result<Changes> {
    let then = kept.compare(earlier.record.run, data.record.run);
    let then = then.map_err(io::Error::other)?;
    let base = BaseRun {
        run: earlier.record.run.0,
        started_at: earlier.record.started_at,
        finished_at: earlier.record.last_sign_of_life(),
        machines: then.len() as u64,
        is_same_fleet: earlier.is_same_fleet,
        lists_tenant: earlier.record.lists_tenant && lists_tenant(data.sources.inventory),
        figures: Figures::default(),
    };
    let answers = data.sources.answers;
    let comparison = Comparison {
        fleet: &data.fleet,
        gaps: answers,
        base,
        base_machines: &then,
        history: answers,
        replacing: data.sources.config.reports.replacing,
    };
    comparison.changes()
}

/// Whether a list is the service's whole list: no filter of the service left machines out.
fn lists_tenant(list: &Inventory) -> bool {
    list.fetched.as_ref().is_some_and(|it| it.is_whole)
}

/// The latest runs of the same fleet, ending with this one.
fn trend(earlier: &[EarlierRun], today: &RunRecord) -> Vec<TrendPoint> {
    let same = earlier.iter().filter(|it| it.is_same_fleet);
    let points = same.filter_map(|it| point(&it.record));
    let mut trend: Vec<TrendPoint> = points.take(TREND - 1).collect();
    trend.reverse();
    trend.extend(point(today));
    trend
}

fn point(run: &RunRecord) -> Option<TrendPoint> {
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        collect::Requests,
        store::{OutcomeCounts, RunId, Service},
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
            lists_tenant: false,
            session: 1,
            started_at: Timestamp::UNIX_EPOCH,
            active_at: Timestamp::UNIX_EPOCH,
            finished_at: None,
            ended: None,
            outcome: None,
            tally: OutcomeCounts {
                answered,
                failed: 100 - answered,
                ..OutcomeCounts::default()
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
    fn base_is_the_latest_of_the_best_runs() {
        for (runs, expected) in [
            (vec![], None),
            (vec![run(2, true, 98), run(1, true, 100)], Some(2)),
            (vec![run(2, true, 97), run(1, true, 98)], Some(1)),
            (vec![run(2, true, 97), run(1, true, 12)], Some(2)),
            // A run of another, smaller list is not the base.
            (vec![run(2, false, 100), run(1, true, 50)], Some(1)),
            (vec![run(3, false, 90), run(2, false, 99)], Some(2)),
        ] {
            let base = base(&runs).map(|it| it.record.run.0);
            assert_eq!(base, expected, "{runs:?}");
        }
    }
}
