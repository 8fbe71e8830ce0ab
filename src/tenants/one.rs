//! The run of one tenant, which always ends as a row of the overview.

use tokio::runtime::Builder;
use tracing::error;

use super::{
    input::{Shared, TenantsInput},
    job::TenantJob,
    side_by_side::in_span,
};
use crate::{
    config::Resolved,
    domain::{exit_code::ExitCode, text::chain},
    progress::Bar,
    report::overview::{RunDigest, TenantRow},
    run::{Finished, RunError, job::ReportJob},
};

/// The hint for a tenant that was never reported: refused every night, or new in the file.
const NEW_HINT: &str = "it was never reported: `patchgap report` without --offline queries it, and \
                        `patchgap check` says whether it is ready";

/// Runs one tenant.
pub(super) fn run_one(
    input: &TenantsInput<'_>,
    shared: &Shared<'_>,
    job: &TenantJob<'_>,
) -> TenantRow {
    let name = &job.tenant.name;
    in_span(name, || {
        let bar = &shared.bars.begin(name);
        let tenant = OneTenant {
            input,
            shared,
            job,
            bar,
        };
        let row = tenant.run();
        shared.bars.end(name, row.exit_code == ExitCode::Complete);
        if let Some(problem) = &row.error {
            let hint = row.hint.as_deref();
            error!(exit_code = row.exit_code as u8, hint, "{problem}");
        }
        row
    })
}

/// The row of a tenant whose run panicked.
pub(super) fn panicked(job: &TenantJob<'_>) -> TenantRow {
    TenantRow {
        error: Some("an unexpected failure: please report it with the messages above".to_owned()),
        ..job.row(ExitCode::Unexpected)
    }
}

struct OneTenant<'run> {
    input: &'run TenantsInput<'run>,
    shared: &'run Shared<'run>,
    job: &'run TenantJob<'run>,
    bar: &'run Bar,
}

impl OneTenant<'_> {
    fn run(&self) -> TenantRow {
        let resolved = match self.job.resolved() {
            Ok(resolved) => resolved,
            Err(row) => return *row,
        };
        if let Some(row) = self.done_before(resolved) {
            return row;
        }
        if self.input.stops.gentle.is_cancelled() {
            return TenantRow {
                error: Some("interrupted before it began".to_owned()),
                ..self.job.row(ExitCode::Interrupted)
            };
        }
        self.row(self.report(resolved))
    }

    /// The row of a tenant that an earlier process has finished. If its reports now belong in another folder,
    /// or no longer exist, they are rendered again.
    fn done_before(&self, resolved: &Resolved) -> Option<TenantRow> {
        let done = self.shared.journal?.done(self.job.tenant)?;
        let (folder, digest) = (&resolved.config.reports.out, &done.digest);
        if done.is_in(folder) {
            return Some(TenantRow {
                exit_code: digest.exit_code(),
                digest: Some(RunDigest {
                    // Spelled as in this process: links are relative to the overview.
                    folder: folder.to_string_lossy().into_owned(),
                    ..done.digest
                }),
                ..self.job.row(ExitCode::Complete)
            });
        }
        let mut again = resolved.clone();
        again.config.offline = true;
        again.config.run = digest.run;
        let finished = self.report(&again);
        finished.digest.is_some().then(|| self.row(finished))
    }

    /// Does what `patchgap report` does for one tenant.
    fn report(&self, resolved: &Resolved) -> Finished {
        let (input, config) = (self.input, &resolved.config);
        let Some(state) = self.shared.store(self.job) else {
            return RunError::NoList.into();
        };
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
            return Finished::without_reports(ExitCode::Unexpected);
        };
        let list = input.list.or(config.machines.as_ref());
        let job = ReportJob {
            resolved,
            state,
            list: list.filter(|_| !config.offline),
            started: input.started,
            feeds: &self.shared.feeds,
            bar: self.bar,
            stops: &input.stops.of_one_run(),
        };
        runtime.block_on(job.run(|| ()))
    }

    /// The row of a run that has ended. Records in the journal if the tenant is finished.
    fn row(&self, finished: Finished) -> TenantRow {
        let Finished { digest, ended, .. } = finished;
        let row = match &ended {
            Ok(code) => self.job.row(*code),
            Err(problem) => self.failed(problem),
        };
        let is_done = |digest: &&RunDigest| ended.is_ok() && digest.is_finished;
        if let (Some(journal), Some(digest)) =
            (self.shared.journal, digest.as_ref().filter(is_done))
        {
            journal.record(self.job, digest);
        }
        TenantRow { digest, ..row }
    }

    /// The row of a run that ended with an error.
    fn failed(&self, problem: &RunError) -> TenantRow {
        let is_new = problem.is_without_runs(&self.input.tenants.state);
        let (code, hint) = if is_new {
            (ExitCode::Partial, Some(NEW_HINT.to_owned()))
        } else {
            (problem.exit_code(), problem.hint())
        };
        TenantRow {
            error: Some(chain(problem)),
            hint,
            ..self.job.row(code)
        }
    }
}
