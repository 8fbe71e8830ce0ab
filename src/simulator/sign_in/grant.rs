//! Decides whether a token is granted, and creates it.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hyper::StatusCode;
use serde_json::{Value, json};

use crate::simulator::{
    chance::{chance, uuid},
    faults::TenantFault,
    reply::Reply,
    tenant::Tenant,
    tokens::Audience,
};

use super::{
    assertion::{self, Expected},
    refusal::Refusal,
};

/// A form; the last value of a repeated field counts.
pub(super) type Form = HashMap<String, String>;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What was sent to the token endpoint.
#[derive(Debug)]
pub(super) struct Application<'a> {
    /// The tenant in the path.
    pub(super) tenant: &'a str,
    /// The endpoint's URL, as the client spelled it.
    pub(super) audience: String,
    pub(super) form: Form,
}

impl Application<'_> {
    fn field(&self, name: &str) -> Result<&str, Refusal> {
        let field = self.form.get(name).map(String::as_str);
        field.ok_or_else(|| Refusal::missing_parameter(name))
    }
}

/// A token, if the request is valid.
pub(super) fn grant(tenant: &Tenant, application: &Application<'_>) -> Result<Reply, Refusal> {
    if application.tenant != tenant.id {
        return Err(Refusal::unknown_tenant(application.tenant));
    }
    let grant_type = application.field("grant_type")?;
    if grant_type != "client_credentials" {
        return Err(Refusal::grant_type(grant_type));
    }
    let client = application.field("client_id")?;
    if client != tenant.client_id {
        return Err(Refusal::unknown_client(client, &tenant.id));
    }
    if tenant.has_fault(TenantFault::NoConsent) {
        return Err(Refusal::no_consent(client, &tenant.id));
    }
    check_client(tenant, application)?;
    let audience = audience(tenant, application.field("scope")?)?;
    Ok(token_reply(tenant, audience))
}

/// Checks the secret or the assertion.
fn check_client(tenant: &Tenant, application: &Application<'_>) -> Result<(), Refusal> {
    if let Some(secret) = application.form.get("client_secret") {
        let right = *secret == tenant.client_secret;
        return right
            .then_some(())
            .ok_or_else(|| Refusal::wrong_secret(&tenant.client_id));
    }
    let Some(assertion) = application.form.get("client_assertion") else {
        return Err(Refusal::no_credential());
    };
    if application.field("client_assertion_type")? != ASSERTION_TYPE {
        return Err(Refusal::missing_parameter("client_assertion_type"));
    }
    let expected = Expected {
        client_id: &tenant.client_id,
        audience: &application.audience,
        now: tenant.now().as_second(),
    };
    assertion::check(assertion, expected)
}

/// The service that a token is requested for.
fn audience(tenant: &Tenant, scope: &str) -> Result<Audience, Refusal> {
    let Some(resource) = scope.strip_suffix("/.default") else {
        return Err(Refusal::scope(scope));
    };
    let known = Audience::ALL.into_iter().find(|it| it.scope() == scope);
    let is_unknown = |audience: &Audience| {
        *audience == Audience::Defender && tenant.has_fault(TenantFault::NoDefender)
    };
    known
        .filter(|audience| !is_unknown(audience))
        .ok_or_else(|| Refusal::unknown_resource(resource, &tenant.id))
}

fn token_reply(tenant: &Tenant, audience: Audience) -> Reply {
    let seconds = tenant.settings.token_lifetime.as_secs();
    let tokens = &tenant.tokens;
    let body = json!({
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": tokens.issue(audience, |number| token(tenant, audience, number)),
    });
    Reply::json(StatusCode::OK, &body)
}

/// A JWT with a meaningless signature.
fn token(tenant: &Tenant, audience: Audience, number: usize) -> String {
    let mut random = chance(tenant.settings.seed, "token", "", number as u64);
    let issued = tenant.now().as_second();
    let lifetime = i64::try_from(tenant.settings.token_lifetime.as_secs()).unwrap_or(i64::MAX);
    let resource = audience.scope().trim_end_matches("/.default");
    let payload = json!({
        "aud": resource,
        "iss": format!("https://sts.windows.net/{}/", tenant.id),
        "iat": issued,
        "nbf": issued,
        "exp": issued.saturating_add(lifetime),
        "appid": tenant.client_id,
        "roles": tenant.roles_for(audience),
        "tid": tenant.id,
        "uti": uuid(&mut random),
        "ver": "1.0",
    });
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "simulator"});
    let signature: Vec<u8> = (0..256).map(|_| random.u8(..)).collect();
    let [header, payload] = [header, payload].map(|part| encoded(&part));
    format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}
