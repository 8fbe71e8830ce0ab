//! `patchgap report` for one tenant: reads the list and the feeds, and then runs, or renders the
//! reports of a kept run again.

use std::path::Path;

use jiff::ZonedDateTime;
use tracing::warn;

use super::{
    Finished, RunError, RunInput,
    inputs::{
        criteria::Criteria,
        feeds::SharedFeeds,
        files::{check_conflicts, inputs},
    },
    kept::{RerenderInput, report_again},
    list::{ListInput, kept_list, list_of_run},
    messages::{inform, listed, shared_names, unreadable_last_seen},
    metrics,
    renewal::renewal,
    run,
};
use crate::{
    collect::per_machine::Stops,
    config::{MachineSource, Resolved},
    inventory::{self, Inventory, Source},
    progress::Bar,
    report::output::Input,
    store::StoreFile,
};

/// `patchgap report` for one tenant.
#[derive(Clone, Copy)]
pub(crate) struct ReportJob<'job> {
    pub(crate) resolved: &'job Resolved,
    /// The file of the store.
    pub(crate) state: &'job StoreFile,
    /// Where the list comes from. Offline it may be the kept run's own.
    pub(crate) list: Option<&'job MachineSource>,
    pub(crate) started: &'job ZonedDateTime,
    pub(crate) feeds: &'job SharedFeeds,
    pub(crate) bar: &'job Bar,
    /// Cancelled when the job is interrupted.
    pub(crate) stops: &'job Stops,
}

impl ReportJob<'_> {
    /// Does the job. Calls `begin` before the first request, for the caller to handle interrupts
    /// from then on.
    pub(crate) async fn run(self, begin: impl FnOnce()) -> Finished {
        let done = if self.resolved.config.offline {
            self.report_again().await
        } else {
            self.report(begin).await
        };
        done.unwrap_or_else(Into::into)
    }

    async fn report(self, begin: impl FnOnce()) -> Result<Finished, RunError> {
        let config = &self.resolved.config;
        let inventory = self.list_in_file()?;
        let inputs = self.inputs();
        let criteria = Criteria::read(config, self.feeds, self.started.timestamp())?;
        if let Some(warning) = renewal(config, self.started.timestamp()) {
            warn!("{warning}");
        }
        begin();
        let inventory = match inventory {
            Some(inventory) => inventory,
            None if self.list.is_some() => {
                check_conflicts(config, &inputs)?;
                if !config.dry_run {
                    metrics::check(config)?;
                }
                let listed = self.list_of_service().await;
                let started = self.started.timestamp();
                listed.inspect_err(|it| metrics::write_failure(config, started, it.exit_code()))?
            }
            None => return Err(RunError::NoList),
        };
        self.warn_of_oddities(&inventory);
        let input = RunInput {
            config,
            inputs: &inputs,
            state: self.state,
            inventory: &inventory,
            criteria: &criteria,
            started: self.started,
            bar: self.bar,
            stops: self.stops,
        };
        Ok(run(input).await)
    }

    /// Renders the reports of the kept run again, or reports what the store knows about the
    /// machines of the list.
    async fn report_again(self) -> Result<Finished, RunError> {
        let config = &self.resolved.config;
        let mut inventory = self.list_in_file()?;
        let inputs = self.inputs();
        check_conflicts(config, &inputs)?;
        if self.list == Some(&MachineSource::Service) {
            inventory = Some(self.list_of_service().await?);
        }
        if let Some(inventory) = &inventory {
            self.warn_of_oddities(inventory);
        }
        let criteria = Criteria::read(config, self.feeds, self.started.timestamp())?;
        let again = RerenderInput {
            config,
            state: self.state.path(),
            inputs: &inputs,
            started: self.started,
            criteria: &criteria,
            stop: &self.stops.gentle,
        };
        report_again(&again, inventory).await
    }

    /// The path of the list, if it is in a file.
    fn list_file(&self) -> Option<&Path> {
        match self.list? {
            MachineSource::File(path) => Some(path),
            MachineSource::Service => None,
        }
    }

    fn list_in_file(&self) -> Result<Option<Inventory>, RunError> {
        let column = self.resolved.config.column.as_deref();
        let read = |path: &Path| inventory::read(&Source::from(path.to_owned()), column);
        Ok(self.list_file().map(read).transpose()?)
    }

    fn inputs(&self) -> Vec<Input> {
        inputs(self.resolved, self.state.path(), self.list_file())
    }

    /// The machines that the service lists; for a dry run and offline, those that it listed last.
    async fn list_of_service(&self) -> Result<Inventory, RunError> {
        let config = &self.resolved.config;
        let input = ListInput {
            config,
            state: self.state,
            now: self.started.timestamp(),
            stops: self.stops,
        };
        let inventory = if config.dry_run || config.offline {
            kept_list(input)?
        } else {
            list_of_run(input).await?
        };
        inform(config.console, &listed(&inventory));
        Ok(inventory)
    }

    /// Warns about unusual things in the list that affect how to read its figures.
    fn warn_of_oddities(&self, inventory: &Inventory) {
        if let Some(warning) = unreadable_last_seen(inventory, self.started.timestamp()) {
            warn!("{warning}");
        }
        if let Some(message) = shared_names(inventory) {
            inform(self.resolved.config.console, &message);
        }
    }
}
