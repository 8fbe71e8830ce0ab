//! `patchgap report --offline`: the reports again, from the store alone.

use std::path::Path;

use jiff::Timestamp;

use super::{App, AppError, console::say, identity::service, job::summarise, plan};
use crate::{
    aggregate::{Fleet, aggregate},
    config::Config,
    exit_code::ExitCode,
    fetch::Requests,
    inventory::Inventory,
    outcome::{Outcome, RunOutcome},
    report::{self, Facts, Run, Tool, output::OutputFolder},
    store::{Problem, Reuse, RunRecord, Store, StoreError},
};

/// What is rendered again.
struct Kept {
    inventory: Inventory,
    outcomes: Vec<Outcome>,
    /// The run whose reports they are; none where the list is another.
    run: Option<RunRecord>,
    tenant_id: Option<String>,
    api_url: String,
}

impl App {
    /// Renders the last run's reports again; or, for a list of its own, what the store knows
    /// of these machines.
    pub(super) fn offline(
        &self,
        config: &Config,
        state: &Path,
        inventory: Option<Inventory>,
    ) -> Result<ExitCode, AppError> {
        let store = Store::open_existing(state)?;
        store.verify()?;
        let last = last_run(&store, config)?;
        let kept = match inventory {
            None => again(&store, last)?,
            Some(inventory) => known(&store, last, inventory, config, self.now())?,
        };
        if config.dry_run {
            say(&plan::offline(config, &kept.inventory));
            return Ok(ExitCode::Complete);
        }
        let reports = report::reports(&config.reports.formats);
        let folder = OutputFolder::prepare(&config.reports.out, &reports)?;
        let fleet = aggregate(
            &kept.inventory,
            kept.outcomes.clone(),
            config.reports.rank_by,
        );
        let facts = Facts {
            files: report::file_names(&reports),
            ..facts(&kept, config, &fleet, self.now())
        };
        let run = Run {
            inventory: &kept.inventory,
            fleet: &fleet,
            facts: &facts,
        };
        folder.write_all(&reports, &run)?;
        summarise(config, &run);
        Ok(match facts.outcome {
            RunOutcome::Complete => ExitCode::Complete,
            _ => ExitCode::Partial,
        })
    }

    fn now(&self) -> Timestamp {
        self.surroundings.started.timestamp()
    }
}

/// The last run for the configured tenant and API. Where there is only one, neither need
/// be configured; but one that is configured has to be the right one.
fn last_run(store: &Store, config: &Config) -> Result<RunRecord, AppError> {
    let runs = store.runs()?;
    let configured = service(
        config.sign_in.tenant_id.as_deref(),
        config.service.api_url.as_str(),
    );
    let is_tenant = |run: &&RunRecord| {
        let tenant = &configured.tenant_id;
        tenant.is_empty() || run.service.tenant_id.eq_ignore_ascii_case(tenant)
    };
    let is_configured =
        |run: &&RunRecord| is_tenant(run) && run.service.api_url == configured.api_url;
    let only_one = runs
        .windows(2)
        .all(|pair| pair[0].service == pair[1].service);
    let found = runs
        .iter()
        .find(is_configured)
        .or_else(|| runs.first().filter(|run| only_one && is_tenant(run)));
    let problem = if runs.is_empty() {
        "holds no run yet"
    } else {
        "holds no run for the configured tenant and API; `patchgap runs` lists those that it holds"
    };
    Ok(found.cloned().ok_or_else(|| StoreError {
        path: store.path().to_owned(),
        problem: Problem::Empty(problem),
    })?)
}

/// The run's own list, and what came of it.
fn again(store: &Store, run: RunRecord) -> Result<Kept, AppError> {
    Ok(Kept {
        inventory: store.inventory(run.run)?,
        outcomes: store.outcomes(run.run)?,
        tenant_id: tenant(&run),
        api_url: run.service.api_url.clone(),
        run: Some(run),
    })
}

/// For the machines of a run that run's reports, with what the list says of them now. For
/// other machines what the store knows of them, and why the last run has no answer.
fn known(
    store: &Store,
    last: RunRecord,
    inventory: Inventory,
    config: &Config,
    now: Timestamp,
) -> Result<Kept, AppError> {
    let run = store.run_of_fleet(last.service_number, &inventory)?;
    let mut outcomes = match &run {
        Some(run) => store.outcomes(run.run)?,
        None => of_other_list(store, &last, &inventory)?,
    };
    if let Reuse::Answers(longest) = config.store.reuse {
        outcomes.retain(|outcome| {
            let answer = outcome.result.as_ref().ok();
            answer.is_none_or(|it| now.duration_since(it.answered_at).unsigned_abs() <= longest)
        });
    }
    Ok(Kept {
        inventory,
        outcomes,
        run,
        tenant_id: tenant(&last),
        api_url: last.service.api_url,
    })
}

fn of_other_list(
    store: &Store,
    last: &RunRecord,
    inventory: &Inventory,
) -> Result<Vec<Outcome>, AppError> {
    let machines = inventory.machines.iter().map(|machine| machine.id);
    let mut outcomes = store.last_answers(last.service_number, machines)?;
    let in_vain = store.outcomes(last.run)?;
    // Of several outcomes of one machine, an answer counts.
    outcomes.extend(in_vain.into_iter().filter(|it| it.result.is_err()));
    Ok(outcomes)
}

fn tenant(run: &RunRecord) -> Option<String> {
    let tenant = &run.service.tenant_id;
    (!tenant.is_empty()).then(|| tenant.clone())
}

/// The circumstances of the run whose reports they are; of another list, those of now.
fn facts(kept: &Kept, config: &Config, fleet: &Fleet, now: Timestamp) -> Facts {
    let share = config.reports.min_coverage;
    let by_coverage = || {
        RunOutcome::of(&kept.inventory, &fleet.coverage, |part, whole| {
            share.is_reached_by(part, whole)
        })
    };
    let run = kept.run.as_ref();
    let ended = run.and_then(|run| run.outcome);
    Facts {
        tool: Tool::THIS,
        tenant_id: kept.tenant_id.clone(),
        outcome: match ended {
            Some(outcome @ (RunOutcome::Interrupted | RunOutcome::Refused)) => outcome,
            _ => by_coverage(),
        },
        ended: run.and_then(|run| run.ended),
        started_at: run.map_or(now, |run| run.started_at),
        finished_at: run.map_or(now, |run| run.finished_at.unwrap_or(run.active_at)),
        api_url: kept.api_url.clone(),
        requests: run.map_or_else(Requests::default, |run| run.requests),
        folder: config.reports.out.clone(),
        files: Vec::new(),
        csv_guard: config.reports.csv_guard,
    }
}
