//! The main job, from an inventory to reports. `report` and `demo` differ only in where
//! their configuration and their inventory come from.

use std::convert::Infallible;

use jiff::{Timestamp, ZonedDateTime};
use tokio::time::{MissedTickBehavior, interval};
use tracing::error;

use super::{
    console::{say, terminal_style, terminal_width},
    error::AppError,
    interrupt,
    plan::plan,
};
use crate::{
    aggregate::{Fleet, aggregate},
    config::Config,
    defender::{Api, HttpSettings, Session},
    exit_code::ExitCode,
    fetch::{Ending, Fetcher, Plan, Requests, RetryPolicy, Settings, Stops, quota::Quota},
    inventory::Inventory,
    outcome::{Outcome, RunOutcome},
    progress::{Bar, Display},
    report::{self, Facts, Report, Run, Tool, output::OutputFolder, terminal},
    text::{counted, thousands},
};

/// Everything that a run is made of.
pub(super) struct Job<'job> {
    pub(super) config: &'job Config,
    pub(super) inventory: &'job Inventory,
    pub(super) started: &'job ZonedDateTime,
    pub(super) bar: &'job Bar,
}

/// What the asking brought.
struct Asked {
    ending: Ending,
    outcomes: Vec<Outcome>,
    requests: Requests,
    finished_at: Timestamp,
}

impl Job<'_> {
    /// Runs to the end, or says why not.
    pub(super) async fn run(&self) -> Result<ExitCode, AppError> {
        if self.config.dry_run {
            say(&plan(self.config, self.inventory, self.started));
            return Ok(ExitCode::Complete);
        }
        let reports = report::reports(&self.config.reports.formats);
        let folder = OutputFolder::prepare(&self.config.reports.out, &reports)?;
        let session = session(self.config, self.started.timestamp())?;
        let stops = Stops::default();
        tokio::spawn(interrupt::watch(stops.clone()));
        let tenant_id = self.sign_in(&session, &stops).await?;
        let mut asked = self.ask(session, &stops).await;
        let outcomes = std::mem::take(&mut asked.outcomes);
        let fleet = aggregate(self.inventory, outcomes, self.config.reports.rank_by);
        let facts = self.facts(&asked, &fleet, tenant_id, &reports);
        let run = Run {
            inventory: self.inventory,
            fleet: &fleet,
            facts: &facts,
        };
        folder.write_all(&reports, &run)?;
        self.summarise(&run);
        conclude(asked.ending, facts.outcome)
    }

    /// Signs in before anything is asked, and returns the tenant's id: the configured one,
    /// else the token's.
    async fn sign_in(&self, session: &Session, stops: &Stops) -> Result<Option<String>, AppError> {
        let signed_in = stops.gentle.run_until_cancelled(session.sign_in());
        let claims = signed_in.await.ok_or(AppError::Interrupted)??;
        let configured = self.config.sign_in.tenant_id.clone();
        Ok(configured.or_else(|| claims?.tenant_id))
    }

    /// Asks for every machine, and shows how far it is.
    async fn ask(&self, api: impl Api, stops: &Stops) -> Asked {
        let settings = Settings {
            concurrency: self.config.service.concurrency.get(),
            policy: RetryPolicy::with_retries(self.config.service.retries),
            clock: Timestamp::now,
        };
        let quota = Quota::new(&self.config.limits, self.config.pace);
        let machines = self.inventory.machines.iter().map(|machine| machine.id);
        let plan = Plan {
            machines: machines.collect(),
            ..Plan::default()
        };
        let fetcher = Fetcher::new(api, quota, settings, plan, stops);
        let display = Display::new(self.config.progress, self.bar, &self.config.limits);
        let mut outcomes = Vec::with_capacity(self.inventory.machines.len());
        let ending = tokio::select! {
            ending = fetcher.run(|outcome| outcomes.push(outcome)) => ending,
            never = show(&fetcher, &display) => match never {},
        };
        display.finish(&fetcher.progress(), &ZonedDateTime::now());
        Asked {
            ending,
            outcomes,
            requests: fetcher.requests(),
            finished_at: Timestamp::now(),
        }
    }

    fn facts(
        &self,
        asked: &Asked,
        fleet: &Fleet,
        tenant_id: Option<String>,
        reports: &[Box<dyn Report>],
    ) -> Facts {
        Facts {
            tool: Tool::THIS,
            tenant_id,
            outcome: match asked.ending {
                Ending::Finished | Ending::OutOfTime => self.outcome(fleet),
                Ending::Interrupted => RunOutcome::Interrupted,
                Ending::Refused(_) => RunOutcome::Refused,
                Ending::Failing(_) | Ending::Unnoted => RunOutcome::Partial,
            },
            started_at: self.started.timestamp(),
            finished_at: asked.finished_at,
            api_url: self.config.service.api_url.to_string(),
            requests: asked.requests,
            folder: self.config.reports.out.clone(),
            files: report::file_names(reports),
            csv_guard: self.config.reports.csv_guard,
        }
    }

    fn outcome(&self, fleet: &Fleet) -> RunOutcome {
        let share = self.config.reports.min_coverage;
        RunOutcome::of(self.inventory, &fleet.coverage, |part, whole| {
            share.is_reached_by(part, whole)
        })
    }

    /// The summary; and for those who want quiet one line, unless all is well.
    fn summarise(&self, run: &Run<'_>) {
        let outcome = run.facts.outcome;
        if !self.config.console.quiet {
            let style = terminal_style(self.config.console.color);
            say(&terminal::render(run, terminal_width(), style));
        } else if outcome != RunOutcome::Complete {
            let coverage = &run.fleet.coverage;
            let machines = counted(coverage.machines(), "machine", "machines");
            let answered = thousands(coverage.answered);
            let folder = run.facts.folder.display();
            error!(%outcome, "{outcome}: {answered} of {machines} answered; reports in {folder}");
        }
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

/// Shows progress until it is dropped.
async fn show<A: Api>(fetcher: &Fetcher<A>, display: &Display) -> Infallible {
    let Some(period) = display.period() else {
        return std::future::pending().await;
    };
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        display.show(&fetcher.progress(), &ZonedDateTime::now());
    }
}

/// The exit code, once the reports are written.
fn conclude(ending: Ending, outcome: RunOutcome) -> Result<ExitCode, AppError> {
    match (ending, outcome) {
        (Ending::Refused(failure), _) => Err(AppError::Refused(failure)),
        (Ending::Failing(failure), _) => Err(AppError::Failing(failure)),
        (Ending::Interrupted, _) => Ok(ExitCode::Interrupted),
        (Ending::Finished | Ending::OutOfTime, RunOutcome::Complete) => Ok(ExitCode::Complete),
        (Ending::Finished | Ending::OutOfTime | Ending::Unnoted, _) => Ok(ExitCode::Partial),
    }
}
