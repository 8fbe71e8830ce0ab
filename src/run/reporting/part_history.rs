//! The earlier runs of each folder of `--split-by`: the figures of its machines in runs of the same
//! list, counted from the stored answers.

use std::{collections::HashMap, io};

use super::{
    data::RunData,
    history::{TREND, base_machines, earlier_runs, point, releases_of_today},
};
use crate::{
    aggregate::ReleaseCounter,
    changes::{FiguresCounter, RunReleases, time_to_patch},
    domain::{
        gaps::{BaseMachine, Gaps},
        kb::MissingKbs,
        machine::MachineId,
        release::ReleaseMonth,
    },
    report::TrendPoint,
    store::RunRecord,
};

/// The earlier runs of a part, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct PartHistory {
    trend: Vec<TrendPoint>,
    releases: Vec<RunReleases>,
}

/// Reads the runs of the whole run's trend once for all parts. `of` maps each machine to its part.
pub(super) fn part_histories(
    whole: &RunData<'_>,
    parts: usize,
    of: &HashMap<MachineId, usize>,
) -> io::Result<Vec<PartHistory>> {
    let mut histories = vec![PartHistory::default(); parts];
    let earlier = earlier_runs(whole)?.into_iter();
    let same = earlier.filter(|it| it.is_same_fleet && it.record.figures.is_some());
    let mut latest: Vec<_> = same.take(TREND - 1).collect();
    latest.reverse();
    for run in &latest {
        let counted = count(whole, &run.record, parts, of)?;
        for (history, part) in histories.iter_mut().zip(counted) {
            history.push(&run.record, part);
        }
    }
    Ok(histories)
}

/// Counts the machines of each part in an earlier run.
fn count(
    whole: &RunData<'_>,
    run: &RunRecord,
    parts: usize,
    of: &HashMap<MachineId, usize>,
) -> io::Result<Vec<PartCounter>> {
    let has_software = run.figures.is_some_and(|it| it.unsupported.is_some());
    let mut counters = vec![PartCounter::new(has_software); parts];
    for machine in base_machines(whole, run.run, run.started_at)? {
        if let Some(part) = of.get(&machine.machine) {
            counters[*part].record(&machine, whole.sources.answers)?;
        }
    }
    Ok(counters)
}

/// The machines of a part in one run.
#[derive(Debug, Clone)]
struct PartCounter {
    machines: u64,
    figures: FiguresCounter,
    releases: ReleaseCounter,
}

impl PartCounter {
    fn new(has_software: bool) -> Self {
        Self {
            machines: 0,
            figures: FiguresCounter::new(has_software),
            releases: ReleaseCounter::default(),
        }
    }

    fn record(&mut self, machine: &BaseMachine, answers: &dyn Gaps) -> io::Result<()> {
        let missing = match machine.answer {
            Some(answer) => answers.missing(answer.answer)?,
            None => MissingKbs::default(),
        };
        self.machines += 1;
        self.figures.record(machine, &missing);
        for gap in &missing {
            let month = gap.name.as_deref().and_then(ReleaseMonth::from_name);
            self.releases.add(month);
        }
        self.releases.end_machine();
        Ok(())
    }
}

impl PartHistory {
    /// Adds a run, unless none of the machines was on its list.
    fn push(&mut self, run: &RunRecord, part: PartCounter) {
        if part.machines == 0 {
            return;
        }
        let figures = part.figures.finish();
        self.trend.push(TrendPoint {
            run: run.run.0,
            started_at: run.started_at,
            machines: part.machines,
            answered: figures.answered,
            with_gaps: figures.with_gaps,
            clean: figures.clean,
            unsupported: figures.unsupported,
            kbs: figures.kbs,
            gaps: figures.gaps,
            exposure: figures.exposure,
            known_exploited: None,
            rechecked: None,
        });
        self.releases.push(RunReleases {
            started_at: run.started_at,
            machines: part.machines,
            answered: figures.answered,
            counts: part.releases.into_counts(),
        });
    }

    /// Adds these runs and today's run to a part.
    pub(super) fn add_to(self, part: &mut RunData<'_>) {
        let Self {
            mut trend,
            mut releases,
        } = self;
        trend.extend(point(&part.record));
        releases.push(releases_of_today(part));
        part.trend = trend;
        part.releases = time_to_patch(&releases);
    }
}
