//! Earlier runs: the changes since then, and the trend.

use std::{io, time::Duration};

use jiff::Timestamp;

use super::{
    bases::{WEEK, latest, whole_before},
    data::RunData,
};
use crate::{
    aggregate::SoftwareOn,
    changes::{BaseRun, Changes, Comparison, Figures, RunReleases, TimeToPatch, time_to_patch},
    domain::{gaps::BaseMachine, release::ReleaseCount, software::Support},
    inventory::Inventory,
    report::{RunKbs, TrendPoint},
    store::{EarlierRun, RunId, RunRecord, StoreError},
};

/// The number of runs in a trend.
pub(super) const TREND: usize = 30;

/// Adds the changes since the most comparable earlier run and since a week ago, and the trend.
pub(crate) fn add_history(data: &mut RunData<'_>) -> io::Result<()> {
    let earlier = earlier_runs(data)?;
    let base = latest(&earlier);
    let changes = base.map(|base| compare(data, base)).transpose()?;
    let week = whole_before(&earlier, data.record.started_at, WEEK);
    data.week = match week {
        Some(week) if base == Some(week) => changes.clone(),
        week => week.map(|week| compare(data, week)).transpose()?,
    };
    data.changes = changes;
    data.trend = trend(&earlier, &data.record);
    data.kb_runs = kb_runs(data, &earlier).map_err(io::Error::other)?;
    data.releases = releases(data, &earlier).map_err(io::Error::other)?;
    Ok(())
}

/// Replaces the changes by those since the latest whole run of at least this age. Returns whether
/// there is one.
pub(crate) fn compare_with_older(data: &mut RunData<'_>, age: Duration) -> io::Result<bool> {
    let earlier = earlier_runs(data)?;
    let base = whole_before(&earlier, data.record.started_at, age);
    data.changes = base.map(|base| compare(data, base)).transpose()?;
    Ok(data.changes.is_some())
}

pub(super) fn earlier_runs(data: &RunData<'_>) -> io::Result<Vec<EarlierRun>> {
    let earlier = data.sources.kept.earlier_runs(data.record.run);
    earlier.map_err(io::Error::other)
}

/// The changes since an earlier run.
pub(crate) fn compare(data: &RunData<'_>, earlier: &EarlierRun) -> io::Result<Changes> {
    let then = base_machines(data, earlier.record.run, earlier.record.started_at)?;
    let base = BaseRun {
        run: earlier.record.run.0,
        started_at: earlier.record.started_at,
        finished_at: earlier.record.last_sign_of_life(),
        machines: then.len() as u64,
        is_same_fleet: earlier.is_same_fleet,
        lists_tenant: earlier.record.lists_tenant && lists_tenant(data.sources.inventory),
        figures: Figures::default(),
    };
    changes(data, base, &then)
}

/// The machines of an earlier run. Their Windows versions are taken from today's software
/// inventory.
pub(super) fn base_machines(
    data: &RunData<'_>,
    run: RunId,
    started_at: Timestamp,
) -> io::Result<Vec<BaseMachine>> {
    let machines = data.sources.kept.base_machines(run);
    let mut machines = machines.map_err(io::Error::other)?;
    let zone = data.sources.time_zone;
    if let Some(software) = SoftwareOn::of(data.software.as_ref(), started_at, zone) {
        for machine in &mut machines {
            machine.unsupported = software.support(machine.machine) == Some(Support::Unsupported);
        }
    }
    Ok(machines)
}

fn changes(data: &RunData<'_>, base: BaseRun, then: &[BaseMachine]) -> io::Result<Changes> {
    let sources = data.sources;
    let comparison = Comparison {
        fleet: &data.fleet,
        gaps: sources.answers,
        base,
        base_machines: then,
        history: &sources.before(RunId(base.run)),
        replacing: sources.config.reports.replacing,
    };
    comparison.changes()
}

/// The machines of the runs that a run is compared with, each sorted by id.
#[derive(Debug, Clone, Default)]
pub(super) struct BaseMachines {
    pub(super) latest: Vec<BaseMachine>,
    pub(super) week: Vec<BaseMachine>,
}

impl BaseMachines {
    pub(super) fn of(data: &RunData<'_>) -> io::Result<Self> {
        let read = |changes: &Option<Changes>| match changes {
            Some(changes) => base_machines(data, RunId(changes.base.run), changes.base.started_at),
            None => Ok(Vec::new()),
        };
        Ok(Self {
            latest: read(&data.changes)?,
            week: read(&data.week)?,
        })
    }
}

/// Adds the changes of a part since the runs that the whole run is compared with.
pub(super) fn add_changes<'part>(
    mut part: RunData<'part>,
    whole: &RunData<'_>,
    bases: &BaseMachines,
) -> io::Result<RunData<'part>> {
    let since = |whole: &Option<Changes>, machines: &[BaseMachine]| {
        let base = whole.as_ref().map(|it| BaseRun {
            machines: machines.len() as u64,
            ..it.base
        });
        base.map(|base| changes(&part, base, machines)).transpose()
    };
    let (latest, week) = (
        since(&whole.changes, &bases.latest)?,
        since(&whole.week, &bases.week)?,
    );
    part.changes = latest;
    part.week = week;
    Ok(part)
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

/// How many machines missed each KB in the earlier runs of the trend, oldest first.
fn kb_runs(data: &RunData<'_>, earlier: &[EarlierRun]) -> Result<Vec<RunKbs>, StoreError> {
    let same = earlier.iter().filter(|it| it.is_same_fleet);
    let ended = same.filter(|it| it.record.figures.is_some());
    let latest = ended.take(TREND - 1).map(|it| {
        Ok(RunKbs {
            run: it.record.run.0,
            started_at: it.record.started_at,
            kbs: data.sources.kept.kbs(it.record.run)?,
        })
    });
    let mut runs: Vec<RunKbs> = latest.collect::<Result<_, StoreError>>()?;
    runs.reverse();
    Ok(runs)
}

/// How the machines got the updates of the latest months, in the runs of the same fleet.
fn releases(data: &RunData<'_>, earlier: &[EarlierRun]) -> Result<Vec<TimeToPatch>, StoreError> {
    let kept = data.sources.kept;
    let same = earlier.iter().rev().filter(|it| it.is_same_fleet);
    let runs = same.map(|it| Ok(releases_of(&it.record, kept.releases(it.record.run)?)));
    let mut runs: Vec<RunReleases> = runs.collect::<Result<_, StoreError>>()?;
    runs.push(releases_of_today(data));
    Ok(time_to_patch(&runs))
}

/// How many of today's machines miss the updates of each month.
pub(super) fn releases_of_today(data: &RunData<'_>) -> RunReleases {
    releases_of(&data.record, data.fleet.releases.clone())
}

fn releases_of(run: &RunRecord, counts: Vec<ReleaseCount>) -> RunReleases {
    RunReleases {
        started_at: run.started_at,
        machines: run.tally.machines(),
        answered: run.tally.answered,
        counts,
    }
}

/// The run in a trend; `None` if it has not ended.
pub(super) fn point(run: &RunRecord) -> Option<TrendPoint> {
    let figures = run.figures?;
    Some(TrendPoint {
        run: run.run.0,
        started_at: run.started_at,
        machines: run.tally.machines(),
        answered: run.tally.answered,
        with_gaps: figures.with_gaps,
        clean: figures.clean,
        unsupported: figures.unsupported,
        kbs: figures.kbs,
        gaps: figures.gaps,
        exposure: figures.exposure,
        known_exploited: figures.exploited,
        rechecked: Some(run.rechecked).filter(|it| it.machines > 0),
    })
}
