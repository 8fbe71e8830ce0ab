//! The tenants of a file, each with its configuration.

use std::path::Path;

use tracing::warn;

use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    config::{Config, ConfigError, Place, Resolved, Settings, Tenant, Tenants},
    store::writable_by_others,
    tenants::in_span,
};

/// The tenants of a file, each with its configuration.
pub(super) struct AllTenants<'run> {
    /// The configuration without any tenant's own settings.
    pub(super) common: Config,
    /// In the order of the file.
    pub(super) each: Vec<ResolvedTenant<'run>>,
}

/// A tenant with its configuration, or what is wrong with it.
pub(super) struct ResolvedTenant<'run> {
    pub(super) tenant: &'run Tenant,
    pub(super) resolved: Result<Resolved, ConfigError>,
}

/// Resolves the configuration of every tenant, logs its warnings, and checks that no two share a
/// folder or a place for uploads.
pub(super) fn resolve_all<'run>(
    context: &mut Context,
    tenants: &'run Tenants,
    typed: &Settings,
) -> Result<AllTenants<'run>, AppError> {
    let common = context.resolve_for(typed, None)?;
    state(&common.config.store)?;
    let each = tenants.list.iter().map(|tenant| ResolvedTenant {
        tenant,
        resolved: context.resolve_one_of_many(typed.clone(), tenant),
    });
    let each: Vec<ResolvedTenant<'_>> = each.collect();
    let folders: Vec<_> = each.iter().map(ResolvedTenant::folder).collect();
    tenants.check_folders(&folders)?;
    let places: Vec<_> = each.iter().map(ResolvedTenant::upload).collect();
    tenants.check_uploads(&places)?;
    for tenant in &each {
        tenant.log_own_warnings(&common);
    }
    Ok(AllTenants {
        common: common.config,
        each,
    })
}

impl ResolvedTenant<'_> {
    /// The folder of its reports, if its configuration is valid.
    fn folder(&self) -> Option<&Path> {
        let resolved = self.resolved.as_ref().ok()?;
        Some(&resolved.config.reports.out)
    }

    /// The place its reports are uploaded to, if its configuration is valid and has one.
    fn upload(&self) -> Option<&Place> {
        self.resolved.as_ref().ok()?.config.upload.as_ref()
    }

    /// Logs the warnings about its configuration that are not about the common one.
    fn log_own_warnings(&self, common: &Resolved) {
        let Ok(resolved) = &self.resolved else {
            return;
        };
        let warnings = resolved.warnings.iter();
        let own = warnings.filter(|it| !common.warnings.contains(it)).cloned();
        let state = resolved.config.store.path.as_deref();
        let state = state.filter(|_| state != common.config.store.path.as_deref());
        let warning = state.and_then(writable_by_others);
        in_span(&self.tenant.name, || {
            for warning in own.chain(warning) {
                warn!("{warning}");
            }
        });
    }
}
