//! The main job, from an inventory to reports. `report` and `demo` differ only in where
//! their configuration and their inventory come from.

use std::path::Path;

use jiff::{Timestamp, ZonedDateTime};
use tracing::warn;

use super::{
    RunError,
    conclude::Concluding,
    deadline,
    dry_run::plan,
    identity::Identity,
    inputs::demand_room,
    messages::{busy, could_reuse, going_on, tell},
    sign_in::SignedIn,
};
use crate::{
    collect::per_machine::Stops,
    config::Config,
    console::print,
    defender::{HttpSettings, Session},
    domain::exit_code::ExitCode,
    inventory::Inventory,
    progress::Bar,
    report::{
        self,
        output::{Input, OutputFolder},
    },
    store::{Beginning, Begun, Lock, Store, Waited},
};

/// Everything that a run is made of.
pub(crate) struct Job<'job> {
    pub(crate) config: &'job Config,
    /// The files that no report may replace.
    pub(crate) inputs: &'job [Input],
    /// The file in which answers are kept.
    pub(crate) state: &'job Path,
    pub(crate) inventory: &'job Inventory,
    pub(crate) started: &'job ZonedDateTime,
    pub(crate) bar: &'job Bar,
    /// Told when the run is interrupted.
    pub(crate) stops: &'job Stops,
}

/// The right to ask.
pub(crate) struct Turn {
    _lock: Lock,
    /// What was waited for before.
    pub(crate) waited: Option<Waited>,
}

impl Job<'_> {
    /// Runs to the end, or says why not.
    pub(crate) async fn run(&self) -> Result<ExitCode, RunError> {
        let reports = report::reports(&self.config.reports.formats);
        demand_room(self.config, &reports, self.inputs)?;
        if self.config.dry_run {
            print(&plan(
                self.config,
                self.state,
                self.inventory,
                self.started,
            )?)?;
            return Ok(ExitCode::Complete);
        }
        let folder = OutputFolder::prepare(&self.config.reports.out, &reports)?;
        let store = Store::open(self.state)?;
        let session = session(self.config, self.started.timestamp())?;
        let identity = match self.sign_in(&session).await? {
            SignedIn::As(identity) => identity,
            SignedIn::NoAnswer(error) => {
                return self.without_sign_in(store, error, &reports, &folder).await;
            }
        };
        let turn = self.wait_for_others(&store, &identity).await?;
        let (store, mut begun) = self.begin(store, &identity, turn.waited)?;
        let asked = self
            .ask(session, store, &mut begun, (&identity, self.stops))
            .await?;
        let concluding = Concluding {
            begun: &begun,
            identity: &identity,
            reports: &reports,
            folder: &folder,
        };
        self.conclude(asked, &concluding)
    }

    /// Waits until no other process asks with the same app registration.
    pub(crate) async fn wait_for_others(
        &self,
        store: &Store,
        identity: &Identity,
    ) -> Result<Turn, RunError> {
        let application = identity.application();
        let mut waited = None;
        let tell_busy = || {
            // Where it cannot be read, that is said when the run begins.
            let at_work = store.at_work(&application).ok().flatten();
            warn!("{}", busy(at_work));
            waited = Some(Waited {
                since: self.started.timestamp(),
                run: at_work.map(|at_work| at_work.run),
            });
        };
        let lock = Lock::take(store.path(), &application, tell_busy);
        tokio::select! {
            // Where nobody is in the way the time may be up already, and there are answers to
            // report all the same.
            biased;
            lock = lock => Ok(Turn {
                _lock: lock?,
                waited,
            }),
            () = self.stops.gentle.cancelled() => Err(RunError::Interrupted),
            () = deadline::reached(self.config.until, Timestamp::now) => Err(RunError::StillBusy),
        }
    }

    /// Begins the run in the store, or goes on with one that ended early. What the run was told
    /// that this one waited for need not be asked again.
    pub(crate) fn begin(
        &self,
        mut store: Store,
        identity: &Identity,
        waited: Option<Waited>,
    ) -> Result<(Store, Begun), RunError> {
        let reuse = self.config.store.reuse;
        let begun = store.begin(&Beginning {
            service: &identity.service(),
            application: &identity.application(),
            inventory: self.inventory,
            reuse,
            waited,
            now: Timestamp::now(),
        })?;
        let notice = going_on(&begun, self.inventory, self.started);
        if let Some(notice) = notice.or_else(|| could_reuse(&begun, reuse)) {
            tell(self.config.console, &notice);
        }
        Ok((store, begun))
    }
}

/// A session with the configured service; nobody is asked anything yet.
pub(crate) fn session(config: &Config, now: Timestamp) -> Result<Session, RunError> {
    let service = &config.service;
    let roots = service
        .ca_cert
        .as_ref()
        .map(|certificate| &certificate.pem[..]);
    let http = HttpSettings::new(roots, service.timeout, service.concurrency.get())?;
    Ok(Session::connect(
        &service.api_url,
        &config.sign_in,
        &http,
        now,
    )?)
}
