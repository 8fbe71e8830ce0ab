//! `--split-by`: the reports of the machines with each value of a column, in folders of their own.

use std::{collections::HashMap, io};

use super::{
    data::{PartFacts, RunData, Sources},
    history::{BaseMachines, add_changes},
    output::Output,
    part_folders::column,
    part_history::part_histories,
};
use crate::{
    aggregate::{Aggregation, Fleet, RankBy, SoftwareOn},
    domain::{
        ending::RunOutcome, gaps::AnswerRef, machine::MachineId, outcome::Outcome, text::counted,
    },
    inventory::ListPart,
    report::output::folder_names,
    run::{RunError, deliver::upload::WrittenFiles, messages::inform},
};

/// Passes on every outcome of a run.
pub(in crate::run) type Outcomes<'run> =
    dyn Fn(&mut dyn FnMut(Outcome, AnswerRef)) -> Result<(), RunError> + 'run;

/// Writes the reports of each part of the run's list, and removes those of parts that no longer
/// exist. The reports of the whole list have been written before.
pub(in crate::run) fn write_parts(
    whole: &RunData<'_>,
    output: &Output,
    outcomes: &Outcomes<'_>,
    files: &mut WrittenFiles,
) -> Result<(), RunError> {
    let written = write_all(whole, output, outcomes, files);
    written.map_err(|problem| RunError::PartsNotWritten(Box::new(problem)))
}

fn write_all(
    whole: &RunData<'_>,
    output: &Output,
    outcomes: &Outcomes<'_>,
    files: &mut WrittenFiles,
) -> Result<(), RunError> {
    let Sources {
        config, inventory, ..
    } = whole.sources;
    let Some(column) = column(config, inventory)? else {
        return Ok(output.remove_parts_except(&[])?);
    };
    let parts = inventory.split(column);
    let names = folder_names(parts.iter().map(|part| &*part.value));
    let split = Split::new(&parts);
    let fleets = split.fleets(whole, outcomes)?;
    let bases = split.bases(whole).map_err(RunError::History)?;
    let histories = part_histories(whole, parts.len(), &split.of).map_err(RunError::History)?;
    let title = whole.title();
    let before = bases.iter().zip(histories);
    for (((part, fleet), (bases, history)), name) in
        parts.iter().zip(fleets).zip(before).zip(&names)
    {
        let value = if part.value.is_empty() {
            "none"
        } else {
            &part.value
        };
        let facts = PartFacts {
            folder: config.reports.out.join(name),
            title: format!("{title}, {}: {value}", inventory.columns[column]),
        };
        let data = part_data(whole, part, fleet, facts);
        let mut data = add_changes(data, whole, bases).map_err(RunError::History)?;
        history.add_to(&mut data);
        data.with_run(|run| {
            files.add(run.facts, Some(name));
            output.write_part(name, run)
        })?;
    }
    let folders = counted(names.len() as u64, "folder", "folders");
    let column = &inventory.columns[column];
    inform(
        config.console,
        &format!(
            "reports by {column}: {folders} in {}",
            config.reports.out.display()
        ),
    );
    Ok(output.remove_parts_except(&names)?)
}

/// The data of a part, still without earlier runs.
fn part_data<'part>(
    whole: &'part RunData<'_>,
    part: &'part ListPart,
    fleet: Fleet,
    facts: PartFacts,
) -> RunData<'part> {
    let sources = Sources {
        inventory: &part.inventory,
        ..whole.sources
    };
    let record = whole.record.clone();
    let ended = record.ended;
    let data = RunData::new(sources, fleet, record, |is_enough| {
        RunOutcome::rerendered(ended, is_enough)
    });
    RunData {
        part: Some(facts),
        selection: whole.selection.clone(),
        bulk: whole.bulk,
        software: whole.software.clone(),
        ..data
    }
}

/// A list that is split into parts.
struct Split<'run> {
    parts: &'run [ListPart],
    /// The part of each machine.
    of: HashMap<MachineId, usize>,
}

impl<'run> Split<'run> {
    fn new(parts: &'run [ListPart]) -> Self {
        let machines = |part: &'run ListPart| {
            let skipped = part.inventory.skipped.machines.iter();
            let skipped = skipped.map(|machine| machine.listed.id);
            part.inventory
                .machines
                .iter()
                .map(|it| it.id)
                .chain(skipped)
        };
        let of = parts.iter().zip(0..);
        let of = of.flat_map(|(part, at)| machines(part).map(move |id| (id, at)));
        Self {
            parts,
            of: of.collect(),
        }
    }

    /// The figures of each part, from one pass over the outcomes.
    fn fleets(&self, whole: &RunData<'_>, outcomes: &Outcomes<'_>) -> Result<Vec<Fleet>, RunError> {
        let started_at = whole.record.started_at;
        let feeds = &whole.fleet.feeds;
        let policy = &whole.fleet.policy.policy;
        let parts = self.parts.iter();
        let mut parts: Vec<Aggregation<'_>> = parts
            .map(|part| {
                let part = Aggregation::of(&part.inventory, started_at).with_feeds(feeds);
                part.with_policy(policy, feeds)
            })
            .collect();
        outcomes(&mut |outcome, answer| {
            if let Some(part) = self.of.get(&outcome.machine) {
                parts[*part].record(outcome, answer);
            }
        })?;
        let rank_by = RankBy::for_people(whole.sources.config.reports.rank_by, feeds);
        let now = whole.record.last_sign_of_life();
        let zone = whole.sources.time_zone;
        let software = SoftwareOn::of(whole.software.as_ref(), started_at, zone);
        let fleets = parts.into_iter();
        let fleets = fleets.map(|part| part.finish(rank_by, now, software));
        Ok(fleets.collect())
    }

    /// The machines of each part in the earlier runs that the whole run is compared with.
    fn bases(&self, whole: &RunData<'_>) -> io::Result<Vec<BaseMachines>> {
        let mut bases = vec![BaseMachines::default(); self.parts.len()];
        let all = BaseMachines::of(whole)?;
        for machine in all.latest {
            if let Some(part) = self.of.get(&machine.machine) {
                bases[*part].latest.push(machine);
            }
        }
        for machine in all.week {
            if let Some(part) = self.of.get(&machine.machine) {
                bases[*part].week.push(machine);
            }
        }
        Ok(bases)
    }
}
