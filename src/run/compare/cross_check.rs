//! Between collecting and the reports: the answers of the run compared with those of a second
//! source. A failure here never ends the run: the reports say why there is no comparison.

use std::{collections::HashSet, sync::Arc};

use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::{info, warn};

use crate::{
    aggregate::{CrossCheckTally, SecondAnswers, settle},
    defender::{
        Session,
        refusal::{EXPORT_ROLE, HUNTING_ROLE, lacks},
    },
    domain::{
        answer::Source, cross_check::CrossCheck, ending::Ending, machine::MachineId,
        outcome::Outcome, text::chain, vulnerabilities::BulkAnswers,
    },
    run::{
        RunError, RunInput,
        bulk::{
            known_machines::{in_software, listed_lately, silent},
            session::BulkSession,
        },
        collect::Collected,
        deadline,
        gate::recording_gate,
        lend::lend,
        prepare::{Prepared, Setup, SignedIn, graph_session, sign_in},
        software,
    },
    store::{Recorded, RunId, RunRecord, Store, StoreError},
};

/// Why there is no comparison, as worded in the reports.
type Missing = String;

/// Warns before the machines are requested, which may take hours, if the token does not allow
/// reading the second source. It is read nevertheless: the role may have been granted by then.
pub(in crate::run) async fn warn_of_missing_permission(prepared: &Prepared<'_>) {
    let setup = &prepared.setup;
    if let (Some(source), Ok(_)) = (setup.input.config.cross_check, &prepared.session)
        && let Err(because) = permitted(setup, source).await
    {
        warn!("The answers will not be compared with a second source ({source}): {because}");
    }
}

/// Adds the comparison with a second source, if it is wanted, and stores it with the run.
pub(in crate::run) async fn add_cross_check(
    collected: Collected<'_>,
) -> Result<Collected<'_>, RunError> {
    if let Some(source) = collected.setup.input.config.cross_check {
        return with_cross_check(collected, source).await;
    }
    if collected.record.session > 1 {
        // An earlier session of this run may have kept one.
        keep(&collected.recorded.store, &collected.record, None);
    }
    Ok(collected)
}

async fn with_cross_check(
    collected: Collected<'_>,
    source: Source,
) -> Result<Collected<'_>, RunError> {
    let is_broken = collected.recorded.failure.is_some();
    let obstacle = obstacle(&collected.ending, is_broken);
    let (store, check) = lend(collected.recorded.store, async |store| {
        let attempt = Attempt {
            setup: &collected.setup,
            record: &collected.record,
            unsaved: &collected.recorded.unsaved,
            store,
            source,
        };
        match (obstacle, &collected.session) {
            (Some(because), _) => Err(because),
            (None, Some(session)) => attempt.cross_check(session).await,
            (None, None) => Err("the sign-in failed".to_owned()),
        }
    })
    .await?;
    let check = check.unwrap_or_else(|because| CrossCheck::missing(source, because));
    if let Some(because) = &check.missing_because {
        warn!("The answers are not compared with a second source ({source}): {because}");
    }
    if !is_broken {
        keep(&store, &collected.record, Some(&check));
    }
    Ok(Collected {
        recorded: Recorded {
            store,
            unsaved: collected.recorded.unsaved,
            failure: collected.recorded.failure,
        },
        cross_check: Some(check),
        ..collected
    })
}

/// Why there can be no comparison; `None` if there can. It compares all machines, so the run must
/// have requested all of them.
fn obstacle(ending: &Ending, is_broken: bool) -> Option<Missing> {
    let because = match ending {
        Ending::Finished if is_broken => "the store could not be written",
        Ending::Finished => return None,
        Ending::OutOfTime => "the time limit was reached",
        Ending::Interrupted => "the run was interrupted",
        _ => "the run ended early",
    };
    Some(because.to_owned())
}

/// An attempt to compare the answers of a run with a second source.
struct Attempt<'run> {
    setup: &'run Setup<'run>,
    record: &'run RunRecord,
    unsaved: &'run [Outcome],
    /// Lent to the ledger of the calls during the attempt.
    store: &'run Arc<Mutex<Store>>,
    source: Source,
}

impl Attempt<'_> {
    async fn cross_check(&self, session: &Session) -> Result<CrossCheck, Missing> {
        let answers = self.in_time(self.fetch(session)).await?;
        let known = self.known(&answers, session).await?;
        let silent = self.lists(silent)?;
        let second = SecondAnswers {
            source: self.source,
            answers: &answers,
            known: &known,
            silent: &silent,
        };
        self.settle_last(second);
        self.compare(second).map_err(|problem| chain(&problem))
    }

    /// The answers of the second source.
    async fn fetch(&self, session: &Session) -> Result<BulkAnswers, Missing> {
        let input = self.setup.input;
        let gate = recording_gate(input.config, self.store, &self.setup.identity);
        let gate = gate.map_err(|error| chain(&error))?;
        let fetched = match permitted(self.setup, self.source).await? {
            Permitted::Export => BulkSession::Export(session).fetch(self.setup, &gate).await,
            Permitted::Hunting(graph) => {
                BulkSession::Hunting(&graph).fetch(self.setup, &gate).await
            }
        };
        let (answers, requests) = fetched.map_err(|problem| problem.because)?;
        info!(
            calls = requests.sent,
            "The {} of {:.0} was read to compare with it", self.source, answers.generated_at
        );
        Ok(answers)
    }

    /// The result of the work; fails if the run is interrupted or reaches its time limit meanwhile.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, Missing>>,
    ) -> Result<T, Missing> {
        let input = self.setup.input;
        tokio::select! {
            biased;
            () = input.stops.gentle.cancelled() => Err("the run was interrupted".to_owned()),
            () = deadline::reached(input.config.until, Timestamp::now) => {
                Err("the time limit was reached".to_owned())
            }
            result = work => result,
        }
    }

    /// The machines that are fully patched if the second source has no row about them. Fetches the
    /// software inventory only if the lists do not contain all of them.
    async fn known(
        &self,
        answers: &BulkAnswers,
        session: &Session,
    ) -> Result<HashSet<MachineId>, Missing> {
        let mut known = self.lists(listed_lately)?;
        let input = self.setup.input;
        let mut machines = input.inventory.machines.iter().map(|it| it.id);
        if machines.all(|it| answers.of(it).is_some() || known.contains(&it)) {
            return Ok(known);
        }
        if let Some(software) = &self.setup.software {
            known.extend(in_software(Some(software)));
            return Ok(known);
        }
        match software::fetch(input, &self.setup.identity, session, self.store).await {
            Ok(software) => known.extend(software.machines.iter().map(|it| it.0)),
            Err(because) => warn!("The software inventory is missing: {because}"),
        }
        Ok(known)
    }

    /// Reads the machines of a kind from the lists.
    fn lists<T>(
        &self,
        read: impl FnOnce(RunInput<'_>, &Store, RunId) -> Result<T, StoreError>,
    ) -> Result<T, Missing> {
        let read = read(self.setup.input, &self.store.lock(), self.record.run);
        read.map_err(|problem| chain(&problem))
    }

    fn compare(&self, second: SecondAnswers<'_>) -> Result<CrossCheck, StoreError> {
        let machines = &self.setup.input.inventory.machines;
        let mut unanswered: HashSet<MachineId> = machines.iter().map(|it| it.id).collect();
        let mut tally = CrossCheckTally::new(second);
        let mut record = |outcome: &Outcome| {
            if let Ok(answer) = &outcome.result
                && unanswered.remove(&outcome.machine)
            {
                tally.record(outcome.machine, answer);
            }
        };
        self.unsaved.iter().for_each(&mut record);
        let store = self.store.lock();
        store.for_each_outcome(self.record.run, &mut |outcome, _| record(&outcome))?;
        Ok(tally.finish())
    }

    /// Settles differences of the last run with the second source as it is now: it may have caught
    /// up with answers that were newer at the time. A failure does not affect this run.
    fn settle_last(&self, second: SecondAnswers<'_>) {
        if let Err(problem) = self.try_settle_last(second) {
            warn!(
                "The comparison of an earlier run could not be updated: {}",
                chain(&problem)
            );
        }
    }

    fn try_settle_last(&self, second: SecondAnswers<'_>) -> Result<(), StoreError> {
        let store = self.store.lock();
        let Some(earlier) = store.last_cross_check(self.record.run, self.source)? else {
            return Ok(());
        };
        let Some(mut check) = store.cross_check(earlier)? else {
            return Ok(());
        };
        if settle(&mut check, second) > 0 {
            store.set_cross_check(earlier, Some(&check))?;
        }
        Ok(())
    }
}

/// A second source that the token's roles allow, or whose roles are unknown.
enum Permitted {
    Export,
    /// With the session in which it is queried.
    Hunting(Box<Session>),
}

async fn permitted(setup: &Setup<'_>, source: Source) -> Result<Permitted, Missing> {
    if source == Source::Hunting {
        return Ok(Permitted::Hunting(Box::new(graph(setup.input).await?)));
    }
    let claims = setup.identity.claims.as_ref();
    demand(EXPORT_ROLE, claims.and_then(|it| lacks(it, &[EXPORT_ROLE])))?;
    Ok(Permitted::Export)
}

/// A session with Graph whose token allows hunting, if it says so.
async fn graph(input: RunInput<'_>) -> Result<Session, Missing> {
    let graph = graph_session(input.config, input.started.timestamp());
    let graph = graph.map_err(|error| chain(&error))?;
    match sign_in(input.config, input.stops, &graph).await {
        Ok(SignedIn::As(claims)) => {
            let lacking = claims.and_then(|it| lacks(&it, &[HUNTING_ROLE]));
            demand(HUNTING_ROLE, lacking)?;
            Ok(graph)
        }
        Ok(SignedIn::NoAnswer(error)) => Err(chain(&error)),
        Err(error) => Err(chain(&error)),
    }
}

fn demand(role: &str, held: Option<String>) -> Result<(), Missing> {
    held.map_or(Ok(()), |held| {
        Err(format!(
            "the token lacks the role {role}; its roles: {held}"
        ))
    })
}

fn keep(store: &Store, record: &RunRecord, check: Option<&CrossCheck>) {
    if let Err(problem) = store.set_cross_check(record.run, check) {
        warn!(
            "The comparison with a second source could not be stored: {}",
            chain(&problem)
        );
    }
}
