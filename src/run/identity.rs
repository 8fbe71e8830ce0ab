//! The app registration, API and tenant of a run, from the configuration and the token.

use jiff::Timestamp;

use crate::{
    config::Config,
    defender::{auth::Claims, refusal::lacks},
    inventory::Inventory,
    store::{Application, RunParams, Service},
};

/// A tenant, an app registration and an API.
pub(crate) struct Identity {
    /// Identifies the quota that applies.
    pub(crate) application: Application,
    /// Identifies the source of the answers. The configured tenant takes precedence, because it is
    /// known even without a token.
    service: Service,
    /// The claims of the token, if they can be read.
    pub(crate) claims: Option<Claims>,
}

impl Identity {
    pub(crate) fn new(config: &Config, claims: Option<Claims>) -> Self {
        let claimed =
            |name: fn(&Claims) -> &Option<String>| claims.as_ref().and_then(|it| name(it).clone());
        let (tenant, client) = (claimed(|it| &it.tenant_id), claimed(|it| &it.app_id));
        let configured = &config.sign_in;
        let known = |claimed: Option<String>, configured: &Option<String>| {
            let known = claimed.or_else(|| configured.clone());
            known.unwrap_or_default().to_lowercase()
        };
        let api_url = config.service.api_url.to_string();
        Self {
            application: Application {
                // The token takes precedence: a tenant has several names, but only one quota.
                tenant_id: known(tenant.clone(), &configured.tenant_id),
                client_id: known(client, &configured.client_id),
                api_url: api_url.clone(),
            },
            service: Service {
                tenant_id: configured.tenant_id.clone().or(tenant).unwrap_or_default(),
                api_url,
            },
            claims,
        }
    }

    /// The source of the answers.
    pub(crate) const fn service(&self) -> &Service {
        &self.service
    }

    /// The roles of the token, if it is known to have none of these.
    pub(crate) fn lacks(&self, roles: &[&str]) -> Option<String> {
        lacks(self.claims.as_ref()?, roles)
    }

    /// The parameters of a run that did not wait for another one.
    pub(super) fn params<'run>(
        &'run self,
        config: &Config,
        inventory: &'run Inventory,
        now: Timestamp,
    ) -> RunParams<'run> {
        RunParams {
            service: &self.service,
            application: &self.application,
            inventory,
            reuse: config.store.reuse,
            waited_for: None,
            now,
        }
    }
}
