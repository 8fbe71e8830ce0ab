//! The end of a run whose reports are written: what is printed, logged and measured, and its exit code.

use jiff::Timestamp;
use tracing::{error, info};

use super::fail_on::alarmed;
use crate::{
    console::{PrintError, print},
    domain::{
        api::Api,
        ending::{Ending, RunOutcome},
        exit_code::ExitCode,
        text::chain,
    },
    quota::Gate,
    report::{Notice, overview::RunDigest},
    run::{
        Finished, RunError,
        gate::gate,
        messages::{how_it_ended, how_to_resume},
        metrics::{self, Sample},
        prepare::Setup,
        reporting::summary::Show,
    },
    store::{RunRecord, Store, StoreError},
};

/// A run whose reports have been written.
pub(in crate::run) struct Concluded<'run> {
    pub(super) setup: Setup<'run>,
    pub(super) record: RunRecord,
    pub(super) ending: Ending,
    pub(super) outcome: RunOutcome,
    /// Why some data could not be stored.
    pub(super) failure: Option<StoreError>,
    /// Why the folders of `--split-by` could not be written, the run not added to the lake, or its
    /// reports not uploaded.
    pub(super) undelivered: Option<RunError>,
    pub(super) summaries: Summaries,
    pub(super) store: Store,
}

/// What is said of a run besides its reports.
pub(super) struct Summaries {
    /// On the terminal.
    pub(super) text: Show,
    /// In the metrics.
    pub(super) figures: Vec<Sample>,
    /// In the overview of several tenants.
    pub(super) digest: RunDigest,
    /// In a notification.
    pub(super) notice: Box<Notice>,
}

impl Concluded<'_> {
    /// Prints and logs how the run ended, and writes the metrics. Returns the exit code or the error.
    pub(in crate::run) fn finish(mut self) -> Finished {
        let printed = self.print_messages();
        let ended = with_printed(self.exit_code(), printed);
        let code = ended
            .as_ref()
            .map_or_else(RunError::exit_code, |code| *code);
        let started = self.setup.input.started.timestamp();
        log_end(&self.record, started, code);
        metrics::write(
            self.setup.input.config,
            self.summaries.figures,
            started,
            code,
        );
        Finished {
            digest: Some(self.summaries.digest),
            notice: Some(self.summaries.notice),
            ended,
        }
    }

    /// Prints the summary, how the run ended, and how to resume it.
    fn print_messages(&self) -> Result<(), PrintError> {
        self.summaries.text.show()?;
        let config = self.setup.input.config;
        let how = if self.failure.is_none() && self.undelivered.is_none() {
            let gate = self.gate_for_unanswered();
            let limiter = gate.as_ref().map(|it| it.limiter(Api::MissingKbs));
            let is_alarming = self.summaries.digest.is_alarming;
            how_it_ended(config, &self.ending, &self.record, limiter, is_alarming)
        } else {
            None
        };
        let next = how_to_resume(config, &self.ending, self.outcome);
        let messages = [how, next];
        messages.iter().flatten().try_for_each(|text| print(text))
    }

    /// The gate for the machines without an answer; `None` if there are none, or with `--quiet`.
    fn gate_for_unanswered(&self) -> Option<Gate> {
        let (input, tally) = (self.setup.input, self.record.tally);
        let is_needed = !input.config.console.quiet && tally.failed + tally.pending > 0;
        let gate = is_needed.then(|| gate(input.config, &self.store, &self.setup.identity));
        gate?.ok()
    }

    fn exit_code(&mut self) -> Result<ExitCode, RunError> {
        if let Some(problem) = self.undelivered.take() {
            log_store_failure(self.failure.as_ref());
            return Err(problem);
        }
        if let Some(failure) = self.failure.take() {
            return Err(RunError::StoreFailed(failure));
        }
        let api_url = self.setup.input.config.service.api_url.as_str();
        let claims = self.setup.identity.claims.as_ref();
        let error = RunError::of_ending(&self.ending, api_url, claims);
        let code = alarmed(self.outcome.exit_code(), self.summaries.digest.is_alarming);
        error.map_or(Ok(code), Err)
    }
}

/// How the run ended, or the error of printing that. If the run has ended with an error as well, it
/// is logged.
fn with_printed(
    ended: Result<ExitCode, RunError>,
    printed: Result<(), PrintError>,
) -> Result<ExitCode, RunError> {
    let Err(unprinted) = printed else {
        return ended;
    };
    if let Err(problem) = ended {
        error!("{}", chain(&problem));
    }
    Err(unprinted.into())
}

/// Logs why answers could not be stored, because another error is the one that is returned.
pub(super) fn log_store_failure(failure: Option<&StoreError>) {
    if let Some(failure) = failure {
        error!("Answers could no longer be stored: {}", chain(failure));
    }
}

/// Logs the end of the run, for log collectors.
fn log_end(record: &RunRecord, started: Timestamp, code: ExitCode) {
    let tally = record.tally;
    let figures = record.figures.unwrap_or_default();
    let took = Timestamp::now().duration_since(started);
    info!(
        target: "patchgap::end",
        run = record.run.0,
        exit_code = code as u8,
        outcome = record.outcome.map(RunOutcome::as_str),
        seconds = took.as_secs(),
        machines = tally.machines(),
        answered = tally.answered,
        not_found = tally.not_found,
        failed = tally.failed,
        pending = tally.pending,
        with_gaps = figures.with_gaps,
        kbs = figures.kbs,
        gaps = figures.gaps,
        exposure = figures.exposure,
        "run finished"
    );
}
