//! Between collecting and the reports: the answers of the run compared with those of a second
//! source. A failure here never ends the run: the reports say why there is no comparison.

use std::collections::HashSet;

use tracing::{info, warn};

use super::attempt::{Attempt, Missing};
use crate::{
    aggregate::{CrossCheckTally, SecondAnswers, settle},
    defender::{
        Session,
        refusal::{EXPORT_ROLE, HUNTING_ROLE, lacks},
    },
    domain::{
        answer::Source, cross_check::CrossCheck, machine::MachineId, text::chain,
        vulnerabilities::BulkAnswers,
    },
    run::{
        RunInput,
        bulk::{
            known_machines::{in_software, listed_lately, silent},
            session::BulkSession,
        },
        collect::Collected,
        gate::recording_gate,
        input::missing_because,
        prepare::{Prepared, Setup, SignedIn, graph_session, sign_in},
        software,
    },
    store::{RunId, Store, StoreError},
};

/// Warns before the machines are requested, which may take hours, if the token does not allow
/// reading the second source. It is read nevertheless: the role may have been granted by then.
pub(in crate::run) async fn warn_of_missing_permission(prepared: &Prepared<'_>) {
    let setup = &prepared.setup;
    if let (Some(source), Ok(_)) = (setup.input.config.cross_check, &prepared.session)
        && let Err(because) = permitted(setup, source).await
    {
        warn!("The answers may not be compared with a second source ({source}): {because}");
    }
}

/// The comparison with a second source, stored with the run; `None` if it is not wanted.
pub(in crate::run) async fn cross_check(collected: &Collected<'_>) -> Option<CrossCheck> {
    let source = collected.setup.input.config.cross_check?;
    let check = try_cross_check(collected, source).await;
    let check = check.unwrap_or_else(|because| CrossCheck::missing(source, because));
    if let Some(because) = &check.missing_because {
        warn!("The answers are not compared with a second source ({source}): {because}");
    }
    if collected.failure.is_none() {
        keep(collected, &check);
    }
    Some(check)
}

async fn try_cross_check(collected: &Collected<'_>, source: Source) -> Result<CrossCheck, Missing> {
    let attempt = Attempt::begin(collected)?;
    SecondSource { attempt, source }.cross_check().await
}

/// The second source that the answers of a run are compared with.
struct SecondSource<'run> {
    attempt: Attempt<'run>,
    source: Source,
}

impl SecondSource<'_> {
    async fn cross_check(&self) -> Result<CrossCheck, Missing> {
        let input = self.attempt.collected.setup.input;
        let fetched = input.in_time(self.fetch()).await;
        let answers = fetched.map_err(|ending| missing_because(&ending))??;
        let known = self.known(&answers).await?;
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
    async fn fetch(&self) -> Result<BulkAnswers, Missing> {
        let Attempt { collected, session } = self.attempt;
        let Collected { setup, store, .. } = collected;
        let gate = recording_gate(setup.input.config, store, &setup.identity);
        let gate = gate.map_err(|error| chain(&error))?;
        let fetched = match permitted(setup, self.source).await? {
            Permitted::Export => BulkSession::Export(session).fetch(setup, &gate).await,
            Permitted::Hunting(graph) => BulkSession::Hunting(&graph).fetch(setup, &gate).await,
        };
        let (answers, requests) = fetched.map_err(|problem| problem.because)?;
        info!(
            calls = requests.sent,
            "The {} of {:.0} was read to compare with it", self.source, answers.generated_at
        );
        Ok(answers)
    }

    /// The machines that are fully patched if the second source has no row about them. Fetches the
    /// software inventory only if the lists do not contain all of them.
    async fn known(&self, answers: &BulkAnswers) -> Result<HashSet<MachineId>, Missing> {
        let Attempt { collected, session } = self.attempt;
        let Collected { setup, store, .. } = collected;
        let mut known = self.lists(listed_lately)?;
        let input = setup.input;
        let mut machines = input.inventory.machines.iter().map(|it| it.id);
        if machines.all(|it| answers.of(it).is_some() || known.contains(&it)) {
            return Ok(known);
        }
        if let Some(software) = &setup.software {
            known.extend(in_software(Some(software)));
            return Ok(known);
        }
        match software::fetch(input, &setup.identity, session, store).await {
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
        let collected = self.attempt.collected;
        let store = collected.store.lock();
        let read = read(collected.setup.input, &store, collected.record.run);
        read.map_err(|problem| chain(&problem))
    }

    fn compare(&self, second: SecondAnswers<'_>) -> Result<CrossCheck, StoreError> {
        let mut tally = CrossCheckTally::new(second);
        self.attempt
            .for_each_answer(&mut |machine, answer| tally.record(machine, answer))?;
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
        let store = self.attempt.collected.store.lock();
        let run = self.attempt.collected.record.run;
        let Some(earlier) = store.last_cross_check(run, self.source)? else {
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
    demand(EXPORT_ROLE, setup.identity.lacks(&[EXPORT_ROLE]))?;
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

fn keep(collected: &Collected<'_>, check: &CrossCheck) {
    let kept = collected
        .store
        .lock()
        .set_cross_check(collected.record.run, Some(check));
    if let Err(problem) = kept {
        warn!(
            "The comparison with a second source could not be stored: {}",
            chain(&problem)
        );
    }
}
