//! The ways in which Entra ID refuses a sign-in.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::simulator::{
    chance::{chance, uuid},
    reply::Reply,
    tenant::Tenant,
};

/// A refusal, with the error number that support needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    pub(super) code: u32,
    message: String,
}

impl Refusal {
    fn of(status: StatusCode, error: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            error,
            code,
            message: message.into(),
        }
    }

    pub(super) fn unknown_tenant(tenant: &str) -> Self {
        let message = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID \
             and are signing into the correct cloud."
        );
        Self::of(StatusCode::BAD_REQUEST, "invalid_request", 90002, message)
    }

    pub(super) fn missing_parameter(name: &str) -> Self {
        let message = format!("The request body must contain the following parameter: '{name}'.");
        Self::of(StatusCode::BAD_REQUEST, "invalid_request", 900_144, message)
    }

    pub(super) fn grant_type(found: &str) -> Self {
        let message = format!("The app requested an unsupported grant type '{found}'.");
        let error = "unsupported_grant_type";
        Self::of(StatusCode::BAD_REQUEST, error, 70003, message)
    }

    pub(super) fn unknown_client(client: &str, tenant: &str) -> Self {
        let message = format!(
            "Application with identifier '{client}' was not found in the directory '{tenant}'. \
             This can happen if the application has not been installed by the administrator \
             of the tenant or consented to by any user in the tenant."
        );
        let error = "unauthorized_client";
        Self::of(StatusCode::BAD_REQUEST, error, 700_016, message)
    }

    pub(super) fn no_consent(client: &str, tenant: &str) -> Self {
        Self::client(
            7_000_229,
            format!(
                "The client application '{client}' is missing service principal in the tenant \
                 '{tenant}'. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119"
            ),
        )
    }

    pub(super) fn wrong_secret(client: &str) -> Self {
        Self::client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request \
                 is the client secret value, not the client secret ID, for a secret added to \
                 app '{client}'."
            ),
        )
    }

    pub(super) fn no_credential() -> Self {
        Self::client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or \
             'client_secret'.",
        )
    }

    /// The client failed to authenticate.
    pub(super) fn client(code: u32, message: impl Into<String>) -> Self {
        Self::of(StatusCode::UNAUTHORIZED, "invalid_client", code, message)
    }

    pub(super) fn scope(scope: &str) -> Self {
        let message = format!(
            "The provided request must include a 'scope' input parameter. The provided value \
             for the input parameter 'scope' is not valid. The scope {scope} is not valid."
        );
        Self::of(StatusCode::BAD_REQUEST, "invalid_scope", 70011, message)
    }

    pub(super) fn unknown_resource(resource: &str, tenant: &str) -> Self {
        let message = format!(
            "The resource principal named {resource} was not found in the tenant named \
             {tenant}. This can happen if the application has not been installed by the \
             administrator of the tenant or consented to by any user in the tenant."
        );
        let error = "invalid_resource";
        Self::of(StatusCode::BAD_REQUEST, error, 500_011, message)
    }

    pub(super) fn into_reply(self, tenant: &Tenant, number: u64) -> Reply {
        let mut random = chance(tenant.settings.seed, "sign-in", "", number);
        let (trace, correlation) = (uuid(&mut random), uuid(&mut random));
        let time = tenant.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let code = self.code;
        let description = format!(
            "AADSTS{code}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}",
            self.message
        );
        let body: Value = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [code],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        });
        Reply::json(self.status, &body)
    }
}
