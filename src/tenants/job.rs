//! A tenant with its configuration.

use std::path::Path;

use crate::{
    config::{ConfigError, Resolved, Tenant},
    domain::{exit_code::ExitCode, text::chain},
    report::overview::TenantRow,
};

/// A tenant with its configuration.
pub(crate) struct TenantJob<'run> {
    pub(crate) tenant: &'run Tenant,
    /// Its configuration, or the error in it.
    resolved: Result<Resolved, ConfigError>,
    /// The number of its runs that the store keeps.
    keep_runs: u32,
}

impl<'run> TenantJob<'run> {
    /// A tenant's job. It prints nothing itself, and old runs are deleted after all tenants have finished.
    pub(crate) fn new(tenant: &'run Tenant, mut resolved: Result<Resolved, ConfigError>) -> Self {
        let mut keep_runs = u32::MAX;
        if let Ok(resolved) = &mut resolved {
            let config = &mut resolved.config;
            keep_runs = std::mem::replace(&mut config.store.keep_runs, u32::MAX);
            config.step_summary = None;
            config.console.quiet = true;
            config.progress = config.progress.of_tenant();
        }
        Self {
            tenant,
            resolved,
            keep_runs,
        }
    }

    /// Its configuration; or a row that describes the error in it.
    pub(super) fn resolved(&self) -> Result<&Resolved, Box<TenantRow>> {
        self.resolved.as_ref().map_err(|error| {
            Box::new(TenantRow {
                error: Some(chain(error)),
                hint: error.hint(),
                ..self.row(ExitCode::Configuration)
            })
        })
    }

    /// The path of its store, if its configuration is valid.
    pub(super) fn state(&self) -> Option<&Path> {
        self.resolved.as_ref().ok()?.config.store.path.as_deref()
    }

    /// The folder of its reports, if its configuration is valid.
    pub(super) fn folder(&self) -> Option<&Path> {
        let resolved = self.resolved.as_ref().ok()?;
        Some(&resolved.config.reports.out)
    }

    pub(super) const fn keep_runs(&self) -> u32 {
        self.keep_runs
    }

    /// A row without figures.
    pub(super) fn row(&self, exit_code: ExitCode) -> TenantRow {
        TenantRow {
            name: self.tenant.name.clone(),
            tenant_id: self.tenant.id().to_owned(),
            exit_code,
            digest: None,
            error: None,
            hint: None,
        }
    }
}
