//! Refusals of the whole run: their meaning, and how to fix them.

use super::{cloud::Cloud, reply::is_licence_error};
use crate::defender::auth::{Claims, SignInError, hint_for};
use crate::domain::outcome::Failure;

/// The permission that the calls for missing KBs require.
pub const REQUIRED_ROLE: &str = "Software.Read.All";

/// The permission that the export of software vulnerabilities requires.
pub const EXPORT_ROLE: &str = "Vulnerability.Read.All";

/// The permission of Microsoft Graph that hunting queries require.
pub const HUNTING_ROLE: &str = "ThreatHunting.Read.All";

/// The permissions that allow reading the machine list; any of them is enough.
pub const LIST_ROLES: [&str; 2] = ["Machine.Read.All", "Machine.ReadWrite.All"];

/// The token's roles as text, if it has none of these. `None` if it has one, and for a user's
/// token, which has scopes with other names: the decision is left to the service.
pub fn lacks(claims: &Claims, roles: &[&str]) -> Option<String> {
    let holds = |role: &&str| claims.roles.iter().any(|held| held == role);
    if !claims.scopes.is_empty() || roles.iter().any(holds) {
        return None;
    }
    Some(match &claims.roles[..] {
        [] => "none".to_owned(),
        held => held.join(", "),
    })
}

/// Whether a refusal may concern only one machine, although there was no answer yet: it is the
/// service's own, and names no cause that applies to all machines.
pub fn may_concern_one_machine(failure: &Failure) -> bool {
    let message = failure.message.to_ascii_lowercase();
    failure.http_status == Some(403)
        && failure
            .code
            .as_deref()
            .is_some_and(|code| !is_disabled(code))
        && !message.contains("role")
}

/// Whether a code means that the feature is disabled in the tenant.
fn is_disabled(code: &str) -> bool {
    code.eq_ignore_ascii_case("DisabledFeature")
}

/// How to fix a refusal of the whole run; `claims` are those of the token used, and `role` is the
/// permission that the call requires.
pub fn hint(failure: &Failure, claims: Option<&Claims>, role: &str) -> String {
    if let Some(hint) = failure.code.as_deref().and_then(hint_for) {
        return hint.to_owned();
    }
    if let Some(hint) = not_renewed(failure) {
        return hint;
    }
    match failure.http_status {
        Some(403) => forbidden(failure, claims, role),
        None => "the sign-in failed during the run; `patchgap check` shows more".to_owned(),
        Some(407) => "the proxy requires authentication: put the user name and password in \
                      HTTPS_PROXY, or \
                      have the service's address exempted"
            .to_owned(),
        Some(401) if is_licence_error(Some(&failure.message)) => {
            "the tenant has no active licence for Defender Vulnerability Management: ask the \
             licence administrator"
                .to_owned()
        }
        _ => "the service refuses tokens that the sign-in has just issued: check that --cloud, \
              --api-url and --scope match; `patchgap check` shows the token's audience"
            .to_owned(),
    }
}

/// How to fix a 403. The token says more than the service: its audience and its roles.
fn forbidden(failure: &Failure, claims: Option<&Claims>, role: &str) -> String {
    if failure.code.as_deref().is_some_and(is_disabled) {
        return "the feature is off in this tenant: an administrator can turn it on in the \
                Defender portal"
            .to_owned();
    }
    if let Some(audience) = claims.and_then(foreign_audience) {
        return format!(
            "the token is for `{}`, but the service only accepts tokens for {}: check --scope \
             and --cloud, or how the token was obtained",
            audience.escape_debug(),
            Cloud::Public.endpoints().audience()
        );
    }
    let roles = claims.map_or(&[][..], |it| &it.roles);
    match required(&failure.message, roles, role) {
        Some(role) => format!(
            "the token already has {role}: if it was granted just now, wait a few minutes; check \
             that --cloud and --api-url are the tenant's; otherwise ask Microsoft support, \
             quoting the correlation id"
        ),
        None => grant_hint(role),
    }
}

/// A role that the token holds, of those that the message names as required; without such names,
/// the usual one.
fn required<'roles>(message: &str, roles: &'roles [String], usual: &str) -> Option<&'roles str> {
    let (_, named) = message.split_once("required roles:").unwrap_or_default();
    let named = named.split("application roles:").next().unwrap_or_default();
    let mut named = named
        .split(|it: char| !it.is_ascii_alphanumeric() && it != '.')
        .map(|it| it.trim_matches('.'))
        .filter(|it| !it.is_empty())
        .peekable();
    let held = |name: &str| roles.iter().find(|it| it.eq_ignore_ascii_case(name));
    if named.peek().is_none() {
        return held(usual).map(String::as_str);
    }
    // Any one of them is enough.
    named.find_map(held).map(String::as_str)
}

/// Audience names of Defender's API, in addition to the clouds' scopes.
const AUDIENCES: [&str; 3] = [
    "https://api.security.microsoft.com",
    "https://securitycenter.onmicrosoft.com/windowsatpservice",
    // The app id of WindowsDefenderATP, the audience of version 2 tokens.
    "fc780465-2017-40d4-a905-7a022b3c0b00",
];

/// The token's audience, if that is not Defender's API in any cloud.
fn foreign_audience(claims: &Claims) -> Option<&str> {
    let audience = claims.audience.as_deref()?;
    let bare = audience.trim_end_matches('/');
    let clouds = Cloud::WORDS
        .iter()
        .filter_map(|word| word.parse::<Cloud>().ok());
    let mut own = clouds.map(|it| it.endpoints().audience()).chain(AUDIENCES);
    let is_own = own.any(|it| it.eq_ignore_ascii_case(bare));
    (!is_own).then_some(audience)
}

/// The hint for a ready-made token that was refused or has expired.
fn not_renewed(failure: &Failure) -> Option<String> {
    let ready_made = SignInError::ReadyMade;
    let is_it = failure.message.ends_with(&ready_made.to_string());
    ready_made.hint().filter(|_| is_it)
}

/// How to grant a permission.
pub fn grant_hint(role: &str) -> String {
    format!(
        "grant the app registration the application permission {role} of \
         WindowsDefenderATP, with admin consent, and wait a few minutes; `patchgap check` shows \
         the token's roles"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Reason;

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
                "invalid token; the access token provided was rejected or has expired, and \
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
            assert!(
                hint(&failure, None, REQUIRED_ROLE).contains(expected),
                "{status} {message}"
            );
        }
    }

    const LEGACY: &str = "https://api.securitycenter.microsoft.com";
    const MISSING: &str = "Missing application roles. API required roles: Software.Read.All, \
                           application roles: Alert.Read.All,Software.Read.";

    /// The hint for a 403 with these claims of the token.
    fn hint_for_403(code: &str, message: &str, audience: &str, roles: &[&str]) -> String {
        let failure = Failure {
            reason: Reason::Refused,
            http_status: Some(403),
            code: Some(code.to_owned()),
            message: message.to_owned(),
            correlation_id: None,
        };
        let claims = Claims {
            audience: Some(audience.to_owned()),
            roles: roles.iter().map(|it| (*it).to_owned()).collect(),
            ..Claims::default()
        };
        hint(&failure, Some(&claims), REQUIRED_ROLE)
    }

    #[test]
    fn hint_for_403_depends_on_the_roles() {
        let (grant, held) = (
            "grant the app registration",
            "already has Software.Read.All",
        );
        let two = "API required roles: Machine.Read.All, Software.Read.All, application roles: x.";
        for (message, roles, expected) in [
            (MISSING, &["Alert.Read.All"][..], grant),
            (MISSING, &["Software.Read.All"], held),
            (MISSING, &[], grant),
            ("Access denied", &["Software.Read.All"], held),
            ("Access denied", &["Machine.Read.All"], grant),
            (two, &["Software.Read.All"], held),
        ] {
            let hint = hint_for_403("Forbidden", message, LEGACY, roles);
            assert!(hint.contains(expected), "{message} {roles:?}: {hint}");
        }
        let hint = hint_for_403("DisabledFeature", "Off", LEGACY, &["Software.Read.All"]);
        assert!(hint.contains("is off in this tenant"), "{hint}");
    }

    #[test]
    fn hint_for_403_depends_on_the_audience() {
        for (audience, is_foreign) in [
            (LEGACY, false),
            ("https://API.securitycenter.microsoft.com/", false),
            ("https://api.security.microsoft.com", false),
            ("https://api-gcc.securitycenter.microsoft.us", false),
            ("https://api-gov.securitycenter.microsoft.us/", false),
            ("fc780465-2017-40d4-a905-7a022b3c0b00", false),
            ("https://graph.microsoft.com", true),
            ("00000003-0000-0000-c000-000000000000", true),
            ("https://management.azure.com/", true),
            ("api://my-own", true),
        ] {
            let hint = hint_for_403("Forbidden", MISSING, audience, &["Software.Read.All"]);
            let says = format!("the token is for `{audience}`");
            assert_eq!(hint.contains(&says), is_foreign, "{hint}");
        }
    }

    #[test]
    fn only_a_generic_403_may_concern_one_machine() {
        for (status, code, message, expected) in [
            (
                403,
                Some("Forbidden"),
                "Access to the machine is denied",
                true,
            ),
            (403, Some("Forbidden"), MISSING, false),
            (403, Some("DisabledFeature"), "", false),
            (403, None, "", false),
            (401, Some("Unauthorized"), "No Tvm license", false),
            (407, None, "", false),
        ] {
            let failure = Failure {
                reason: Reason::Refused,
                http_status: Some(status),
                code: code.map(str::to_owned),
                message: message.to_owned(),
                correlation_id: None,
            };
            assert_eq!(
                may_concern_one_machine(&failure),
                expected,
                "{status} {message}"
            );
        }
    }
}
