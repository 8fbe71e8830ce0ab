//! Refusals of the whole run: what the service means, and what to do about it.

use super::credential::{SignInError, hint_for};
use crate::outcome::Failure;

/// The permission that the call needs.
pub const REQUIRED_ROLE: &str = "Software.Read.All";

/// Whether a 401 is about the tenant's licence, which no new token changes.
pub(super) fn no_licence(message: Option<&str>) -> bool {
    let message = message.unwrap_or_default().to_ascii_lowercase();
    message.contains("no tvm license") || message.contains("account mode is inactive")
}

/// What to do about a refusal of the whole run.
pub fn hint(failure: &Failure) -> String {
    if let Some(hint) = failure.code.as_deref().and_then(hint_for) {
        return hint.to_owned();
    }
    if let Some(hint) = not_renewed(failure) {
        return hint;
    }
    match failure.http_status {
        Some(403) if failure.code.is_none() => {
            "the service gives another reason with its refusals: \
                      does a proxy or a firewall refuse in its place?"
                .to_owned()
        }
        Some(403) => grant_hint(),
        None => {
            "the sign-in failed in the middle of the run; `patchgap check` tells more".to_owned()
        }
        Some(407) => "the proxy wants a sign-in: put user and password into HTTPS_PROXY, or \
                      have the service's address exempted"
            .to_owned(),
        Some(401) if no_licence(Some(&failure.message)) => {
            "the tenant has no active licence for Defender Vulnerability Management: ask \
             whoever administers its licences"
                .to_owned()
        }
        _ => "the service refuses tokens that the sign-in has just issued: check that --cloud, \
              --api-url and --scope belong together; `patchgap check` shows what the token is for"
            .to_owned(),
    }
}

/// What to do about a ready-made token that was refused or has ended.
fn not_renewed(failure: &Failure) -> Option<String> {
    let ready_made = SignInError::ReadyMade;
    let is_it = failure.message.ends_with(&ready_made.to_string());
    ready_made.hint().filter(|_| is_it)
}

/// How to grant the permission that the call needs.
pub fn grant_hint() -> String {
    format!(
        "grant the app registration the application permission {REQUIRED_ROLE} of \
         WindowsDefenderATP, with admin consent, and wait a few minutes; `patchgap check` \
         shows the roles that the token holds"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Reason;

    #[test]
    fn each_refusal_has_its_own_hint() {
        for (status, code, message, expected) in [
            (
                403,
                "Forbidden",
                "Missing application roles.",
                "Software.Read.All",
            ),
            (407, "", "", "HTTPS_PROXY"),
            (
                401,
                "Unauthorized",
                "... reason of failure: No Tvm license",
                "licence",
            ),
            (401, "Unauthorized", "Account mode is inactive", "licence"),
            (401, "Unauthorized", "invalid token", "--scope"),
            (
                401,
                "Unauthorized",
                "invalid token; the ready-made access token was refused or has ended, and \
                 cannot be renewed",
                "PATCHGAP_ACCESS_TOKEN",
            ),
            (401, "AADSTS7000222", "the secret has expired", "secret"),
        ] {
            let failure = Failure {
                reason: Reason::Refused,
                http_status: Some(status),
                code: Some(code.to_owned()),
                message: message.to_owned(),
                correlation_id: None,
            };
            assert!(hint(&failure).contains(expected), "{status} {message}");
        }
    }
}
