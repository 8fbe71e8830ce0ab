//! All tenants, and the overview at the end.

use std::{path::Path, ptr};

use jiff::Timestamp;
use tracing::{error, warn};

use super::{
    exit_code::combined,
    input::{Shared, TenantsInput},
    job::TenantJob,
    journal::Journal,
    one::{panicked, run_one},
    side_by_side::side_by_side,
    stores::Stores,
};
use crate::{
    console::{print, terminal_width},
    domain::{
        exit_code::ExitCode,
        text::{chain, counted},
    },
    progress::{ProgressMode, TenantBars},
    report::{
        Notice,
        output::{Claim, Input, OutputFolder, resolved, write_files},
        overview::{FILES, Overview, TenantRow},
    },
    run::{
        RunError, inputs::feeds::SharedFeeds, messages::inform,
        reporting::step_summary::add_step_summary,
    },
    store::{Retention, RunId, TenantsJournal, files_of},
};

/// The result of a run over many tenants.
pub(crate) struct AllEnded {
    pub(crate) exit_code: ExitCode,
    /// The content of the notification; `None` if only a plan was printed.
    pub(crate) notice: Option<Box<Notice>>,
    /// The error that occurred after the overview was written.
    failed_after: Option<RunError>,
}

impl AllEnded {
    /// The error that occurred after the overview was written.
    pub(crate) const fn failed_after(&self) -> Option<&RunError> {
        self.failed_after.as_ref()
    }

    /// Records an error that occurred after the overview was written. The first one is returned.
    pub(crate) fn fail_after(&mut self, problem: RunError) {
        match self.failed_after {
            Some(_) => error!("{}", chain(&problem)),
            None => self.failed_after = Some(problem),
        }
    }

    /// The exit code, unless an error occurred after the overview was written.
    pub(crate) fn ended(self) -> Result<ExitCode, RunError> {
        self.failed_after.map_or(Ok(self.exit_code), Err)
    }
}

/// Runs every tenant, and writes the overview.
pub(crate) fn run_all(input: &TenantsInput<'_>) -> Result<AllEnded, RunError> {
    let stores = stores(input);
    if input.common.dry_run {
        let exit_code = plans(input, stores)?;
        return Ok(AllEnded {
            exit_code,
            notice: None,
            failed_after: None,
        });
    }
    let folder = &input.tenants.overview;
    check_overview(input, &stores, folder)?;
    let journal = journal(input, &stores)?;
    let shared = Shared {
        stores,
        feeds: SharedFeeds::default(),
        bars: TenantBars::new(input.bar, input.common.progress, input.jobs.len() as u64),
        journal: journal.as_ref(),
    };
    let rows = rows(input, &shared, input.tenants.parallel);
    write_overview(input, &shared, rows)
}

/// The stores of all tenants.
fn stores(input: &TenantsInput<'_>) -> Stores {
    let own = input.jobs.iter().filter_map(TenantJob::state);
    let paths = [&*input.tenants.state].into_iter().chain(own);
    Stores::of(paths, input.tenants.parallel)
}

/// Checks, before the first request, that the overview can be written and replaces no other file.
fn check_overview(
    input: &TenantsInput<'_>,
    stores: &Stores,
    folder: &Path,
) -> Result<(), RunError> {
    let (tenants, summary) = (&input.tenants.path, &input.common.step_summary);
    let stores = stores.iter().flat_map(|store| files_of(store.path()));
    let inputs = [("tenants file", tenants.clone())].into_iter();
    let inputs = inputs.chain(
        summary
            .clone()
            .map(|path| ("summary of the workflow", path)),
    );
    let inputs = inputs.chain(stores.map(|path| ("store", path)));
    let inputs: Vec<Input> = inputs.map(|(what, path)| Input { what, path }).collect();
    let claim = Claim {
        folder,
        names: &FILES,
        has_targets: false,
        option: "--out",
    };
    claim.check(&inputs)?;
    OutputFolder::prepare(folder, &[])?;
    Ok(())
}

/// Resumes the run that an earlier process began, or begins a new one.
fn journal(input: &TenantsInput<'_>, stores: &Stores) -> Result<Option<Journal>, RunError> {
    let state = stores.find(&input.tenants.state);
    let Some(state) = state.filter(|_| !input.common.offline) else {
        return Ok(None);
    };
    let file = resolved(&input.tenants.path);
    let (reuse, now) = (input.common.store.reuse, input.started.timestamp());
    let kept = TenantsJournal::open(state, &file.to_string_lossy(), reuse, now)?;
    let journal = Journal::new(kept)?;
    if journal.done_before() > 0 {
        let done = counted(journal.done_before(), "tenant is", "tenants are");
        inform(
            input.common.console,
            &format!("Going on with an earlier run: {done} done (--fresh starts over)"),
        );
    }
    Ok(Some(journal))
}

/// The rows of all tenants, in their order.
fn rows(input: &TenantsInput<'_>, shared: &Shared<'_>, parallel: usize) -> Vec<TenantRow> {
    let rows = side_by_side(&input.jobs, parallel, |job| run_one(input, shared, job));
    shared.bars.clear();
    let rows = rows.into_iter().zip(&input.jobs);
    rows.map(|(row, job)| row.unwrap_or_else(|| panicked(job)))
        .collect()
}

/// Prints the plan of each tenant, one after the other.
fn plans(input: &TenantsInput<'_>, stores: Stores) -> Result<ExitCode, RunError> {
    let shared = Shared {
        stores,
        feeds: SharedFeeds::default(),
        bars: TenantBars::new(input.bar, ProgressMode::Off, 0),
        journal: None,
    };
    // On its own thread, like every run: the current thread may already drive a runtime.
    let codes = side_by_side(&input.jobs, 1, |job| -> Result<ExitCode, RunError> {
        print(&format!("{}\n", job.tenant.name))?;
        let row = run_one(input, &shared, job);
        print("\n")?;
        Ok(row.exit_code)
    });
    let codes = codes.into_iter();
    let codes = codes.map(|code| code.unwrap_or(Ok(ExitCode::Unexpected)));
    Ok(combined(&codes.collect::<Result<Vec<_>, _>>()?))
}

/// Writes the overview, and then records that the run over all tenants has ended.
fn write_overview(
    input: &TenantsInput<'_>,
    shared: &Shared<'_>,
    rows: Vec<TenantRow>,
) -> Result<AllEnded, RunError> {
    let codes: Vec<ExitCode> = rows.iter().map(|row| row.exit_code).collect();
    let started = input.started;
    let started_at = shared.journal.map(Journal::started_at);
    let overview = Overview {
        folder: input.tenants.overview.clone(),
        rows,
        started_at: started_at.unwrap_or_else(|| started.timestamp()),
        finished_at: Timestamp::now().max(started.timestamp()),
        time_zone: started.time_zone().clone(),
        csv_guard: input.common.reports.csv_guard,
    };
    let files = overview.files().map_err(RunError::Overview)?;
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
    write_files(&overview.folder, &files)?;
    if let Some(journal) = shared.journal {
        journal.stop(is_over(&overview.rows));
        prune(input, shared, &overview.rows);
    }
    if let Some(path) = &input.common.step_summary {
        add_step_summary(path, &overview.markdown());
    }
    let printed = if input.common.console.quiet {
        Ok(())
    } else {
        print(&overview.text(terminal_width()))
    };
    Ok(AllEnded {
        exit_code: combined(&codes),
        notice: Some(Box::new(overview.notice())),
        failed_after: printed.err().map(RunError::from),
    })
}

/// Whether a later process begins a new run: unless this one was interrupted or ran out of time.
fn is_over(rows: &[TenantRow]) -> bool {
    rows.iter().all(|row| {
        let is_unfinished = row.error.is_none() && row.is_unfinished();
        row.exit_code != ExitCode::Interrupted && !is_unfinished
    })
}

/// Deletes old runs of all tenants together, because that scans the whole store.
fn prune(input: &TenantsInput<'_>, shared: &Shared<'_>, rows: &[TenantRow]) {
    for store in shared.stores.iter() {
        let is_its = |job| shared.store(job).is_some_and(|it| ptr::eq(it, store));
        let rows = rows.iter().zip(&input.jobs);
        let rows = rows.filter(|(_, job)| is_its(job));
        let kept = rows.filter_map(|(row, job)| {
            Some(Retention {
                run: RunId(row.digest.as_ref()?.run?),
                keep: job.keep_runs(),
            })
        });
        let kept: Vec<Retention> = kept.collect();
        let pruned = store
            .open()
            .and_then(|mut store| store.prune(&kept, Timestamp::now()));
        if let Err(problem) = pruned {
            warn!("Old runs could not be deleted: {}", chain(&problem));
        }
    }
}
