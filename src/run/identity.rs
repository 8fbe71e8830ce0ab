//! Who asks whom: as configured, and as the token says.

use crate::{
    config::Config,
    defender::auth::Claims,
    store::{Application, Service},
};

/// A tenant, an app registration and an API.
pub(crate) struct Identity {
    /// The tenant, when it is known.
    pub(crate) tenant_id: Option<String>,
    application: Application,
    /// What the token says of itself, where it can be read.
    pub(crate) claims: Option<Claims>,
}

impl Identity {
    pub(crate) fn new(config: &Config, claims: Option<Claims>) -> Self {
        let said =
            |name: fn(&Claims) -> &Option<String>| claims.as_ref().and_then(|it| name(it).clone());
        let (tenant, client) = (said(|it| &it.tenant_id), said(|it| &it.app_id));
        let sign_in = &config.sign_in;
        let configured = sign_in.tenant_id.clone();
        let known = |said: Option<String>, configured: &Option<String>| {
            said.or_else(|| configured.clone())
                .unwrap_or_default()
                .to_lowercase()
        };
        Self {
            application: Application {
                // The token's word first: a tenant has several names, and one quota.
                tenant_id: known(tenant.clone(), &configured),
                client_id: known(client, &sign_in.client_id),
                api_url: config.service.api_url.to_string(),
            },
            tenant_id: configured.or(tenant),
            claims,
        }
    }

    /// Whose quota it is.
    pub(crate) fn application(&self) -> Application {
        self.application.clone()
    }

    /// Whose answers they are. The configured name comes first: it is known without a token,
    /// too.
    pub(crate) fn service(&self) -> Service {
        service(self.tenant_id.as_deref(), &self.application.api_url)
    }
}

/// Whose answers they are.
pub(crate) fn service(tenant_id: Option<&str>, api_url: &str) -> Service {
    Service {
        tenant_id: tenant_id.unwrap_or_default().to_owned(),
        api_url: api_url.to_owned(),
    }
}
