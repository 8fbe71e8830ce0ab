//! The third phase: writes the reports, and only then records the end of the run in the store, so
//! that a run whose reports could not be written is resumed.

pub(super) mod fail_on;

use jiff::Timestamp;
use tracing::{error, info, warn};

use self::fail_on::{alarmed, is_alarming};
use super::{
    RunError,
    collect::Collected,
    deliver::{
        lake,
        upload::{WrittenFiles, put_off, upload_run},
    },
    finished::Finished,
    gate::gate,
    input::RunInput,
    inputs::policy::warn_of_exceptions,
    list::list_check,
    messages::{conclusion, how_to_resume, warn_of_unreadable},
    metrics::{self, EndedRun},
    prepare::Setup,
    reporting::{
        answers::Answers,
        data::{RunData, Sources},
        history::add_history,
        split::write_parts,
        summary::{Show, summary},
    },
};
use crate::{
    aggregate::{Fleet, KnownExploited, SoftwareOn},
    console::{PrintError, print},
    domain::{
        api::Api,
        ending::{Ending, RunOutcome},
        exit_code::ExitCode,
        text::chain,
    },
    inventory::ListCheck,
    quota::Gate,
    report::{Notice, overview::RunDigest},
    store::{KeptRuns, Recorded, RunId, RunRecord, Store, StoreError},
};

/// A run whose reports have been written.
pub(super) struct Concluded<'run> {
    setup: Setup<'run>,
    record: RunRecord,
    ending: Ending,
    outcome: RunOutcome,
    /// Why some data could not be stored.
    failure: Option<StoreError>,
    /// Why the folders of `--split-by` could not be written, the run not added to the lake, or its
    /// reports not uploaded.
    undelivered: Option<RunError>,
    summary: Show,
    summaries: Summaries,
    known_exploited: Option<KnownExploited>,
    store: Store,
    /// Whether gaps are open that make a complete run fail.
    is_alarming: bool,
}

/// Summaries of the run for other readers than those of its reports.
struct Summaries {
    /// For the overview of several tenants.
    digest: RunDigest,
    /// For a notification.
    notice: Box<Notice>,
}

/// Writes the reports, and then records in the store that the run has ended.
pub(super) async fn conclude(collected: Collected<'_>) -> Result<Concluded<'_>, RunError> {
    let Collected {
        setup,
        record,
        ending,
        recorded,
        census,
        cross_check,
        calls,
        ..
    } = collected;
    let (input, until) = (setup.input, setup.input.config.until);
    let Recorded {
        mut store,
        unsaved,
        failure,
    } = recorded;
    let (ending, mut failure) = apply_store_failure(ending, !unsaved.is_empty(), failure);
    if until.is_some() && failure.is_none() {
        // A failure here does not prevent the reports.
        failure = store.keep_last(record.run).err();
    }
    let record = RunRecord {
        ended: Some(ending.word()),
        rechecked: calls.result().map(|it| it.rechecked).unwrap_or_default(),
        ..record
    };
    let machines = input.inventory.machines.len();
    let answers = Answers::new(store, record.service_number, machines, unsaved);
    let answers = answers.map_err(RunError::Unreadable)?;
    let mut data = assemble(&setup, &answers, record, &ending)?;
    data.census = census;
    data.cross_check = cross_check;
    data.selection = calls.result();
    data.bulk = calls.bulk();
    let is_alarming = is_alarming(input.config, &data.fleet);
    let mut written = WrittenFiles::default();
    let (summary, mut summaries) = write(&setup, &data, failure.as_ref(), &mut written)?;
    summaries.digest.is_alarming = is_alarming;
    let delivered = deliver(&setup, &data, &ending, &answers, written).await;
    let undelivered = delivered.err();
    let (record, outcome, fleet) = (data.record, data.outcome, data.fleet);
    let mut store = answers.into_store();
    // A run with an undelivered part is not closed, so that resuming it delivers the part.
    if undelivered.is_none() {
        close(&mut store, &record, &fleet, input.config.store.keep_runs);
    }
    Ok(Concluded {
        setup,
        record,
        ending,
        outcome,
        failure,
        undelivered,
        summary,
        summaries,
        known_exploited: fleet.known_exploited,
        store,
        is_alarming,
    })
}

/// Writes the reports. Returns the text to print, and the summaries of the run.
fn write(
    setup: &Setup<'_>,
    data: &RunData<'_>,
    failure: Option<&StoreError>,
    files: &mut WrittenFiles,
) -> Result<(Show, Summaries), RunError> {
    data.with_run(|run| {
        let written = setup.output.write(run);
        written.inspect_err(|_| log_store_failure(failure))?;
        files.add(run.facts, None);
        let summaries = Summaries {
            digest: RunDigest::of(run),
            notice: Box::new(Notice::of(run)),
        };
        Ok((summary(setup.input.config, run), summaries))
    })
}

/// Writes the folders of `--split-by`.
fn write_folders(
    data: &RunData<'_>,
    setup: &Setup<'_>,
    answers: &Answers,
    files: &mut WrittenFiles,
) -> Result<(), RunError> {
    let outcomes = |record: &mut dyn FnMut(_, _)| {
        let passed_on = answers.for_each_outcome(data.record.run, record);
        passed_on.map_err(RunError::Unreadable)
    };
    write_parts(data, &setup.output, &outcomes, files)
}

/// Writes the folders of `--split-by`; then adds the run to the lake, and uploads its reports. If
/// both of these fail, the second failure is only logged.
async fn deliver(
    setup: &Setup<'_>,
    data: &RunData<'_>,
    ending: &Ending,
    answers: &Answers,
    mut written: WrittenFiles,
) -> Result<(), RunError> {
    write_folders(data, setup, answers, &mut written)?;
    let RunInput {
        config,
        started,
        stops,
        ..
    } = setup.input;
    let added = lake::add(data, ending, started.timestamp(), &stops.gentle).await;
    let uploaded = if ending.reached_its_goal() {
        upload_run(config, &written, started, &stops.gentle).await
    } else {
        put_off(config);
        Ok(())
    };
    match (added, uploaded) {
        (Err(first), Err(second)) => {
            error!("{}", chain(&second));
            Err(first)
        }
        (added, uploaded) => added.and(uploaded),
    }
}

/// Assembles the data for the reports. If earlier runs cannot be read, this run's answers are
/// reported nevertheless.
fn assemble<'run>(
    setup: &Setup<'run>,
    answers: &'run Answers,
    record: RunRecord,
    ending: &Ending,
) -> Result<RunData<'run>, RunError> {
    let input = setup.input;
    let zone = input.started.time_zone();
    let software = SoftwareOn::of(setup.software.as_ref(), record.started_at, zone);
    let fleet = answers.aggregate(&record, input, software);
    let fleet = fleet.map_err(RunError::Unreadable)?;
    warn_of_unreadable(&fleet.unreadable);
    warn_of_exceptions(&fleet.policy);
    let sources = Sources {
        config: input.config,
        time_zone: zone,
        inventory: input.inventory,
        answers,
        kept: answers.kept(),
    };
    let mut data = RunData::new(sources, fleet, record, |is_enough| {
        ending.outcome(is_enough)
    });
    data.software.clone_from(&setup.software);
    if let Err(problem) = add_history(&mut data) {
        warn!(
            "The reports show no changes because earlier runs cannot be read: {}",
            chain(&problem)
        );
    }
    data.list_check = compared(input, answers, data.record.run);
    Ok(data)
}

/// The comparison with the service's list. If it cannot be read, the reports say so.
fn compared(input: RunInput<'_>, answers: &Answers, run: RunId) -> Option<ListCheck> {
    let check = list_check(answers.kept(), run, input.inventory);
    let check = check.unwrap_or_else(|problem| Some(ListCheck::Missing(chain(&problem))));
    let is_lost =
        check.is_none() && input.config.filters.check_list && input.inventory.fetched.is_none();
    check.or_else(|| is_lost.then(|| ListCheck::Missing("it could not be stored".to_owned())))
}

/// The effect of a store failure on a run in which everything was requested: none if the store
/// recovered before the end; otherwise the next start has to request the lost answers again.
fn apply_store_failure(
    ending: Ending,
    is_unsaved: bool,
    failure: Option<StoreError>,
) -> (Ending, Option<StoreError>) {
    match (ending, is_unsaved) {
        (Ending::Finished, false) => (Ending::Finished, None),
        (Ending::Finished, true) => (Ending::StoreFailed, failure),
        (ending, _) => (ending, failure),
    }
}

/// Logs why answers could not be stored, because the error of the reports is the one that is
/// returned.
fn log_store_failure(failure: Option<&StoreError>) {
    if let Some(failure) = failure {
        error!("Answers could no longer be stored: {}", chain(failure));
    }
}

/// Records that the run has ended, and deletes old runs. A failure here does not affect the
/// reports.
fn close(store: &mut Store, record: &RunRecord, fleet: &Fleet, keep: u32) {
    let kept = KeptRuns {
        run: record.run,
        keep,
    };
    let closed = store
        .set_releases(record.run, &fleet.releases)
        .and_then(|()| store.set_kbs(record.run, &fleet.kb_counts()))
        .and_then(|()| store.finish(record))
        .and_then(|()| store.prune(&[kept], Timestamp::now()));
    if let Err(problem) = closed {
        warn!(
            "The reports are written, but the store could not be updated: {}",
            chain(&problem)
        );
    }
}

impl Concluded<'_> {
    /// Prints how the run ended. Returns its exit code or its error, with the summaries.
    pub(super) fn finish(self) -> Finished {
        let digest = Some(self.summaries.digest.clone());
        let notice = Some(self.summaries.notice.clone());
        Finished {
            digest,
            notice,
            ended: self.exit(),
        }
    }

    /// Prints how the run ended, logs it and writes the metrics. Returns the exit code or the error.
    fn exit(mut self) -> Result<ExitCode, RunError> {
        let printed = self.print_messages();
        let (record, config) = (self.record.clone(), self.setup.input.config);
        let ended_run = EndedRun {
            record: &record,
            skipped: self.summaries.digest.skipped,
            known_exploited: self.known_exploited,
            started: self.setup.input.started.timestamp(),
        };
        let ended = with_printed(self.exit_code(), printed);
        let code = ended
            .as_ref()
            .map_or_else(RunError::exit_code, |code| *code);
        log_end(&ended_run, code);
        metrics::write(config, &ended_run, code);
        ended
    }

    /// Prints how the run ended, and how to resume it.
    fn print_messages(&mut self) -> Result<(), PrintError> {
        self.summary.show()?;
        let config = self.setup.input.config;
        let how = if self.failure.is_none() && self.undelivered.is_none() {
            let gate = self.gate_for_unanswered();
            let limiter = gate.as_ref().map(|it| it.limiter(Api::MissingKbs));
            let is_alarming = self.is_alarming;
            conclusion(config, &self.ending, &self.record, limiter, is_alarming)
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

    fn exit_code(self) -> Result<ExitCode, RunError> {
        if let Some(failure) = self.undelivered {
            log_store_failure(self.failure.as_ref());
            return Err(failure);
        }
        if let Some(failure) = self.failure {
            return Err(RunError::StoreFailed(failure));
        }
        let api_url = self.setup.input.config.service.api_url.as_str();
        let claims = self.setup.identity.claims.as_ref();
        let error = RunError::of_ending(&self.ending, api_url, claims);
        let code = alarmed(self.outcome.exit_code(), self.is_alarming);
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

/// Logs the end of the run, for log collectors.
fn log_end(run: &EndedRun<'_>, code: ExitCode) {
    let record = run.record;
    let tally = record.tally;
    let figures = record.figures.unwrap_or_default();
    let took = Timestamp::now().duration_since(run.started);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Problem;

    #[test]
    fn recovered_store_is_not_a_failure() {
        use Ending::{Finished, Interrupted, StoreFailed};
        for (ending, is_unsaved, expected, is_failure) in [
            (Finished, false, Finished, false),
            (Finished, true, StoreFailed, true),
            (Interrupted, false, Interrupted, true),
            (StoreFailed, true, StoreFailed, true),
        ] {
            let failure = StoreError {
                path: "patchgap.sqlite".into(),
                problem: Problem::ReadOnly,
            };
            let (settled, failure) = apply_store_failure(ending, is_unsaved, Some(failure));
            assert_eq!((settled, failure.is_some()), (expected, is_failure));
        }
    }
}
