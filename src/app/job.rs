//! The main job, from an inventory to reports. `report` and `demo` differ only in where
//! their configuration and their inventory come from.

use std::{path::Path, time::Duration};

use jiff::{Timestamp, ZonedDateTime};
use tracing::{error, warn};

use super::{
    answers::Answers,
    asking::Asked,
    console::say,
    deadline,
    error::AppError,
    identity::Identity,
    notice::{busy, can_go_on, could_reuse, ended_with, going_on, tell},
    past::Lookback,
    plan::plan,
    summary::summary,
};
use crate::{
    aggregate::Fleet,
    config::Config,
    defender::{HttpSettings, Session},
    exit_code::ExitCode,
    fetch::{Ending, Stops},
    inventory::Inventory,
    outcome::{Ended, RunOutcome},
    progress::Bar,
    report::{self, Facts, Report, Run, Tool, output::OutputFolder},
    store::{Beginning, Begun, Closing, Figures, Lock, Reuse, Store, StoreError, Tally},
    text::chain,
};

/// Everything that a run is made of.
pub(super) struct Job<'job> {
    pub(super) config: &'job Config,
    /// The file in which answers are kept.
    pub(super) state: &'job Path,
    pub(super) inventory: &'job Inventory,
    pub(super) started: &'job ZonedDateTime,
    pub(super) bar: &'job Bar,
    /// Told when the run is interrupted.
    pub(super) stops: &'job Stops,
}

/// What the end of a run needs of its beginning.
struct Concluding<'run> {
    begun: &'run Begun,
    identity: &'run Identity,
    reports: &'run [Box<dyn Report>],
    folder: &'run OutputFolder,
}

/// The right to ask.
struct Turn {
    _lock: Lock,
    /// Whether another process had it before.
    had_to_wait: bool,
}

impl Job<'_> {
    /// Runs to the end, or says why not.
    pub(super) async fn run(&self) -> Result<ExitCode, AppError> {
        if self.config.dry_run {
            say(&plan(
                self.config,
                self.state,
                self.inventory,
                self.started,
            )?);
            return Ok(ExitCode::Complete);
        }
        let reports = report::reports(&self.config.reports.formats);
        let folder = OutputFolder::prepare(&self.config.reports.out, &reports)?;
        let store = Store::open(self.state)?;
        let session = session(self.config, self.started.timestamp())?;
        let identity = self.sign_in(&session).await?;
        let turn = self.wait_for_others(&store, &identity).await?;
        let (store, mut begun) = self.begin(store, &identity, turn.had_to_wait)?;
        let asked = self
            .ask(session, store, &mut begun, (&identity, self.stops))
            .await?;
        let concluding = Concluding {
            begun: &begun,
            identity: &identity,
            reports: &reports,
            folder: &folder,
        };
        self.conclude(asked, concluding)
    }

    /// Signs in before anything is asked, and returns who this is: as configured, else as
    /// the token says.
    async fn sign_in(&self, session: &Session) -> Result<Identity, AppError> {
        let signed_in = self.stops.gentle.run_until_cancelled(session.sign_in());
        let claims = signed_in.await.ok_or(AppError::Interrupted)??;
        Ok(Identity::new(self.config, claims))
    }

    /// Waits until no other process asks with the same app registration.
    async fn wait_for_others(&self, store: &Store, identity: &Identity) -> Result<Turn, AppError> {
        let application = identity.application();
        let mut had_to_wait = false;
        let tell_busy = || {
            had_to_wait = true;
            warn!("{}", busy(store, &application));
        };
        let lock = Lock::take(store.path(), &application, tell_busy);
        tokio::select! {
            // Where nobody is in the way the time may be up already, and there are answers to
            // report all the same.
            biased;
            lock = lock => Ok(Turn {
                _lock: lock?,
                had_to_wait,
            }),
            () = self.stops.gentle.cancelled() => Err(AppError::Interrupted),
            () = deadline::reached(self.config.until, Timestamp::now) => Err(AppError::NoTurn),
        }
    }

    /// Begins the run in the store, or goes on with one that ended early. What another
    /// process was told while this one waited for it need not be asked again.
    fn begin(
        &self,
        mut store: Store,
        identity: &Identity,
        had_to_wait: bool,
    ) -> Result<(Store, Begun), AppError> {
        let reuse = self.config.store.reuse;
        let waited = had_to_wait && reuse != Reuse::Nothing;
        let begun = store.begin(&Beginning {
            service: &identity.service(),
            application: &identity.application(),
            inventory: self.inventory,
            reuse,
            since: waited.then(|| self.started.timestamp()),
            now: Timestamp::now(),
        })?;
        let notice = going_on(&begun, self.inventory, self.started);
        if let Some(notice) = notice.or_else(|| could_reuse(&begun, reuse)) {
            tell(self.config.console, &notice);
        }
        Ok((store, begun))
    }

    /// Writes the reports of what is known, and only then notes that the run has ended: one
    /// whose reports could not be written is gone on with.
    fn conclude(
        &self,
        mut asked: Asked,
        Concluding {
            begun,
            identity,
            reports,
            folder,
        }: Concluding<'_>,
    ) -> Result<ExitCode, AppError> {
        let mut store = asked.recorded.store;
        let is_unsaved = !asked.recorded.unsaved.is_empty();
        (asked.ending, asked.recorded.failure) =
            settle(asked.ending, is_unsaved, asked.recorded.failure);
        if self.config.until.is_some() && asked.recorded.failure.is_none() {
            // What arrived is reported all the same.
            asked.recorded.failure = store.keep_last(begun.run).err();
        }
        let answers = Answers::new(&store, asked.recorded.unsaved).map_err(AppError::Lost)?;
        let fleet = answers
            .aggregate(begun.run, self.inventory, self.config.reports.rank_by)
            .map_err(AppError::Lost)?;
        let lookback = self.look_back(&answers, begun, &fleet);
        let facts = Facts {
            tool: Tool::THIS,
            tenant_id: identity.tenant_id.clone(),
            outcome: self.outcome(&asked.ending, &fleet),
            ended: Some(ended(&asked.ending)),
            started_at: begun.started_at,
            finished_at: asked.finished_at,
            api_url: self.config.service.api_url.to_string(),
            requests: begun.requests.plus(asked.requests),
            folder: self.config.reports.out.clone(),
            files: report::file_names(reports, lookback.changes.is_some()),
            rank_by: self.config.reports.rank_by,
            time_zone: self.started.time_zone().clone(),
            csv_guard: self.config.reports.csv_guard,
        };
        let run = Run {
            inventory: self.inventory,
            fleet: &fleet,
            gaps: &answers,
            past: lookback.past(&answers),
            trend: &lookback.trend,
            facts: &facts,
        };
        folder
            .write_all(reports, &run)
            .inspect_err(|_| log_unstored(asked.recorded.failure.as_ref()))?;
        let summary = summary(self.config, &run);
        drop(answers);
        if let Err(problem) = self.close(&mut store, begun, &asked.ending, (&fleet, &facts)) {
            warn!(
                "the reports are written, but the store was not brought up to date: {}",
                chain(&problem)
            );
        }
        summary();
        let is_kept = asked.recorded.failure.is_none();
        let ended = is_kept.then(|| {
            let took = facts.finished_at.duration_since(facts.started_at);
            let took = Duration::try_from(took).unwrap_or_default();
            let ended = (&asked.ending, facts.outcome);
            let quota = self.quota(&store, identity).ok();
            ended_with(self.config, ended, took, (&fleet, quota))
        });
        let notices = [ended.flatten(), can_go_on(self.config, &asked.ending)];
        for notice in notices.iter().flatten() {
            say(notice);
        }
        conclude(asked.ending, facts.outcome, asked.recorded.failure)
    }

    /// What earlier runs say beside this one. Where they cannot be read, tonight's answers are
    /// reported all the same.
    fn look_back(&self, answers: &Answers<'_>, begun: &Begun, fleet: &Fleet) -> Lookback {
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

    fn close(
        &self,
        store: &mut Store,
        begun: &Begun,
        ending: &Ending,
        (fleet, facts): (&Fleet, &Facts),
    ) -> Result<(), StoreError> {
        let coverage = &fleet.coverage;
        let closing = Closing {
            ended: ended(ending),
            outcome: facts.outcome,
            finished_at: facts.finished_at,
            tally: Tally {
                answered: coverage.answered,
                reused: coverage.reused,
                not_found: coverage.not_found,
                failed: coverage.failed,
                pending: coverage.pending,
            },
            figures: Figures {
                with_gaps: coverage.with_gaps,
                kbs: fleet.kbs.len() as u64,
                gaps: fleet.gaps,
                exposure: fleet.exposure,
            },
            requests: facts.requests,
        };
        store.finish(begun.run, &closing)?;
        store.prune(begun.run, self.config.store.keep_runs, Timestamp::now())
    }

    fn outcome(&self, ending: &Ending, fleet: &Fleet) -> RunOutcome {
        let share = self.config.reports.min_coverage;
        match ending {
            Ending::Finished | Ending::OutOfTime => {
                RunOutcome::of(self.inventory, &fleet.coverage, |part, whole| {
                    share.is_reached_by(part, whole)
                })
            }
            Ending::Interrupted => RunOutcome::Interrupted,
            Ending::Refused(_) => RunOutcome::Refused,
            Ending::Failing(_) | Ending::Unnoted => RunOutcome::Partial,
        }
    }
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
        (Ending::Finished, true) => (Ending::Unnoted, failure),
        (ending, _) => (ending, failure),
    }
}

/// Says why answers could not be kept, where the reports' own error comes last.
fn log_unstored(failure: Option<&StoreError>) {
    if let Some(failure) = failure {
        error!("answers could not be kept any more: {}", chain(failure));
    }
}

/// A session with the configured service; nobody is asked anything yet.
pub(super) fn session(config: &Config, now: Timestamp) -> Result<Session, AppError> {
    let service = &config.service;
    let roots = service
        .ca_cert
        .as_ref()
        .map(|certificate| &certificate.pem[..]);
    let http = HttpSettings::new(roots, service.timeout)?;
    Ok(Session::connect(
        &service.api_url,
        &config.sign_in,
        &http,
        now,
    )?)
}

/// What ended the asking, in the store's words.
fn ended(ending: &Ending) -> Ended {
    match ending {
        Ending::Finished => Ended::Finished,
        Ending::Interrupted => Ended::Interrupted,
        Ending::OutOfTime => Ended::OutOfTime,
        Ending::Refused(_) => Ended::Refused,
        Ending::Failing(_) => Ended::Failing,
        Ending::Unnoted => Ended::Unstored,
    }
}

/// The exit code, once the reports are written.
fn conclude(
    ending: Ending,
    outcome: RunOutcome,
    failure: Option<StoreError>,
) -> Result<ExitCode, AppError> {
    match (ending, failure, outcome) {
        (_, Some(failure), _) => Err(AppError::Unstored(failure)),
        (Ending::Refused(failure), ..) => Err(AppError::Refused(failure)),
        (Ending::Failing(failure), ..) => Err(AppError::Failing(failure)),
        (Ending::Interrupted, ..) => Ok(ExitCode::Interrupted),
        (_, _, RunOutcome::Complete) => Ok(ExitCode::Complete),
        _ => Ok(ExitCode::Partial),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Problem;

    #[test]
    fn a_store_that_was_mended_is_no_failure() {
        use Ending::{Finished, Interrupted, Unnoted};
        for (ending, is_unsaved, expected, is_told) in [
            (Finished, false, Finished, false),
            (Finished, true, Unnoted, true),
            (Interrupted, false, Interrupted, true),
            (Unnoted, true, Unnoted, true),
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
