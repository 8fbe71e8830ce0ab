//! The end of a run: what is known is reported, and noted in the store.

use std::time::Duration;

use jiff::Timestamp;
use tracing::{error, warn};

use super::{
    RunError,
    answers::Answers,
    collect::Asked,
    data::is_enough,
    gate::gate,
    history::Lookback,
    identity::Identity,
    messages::{can_go_on, ended_with},
    prepare::Job,
    summary::summary,
    unreadable::warn_of,
};
use crate::{
    aggregate::{Fleet, TopActions},
    collect::Requests,
    console::{PrintError, print},
    domain::{
        api::Api,
        ending::{Ending, RunOutcome},
        exit_code::ExitCode,
        text::chain,
    },
    report::{self, Facts, Report, Run, Tool, output::OutputFolder},
    store::{Begun, Closing, Figures, Recorded, Store, StoreError, Tally},
};

/// What the end of a run needs of its beginning.
pub(crate) struct Concluding<'run> {
    pub(crate) begun: &'run Begun,
    pub(crate) identity: &'run Identity,
    pub(crate) reports: &'run [Box<dyn Report>],
    pub(crate) folder: &'run OutputFolder,
}

/// How the asking ended.
struct End {
    ending: Ending,
    requests: Requests,
    finished_at: Timestamp,
    /// Why not everything could be kept.
    failure: Option<StoreError>,
}

impl Job<'_> {
    /// Writes the reports of what is known, and only then notes that the run has ended: one
    /// whose reports could not be written is gone on with.
    pub(crate) fn conclude(
        &self,
        asked: Asked,
        concluding: &Concluding<'_>,
    ) -> Result<ExitCode, RunError> {
        let begun = concluding.begun;
        let (end, answers) = self.settled(asked, begun)?;
        let rank_by = self.config.reports.rank_by;
        let fleet = answers
            .aggregate(begun.run, self.inventory, rank_by, end.finished_at)
            .map_err(RunError::Unreadable)?;
        warn_of(&fleet.unreadable);
        let lookback = self.look_back(&answers, begun, &fleet);
        let facts = self.facts(&end, concluding, (&fleet, &lookback));
        let run = Run {
            inventory: self.inventory,
            fleet: &fleet,
            gaps: &answers,
            actions: &TopActions::of(&fleet, &answers),
            past: lookback.past(&answers),
            trend: &lookback.trend,
            facts: &facts,
        };
        concluding
            .folder
            .write_all(concluding.reports, &run)
            .inspect_err(|_| log_unstored(end.failure.as_ref()))?;
        let summary = summary(self.config, &run);
        let mut store = answers.into_store();
        self.close(&mut store, begun, &end, (&fleet, &facts));
        let identity = concluding.identity;
        let printed = summary()
            .and_then(|()| self.say_how_it_ended(&end, (&fleet, &facts), (&store, identity)));
        ended(printed, self.exit_code(end, facts.outcome, identity))
    }

    /// The exit code, once the reports are written.
    fn exit_code(
        &self,
        end: End,
        outcome: RunOutcome,
        identity: &Identity,
    ) -> Result<ExitCode, RunError> {
        if let Some(failure) = end.failure {
            return Err(RunError::StoreFailed(failure));
        }
        let api_url = self.config.service.api_url.as_str();
        let error = RunError::of_ending(&end.ending, api_url, identity.claims.as_ref());
        error.map_or(Ok(outcome.exit_code()), Err)
    }

    /// What is known at the end, and how the asking came to it.
    fn settled(&self, asked: Asked, begun: &Begun) -> Result<(End, Answers), RunError> {
        let Recorded {
            mut store,
            unsaved,
            failure,
        } = asked.recorded;
        let (ending, mut failure) = settle(asked.ending, !unsaved.is_empty(), failure);
        if self.config.until.is_some() && failure.is_none() {
            // What arrived is reported all the same.
            failure = store.keep_last(begun.run).err();
        }
        let end = End {
            ending,
            requests: begun.requests.plus(asked.requests),
            finished_at: asked.finished_at,
            failure,
        };
        let answers = Answers::new(store, unsaved).map_err(RunError::Unreadable)?;
        Ok((end, answers))
    }

    fn facts(
        &self,
        end: &End,
        concluding: &Concluding<'_>,
        (fleet, lookback): (&Fleet, &Lookback),
    ) -> Facts {
        let reports = &self.config.reports;
        Facts {
            tool: Tool::THIS,
            tenant_id: concluding.identity.tenant_id.clone(),
            outcome: self.outcome(&end.ending, fleet),
            ended: Some(end.ending.word()),
            started_at: concluding.begun.started_at,
            finished_at: end.finished_at,
            api_url: self.config.service.api_url.to_string(),
            requests: end.requests,
            folder: reports.out.clone(),
            files: report::file_names(concluding.reports, lookback.changes.is_some()),
            rank_by: reports.rank_by,
            time_zone: self.started.time_zone().clone(),
            csv_guard: reports.csv_guard,
        }
    }

    /// What earlier runs say beside this one. Where they cannot be read, tonight's answers are
    /// reported all the same.
    fn look_back(&self, answers: &Answers, begun: &Begun, fleet: &Fleet) -> Lookback {
        answers
            .look_back(begun.run, fleet, self.config.reports.replacing)
            .unwrap_or_else(|problem| {
                warn!(
                    "the reports tell of no changes, because earlier runs cannot be read: {}",
                    chain(&problem)
                );
                Lookback::default()
            })
    }

    /// Notes that the run has ended, and forgets old ones. Its reports stand all the same.
    fn close(&self, store: &mut Store, begun: &Begun, end: &End, (fleet, facts): (&Fleet, &Facts)) {
        let closing = Closing {
            ended: end.ending.word(),
            outcome: facts.outcome,
            finished_at: facts.finished_at,
            tally: tally(fleet),
            figures: figures(fleet),
            requests: facts.requests,
        };
        let keep = self.config.store.keep_runs;
        let closed = store.finish(begun.run, &closing);
        let closed = closed.and_then(|()| store.prune(begun.run, keep, Timestamp::now()));
        if let Err(problem) = closed {
            warn!(
                "the reports are written, but the store was not brought up to date: {}",
                chain(&problem)
            );
        }
    }

    /// Says how the run ended, and how to go on.
    fn say_how_it_ended(
        &self,
        end: &End,
        (fleet, facts): (&Fleet, &Facts),
        (store, identity): (&Store, &Identity),
    ) -> Result<(), PrintError> {
        let is_kept = end.failure.is_none();
        let how = is_kept.then(|| {
            let took = facts.finished_at.duration_since(facts.started_at);
            let took = Duration::try_from(took).unwrap_or_default();
            let gate = gate(self.config, store, identity).ok();
            let limiter = gate.as_ref().map(|it| it.limiter(Api::MissingKbs));
            ended_with(
                self.config,
                (&end.ending, facts.outcome),
                took,
                (fleet, limiter),
            )
        });
        let notices = [
            how.flatten(),
            can_go_on(self.config, (&end.ending, facts.outcome)),
        ];
        notices
            .iter()
            .flatten()
            .try_for_each(|notice| print(notice))
    }

    fn outcome(&self, ending: &Ending, fleet: &Fleet) -> RunOutcome {
        let share = self.config.reports.min_coverage;
        ending.outcome(is_enough(self.inventory, &fleet.coverage, share))
    }
}

/// The exit code of a run whose last words may not have been written.
fn ended(
    printed: Result<(), PrintError>,
    ended: Result<ExitCode, RunError>,
) -> Result<ExitCode, RunError> {
    let Err(unprinted) = printed else {
        return ended;
    };
    if let Err(problem) = ended {
        error!("{}", chain(&problem));
    }
    Err(unprinted.into())
}

/// What a failing store means for a run in which everything was asked: nothing, if it was
/// mended before the end; else the next start has to ask again for what is not there.
fn settle(
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

/// Says why answers could not be kept, where the reports' own error comes last.
fn log_unstored(failure: Option<&StoreError>) {
    if let Some(failure) = failure {
        error!("answers could not be kept any more: {}", chain(failure));
    }
}

fn tally(fleet: &Fleet) -> Tally {
    let coverage = &fleet.coverage;
    Tally {
        answered: coverage.answered,
        reused: coverage.reused,
        not_found: coverage.not_found,
        failed: coverage.failed,
        pending: coverage.pending,
    }
}

fn figures(fleet: &Fleet) -> Figures {
    Figures {
        with_gaps: fleet.coverage.with_gaps,
        kbs: fleet.kbs.len() as u64,
        gaps: fleet.gaps,
        exposure: fleet.exposure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Problem;

    #[test]
    fn a_store_that_was_mended_is_no_failure() {
        use Ending::{Finished, Interrupted, StoreFailed};
        for (ending, is_unsaved, expected, is_told) in [
            (Finished, false, Finished, false),
            (Finished, true, StoreFailed, true),
            (Interrupted, false, Interrupted, true),
            (StoreFailed, true, StoreFailed, true),
        ] {
            let failure = StoreError {
                path: "patchgap.sqlite".into(),
                problem: Problem::ReadOnly,
            };
            let (settled, failure) = settle(ending, is_unsaved, Some(failure));
            assert_eq!((settled, failure.is_some()), (expected, is_told));
        }
    }
}
