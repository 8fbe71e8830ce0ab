//! Configuration errors, and where they occurred.

use std::{io, path::PathBuf};

use jiff::{ToSpan, ZonedDateTime};
use thiserror::Error;

use super::{AddressProblem, MailPart, Origin, SecretProblem, Shown, TenantProblem};
use crate::domain::answer::Source;

/// Why the configuration cannot be built.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file that the configuration needs cannot be read.
    #[error("{what} {}: cannot be read", path.display())]
    Read {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// The configuration file is not valid TOML.
    #[error("{}: line {line}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The message of the TOML parser.
        message: String,
        /// Whether that line contains a backslash.
        has_backslash: bool,
    },
    /// A key that does not exist.
    #[error("{}: line {line}: unknown key `{key}`", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key as written there.
        key: String,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// A secret in the configuration file, which is often copied, mailed or committed.
    #[error("{}: line {line}: `{key}` is not allowed in this file", path.display())]
    SecretInFile {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key as written there.
        key: String,
        /// Where the secret belongs.
        proper_place: &'static str,
    },
    /// A value that is not valid for its key.
    #[error("{}: line {line}: {key}: {message}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// What is wrong with the value, and what is allowed.
        message: String,
    },
    /// A mistake in a file of tenants.
    #[error("{}: line {line}: {key}: {problem}", path.display())]
    Tenant {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// What is wrong.
        problem: TenantProblem,
    },
    /// A folder or place of the reports contains `{tenant}`, but there is no file of tenants.
    #[error(
        "{option} {place}: {{tenant}} stands for the name of a tenant, and --tenants is not given"
    )]
    NoTenants {
        /// The option that names the place.
        option: &'static str,
        /// The place.
        place: String,
    },
    /// The file has no tenant of this name.
    #[error("{} has no tenant `{name}`", path.display())]
    NoSuchTenant {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
        /// The names in it.
        names: Vec<String>,
    },
    /// A tenant was chosen, but there is no file of tenants.
    #[error("--tenant {0} needs --tenants, the file in which tenants are defined")]
    TenantWithoutFile(String),
    /// The variable that holds a tenant's secret is not set.
    #[error("environment variable {0}, which `client_secret_env` names, is not set")]
    NoSecret(String),
    /// The ready-made token is for another tenant, and there is no other credential.
    #[error(
        "the access token is for tenant {token}, and no other credential is configured for {tenant}"
    )]
    OtherTenantsToken {
        /// The tenant of the token.
        token: String,
        /// The configured tenant.
        tenant: String,
    },
    /// A value that is not valid for its environment variable.
    #[error("environment variable {variable}: {message}")]
    Variable {
        /// The variable.
        variable: String,
        /// What is wrong with the value, and what is allowed.
        message: String,
    },
    /// A text that contains a control character.
    #[error("{place}: `{text}` contains a control character")]
    ControlCharacter {
        /// The file, line and key, the variable or the flag.
        place: String,
        /// The text, with its control characters escaped.
        text: Shown,
        /// The source of the text.
        origin: Origin,
    },
    /// A text that cannot be a secret.
    #[error("{place}: {problem}")]
    Secret {
        /// The file or the variable.
        place: String,
        /// What is wrong with it.
        problem: SecretProblem,
    },
    /// An address for notifications that cannot be used.
    #[error("{place}: {problem}")]
    Address {
        /// The file or the variable.
        place: String,
        /// What is wrong with it.
        problem: AddressProblem,
    },
    /// There is a format for the webhook, but no webhook.
    #[error("--notify-format is for a webhook, and there is none")]
    FormatWithoutWebhook,
    /// A setting that mail needs is missing.
    #[error("{0} is missing: a mail takes a server, --mail-to and --mail-from")]
    Mail(MailPart),
    /// The local time zone is unknown, but something depends on it.
    #[error("unknown time zone `{zone}` in TZ, and {what} depends on it")]
    UnknownZone {
        /// The value of `TZ`.
        zone: String,
        /// What depends on it.
        what: String,
    },
    /// The client secret file is empty.
    #[error("client secret file {}: is empty", .0.display())]
    EmptySecret(PathBuf),
    /// The extra root certificate is not a certificate.
    #[error("root certificate {}: {reason}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No path for the store is configured, and the platform has no folder for state.
    #[error("no default location for the store: this account has no state folder")]
    NoStateFolder,
    /// No folder for feeds is configured, and the platform has none for data.
    #[error("no default location for the feeds: this account has no data folder")]
    NoFeedsFolder,
    /// The time at which to stop sending requests is in the past.
    #[error("the time limit {until} has already \
             passed: it is {}", now.strftime("%Y-%m-%d %H:%M:%S %:z"))]
    Passed {
        /// The time as given.
        until: String,
        /// When the run began.
        now: ZonedDateTime,
    },
    /// The answers would be compared with their own source.
    #[error("--cross-check {0} compares the answers with their own source: --source is {0}, too")]
    CrossCheckOfItself(Source),
    /// The embedded defaults lack a required key: a bug.
    #[error("the embedded defaults lack `{0}`")]
    NoDefault(&'static str),
}

impl ConfigError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read { .. } => Some("check the path and its permissions".to_owned()),
            Self::UnknownKey { nearest, .. } => Some(match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "keys are the flags of `patchgap report --help`, such as `rate_limit`; \
                         [deadlines] is the only table"
                    .to_owned(),
            }),
            Self::SecretInFile { proper_place, .. } => {
                Some(format!("it belongs in {proper_place}"))
            }
            Self::Tenant { problem, .. } => Some(problem.hint().to_owned()),
            Self::NoTenants { .. }
            | Self::NoSuchTenant { .. }
            | Self::TenantWithoutFile(_)
            | Self::NoSecret(_)
            | Self::OtherTenantsToken { .. } => self.hint_about_tenants(),
            Self::ControlCharacter { origin, .. } => Some(origin.hint().to_owned()),
            Self::Secret { problem, .. } => Some(problem.hint().to_owned()),
            Self::Address { .. } | Self::FormatWithoutWebhook | Self::Mail(_) => {
                self.hint_about_notifications()
            }
            Self::UnknownZone { .. } => Some(
                "set TZ to a name such as Europe/Berlin or UTC; a time of --until may have its \
                 offset instead: 2026-11-24T06:00+01:00"
                    .to_owned(),
            ),
            Self::EmptySecret(_) => Some(
                "it must contain the client secret \
                and nothing else"
                    .to_owned(),
            ),
            Self::Certificate { .. } => {
                Some("it must be PEM: text with a line `-----BEGIN CERTIFICATE-----`".to_owned())
            }
            Self::Syntax {
                has_backslash: true,
                ..
            } => Some(Origin::File.hint().to_owned()),
            Self::Syntax { .. } => {
                Some("write `key = value`, with strings in quotes: `timeout = \"30s\"`".to_owned())
            }
            Self::Value { .. } | Self::Variable { .. } => {
                Some("`patchgap report --help` lists every option and its values".to_owned())
            }
            Self::NoStateFolder => Some(
                "choose a file with --state FILE, PATCHGAP_STATE, or `state` in the \
                 configuration file"
                    .to_owned(),
            ),
            Self::NoFeedsFolder => Some(
                "choose a folder with --feeds DIR, PATCHGAP_FEEDS, or `feeds` in the configuration file"
                    .to_owned(),
            ),
            Self::Passed { now, .. } => Some(later_day(now)),
            Self::CrossCheckOfItself(_) => {
                Some("choose another source for one of the two, or --cross-check off".to_owned())
            }
            Self::NoDefault(_) => None,
        }
    }

    /// What the user can do about a mistake with notifications.
    fn hint_about_notifications(&self) -> Option<String> {
        let hint = match self {
            Self::Address { problem, .. } => problem.hint(),
            Self::FormatWithoutWebhook => {
                "set PATCHGAP_NOTIFY_URL to the webhook's address, or `notify_url_file` to a file that \
                 contains it"
            }
            Self::Mail(_) => {
                "set PATCHGAP_SMTP_URL to smtps://user:password@host, --mail-to to the recipients and \
                 --mail-from to the sender; or none of them"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// What the user can do about a mistake with a tenant.
    fn hint_about_tenants(&self) -> Option<String> {
        match self {
            Self::NoTenants { .. } => Some(
                "give --tenants FILE, or remove {tenant}".to_owned(),
            ),
            Self::NoSuchTenant { names, .. } => {
                Some(format!("its tenants are: {}", names.join(", ")))
            }
            Self::TenantWithoutFile(_) => Some("give the file with --tenants FILE".to_owned()),
            Self::NoSecret(_) => Some(
                "set it to the client secret, or name a file with `client_secret_file`".to_owned(),
            ),
            Self::OtherTenantsToken { .. } => Some(
                "a ready-made token serves the tenant that it names: configure a secret, a certificate \
                 or an identity for the others"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// The hint for a time of day that has just passed: the next day needs a date.
fn later_day(now: &ZonedDateTime) -> String {
    let tomorrow = now.date().saturating_add(1.day());
    format!("for a later day, include the date: --until {tomorrow}T06:00")
}
