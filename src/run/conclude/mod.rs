//! The third phase: writes the reports, and only then records the end of the run in the store, so
//! that a run whose reports could not be written is resumed.
//!
//! - `finish`: what is printed, logged and measured after that, and the exit code
//! - `fail_on`: what makes a complete run fail

pub(super) mod fail_on;
mod finish;

use jiff::Timestamp;
use tracing::warn;

pub(super) use self::finish::Concluded;
use self::{
    fail_on::is_alarming,
    finish::{Summaries, log_store_failure},
};
use super::{
    RunError,
    collect::Collected,
    deliver::{deliver, upload::WrittenFiles},
    input::RunInput,
    inputs::policy::warn_of_exceptions,
    list::list_check,
    messages::warn_of_unreadable,
    metrics,
    prepare::Setup,
    reporting::{
        answers::Answers,
        data::{RunData, Sources},
        history::add_history,
        summary::summary,
    },
    selective::selection::RequestedMachines,
};
use crate::{
    aggregate::Fleet,
    domain::{ending::Ending, text::chain},
    inventory::ListCheck,
    report::{Notice, overview::RunDigest},
    store::{Retention, RunId, RunRecord, Store, StoreError},
};

/// Writes the reports, and then records in the store that the run has ended.
pub(super) async fn conclude(mut collected: Collected<'_>) -> Result<Concluded<'_>, RunError> {
    keep_last_answers(&mut collected);
    let Collected {
        setup,
        ending,
        store,
        unsaved,
        failure,
        requested,
        ..
    } = collected;
    let record = with_end(collected.record, &ending, &requested);
    let machines = setup.input.inventory.machines.len();
    let answers = Answers::new(
        store.into_store(setup.input.state)?,
        &record,
        machines,
        unsaved,
    );
    let answers = answers.map_err(RunError::Unreadable)?;
    let mut data = assemble(&setup, &answers, record, &ending)?;
    data.census = collected.census;
    data.cross_check = collected.cross_check;
    data.selection = requested.result();
    // An earlier session may have read it.
    let bulk = answers
        .kept()
        .with_store(|store| store.bulk(data.record.run));
    data.bulk = bulk.map_err(RunError::Unreadable)?;
    let mut written = WrittenFiles::default();
    let summaries = write(&setup, &data, failure.as_ref(), &mut written)?;
    let delivered = deliver(&setup, &data, &answers, &ending, written).await;
    let (record, outcome, fleet) = (data.record, data.outcome, data.fleet);
    let mut store = answers.into_store();
    // A run with an undelivered part is not closed, so that resuming it delivers the part.
    if delivered.is_ok() {
        let keep = setup.input.config.store.keep_runs;
        close(&mut store, &record, &fleet, keep);
    }
    Ok(Concluded {
        setup,
        record,
        ending,
        outcome,
        failure,
        undelivered: delivered.err(),
        summaries,
        store,
    })
}

/// With a time limit, the last answers are kept for machines that were not reached. A failure does
/// not prevent the reports.
fn keep_last_answers(collected: &mut Collected<'_>) {
    if collected.setup.input.config.until.is_some() && collected.failure.is_none() {
        let kept = collected.store.lock().keep_last(collected.record.run);
        collected.failure = kept.err();
    }
}

/// The record of a run that ended like this.
fn with_end(record: RunRecord, ending: &Ending, requested: &RequestedMachines) -> RunRecord {
    let selection = requested.result();
    RunRecord {
        ended: Some(ending.word()),
        rechecked: selection.map(|it| it.rechecked).unwrap_or_default(),
        ..record
    }
}

/// Writes the reports. Returns what is said of the run besides them.
fn write(
    setup: &Setup<'_>,
    data: &RunData<'_>,
    failure: Option<&StoreError>,
    files: &mut WrittenFiles,
) -> Result<Summaries, RunError> {
    let config = setup.input.config;
    let is_alarming = is_alarming(config, &data.fleet);
    data.with_run(|run| {
        let written = setup.output.write(run);
        written.inspect_err(|_| log_store_failure(failure))?;
        files.add(run.facts, None);
        Ok(Summaries {
            text: summary(config, run),
            figures: metrics::figures(data),
            digest: RunDigest {
                is_alarming,
                ..RunDigest::of(run)
            },
            notice: Box::new(Notice::of(run)),
        })
    })
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
    let sources = Sources {
        config: input.config,
        time_zone: input.started.time_zone(),
        inventory: input.inventory,
        answers,
        kept: answers.kept(),
    };
    let (software, run) = (setup.software.as_ref(), record.run);
    let fleet = sources.fleet(&record, input.criteria, software, |outcome| {
        answers.for_each_outcome(run, outcome)
    });
    let fleet = fleet.map_err(RunError::Unreadable)?;
    warn_of_unreadable(&fleet.unreadable);
    warn_of_exceptions(&fleet.policy);
    let mut data = RunData::new(sources, fleet, record, |is_enough| {
        ending.word().outcome(is_enough)
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

/// Records that the run has ended, and deletes old runs. A failure here does not affect the
/// reports.
fn close(store: &mut Store, record: &RunRecord, fleet: &Fleet, keep: u32) {
    let kept = Retention {
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
