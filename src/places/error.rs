//! What can be wrong with a place, and how to fix it.

use std::{io, path::PathBuf};

use thiserror::Error;

use super::reply::Reply;
use crate::{
    config::Store,
    defender::{HttpError, SessionError, auth::SignInError, hint_for_failure},
    domain::exit_code::ExitCode,
};

/// Why a place cannot be written to.
#[derive(Debug, Error)]
pub enum PlaceError {
    /// The environment lacks a variable, or has one that cannot be used.
    #[error("{place}: {problem}")]
    Settings {
        /// The place.
        place: String,
        /// What is wrong.
        problem: String,
        /// How to fix it.
        hint: &'static str,
    },
    /// The run's credential cannot be used.
    #[error("{place}")]
    Credential {
        /// The place.
        place: String,
        /// Why not.
        source: Box<SessionError>,
    },
    /// The HTTP clients cannot be created.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The sign-in for the place failed.
    #[error("{place}: cannot sign in")]
    SignIn {
        /// The place.
        place: String,
        /// Why not.
        source: Box<SignInError>,
    },
    /// The store answered with an error, or not at all.
    #[error("{place}: cannot {}: {}", refusal.what, refusal.reply)]
    Refused {
        /// The place.
        place: String,
        /// The operation, and its failure.
        refusal: Box<Refusal>,
    },
    /// The `object_store` crate rejected the operation.
    #[error("{place}: cannot {what}: {problem}")]
    Unusable {
        /// The place.
        place: String,
        /// The operation.
        what: String,
        /// Why not.
        problem: String,
    },
    /// The size of a file differs from what was sent.
    #[error("{place}: {name} has {found} bytes there, and {sent} were sent")]
    Size {
        /// The place.
        place: String,
        /// The file.
        name: String,
        /// Its size in the place.
        found: u64,
        /// The number of bytes sent.
        sent: u64,
    },
    /// A folder or file on the disk cannot be used.
    #[error("cannot {what} {}", path.display())]
    Disk {
        /// The operation.
        what: &'static str,
        /// The path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The marker was not written by patchgap.
    #[error("{place}: patchgap did not write the {name} that is there")]
    Others {
        /// The place.
        place: String,
        /// The name of the marker.
        name: &'static str,
    },
    /// The process was stopped.
    #[error("{place}: interrupted before all files were there")]
    Interrupted {
        /// The place.
        place: String,
    },
}

/// An operation that a store refused.
#[derive(Debug)]
pub struct Refusal {
    /// The store.
    pub(super) store: Store,
    /// The operation.
    pub(super) what: String,
    /// The store's reply.
    pub(super) reply: Reply,
}

impl PlaceError {
    /// Whether the operation may succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => refusal.reply.is_passing(),
            Self::SignIn { source, .. } => source.is_passing(),
            Self::Size { .. } | Self::Interrupted { .. } => true,
            _ => false,
        }
    }

    /// The exit code if the problem occurs before the first request of the run.
    pub const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings { .. } | Self::Credential { .. } | Self::Http(_) => {
                ExitCode::Configuration
            }
            _ => ExitCode::Output,
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Settings { hint, .. } => Some((*hint).to_owned()),
            Self::Credential { source, .. } => source.hint(),
            Self::Http(error) => error.hint(),
            Self::SignIn { source, .. } => source.hint(),
            Self::Refused { refusal, .. } => Some(refusal.hint()),
            Self::Unusable { .. } => Some("choose another place with --upload URL".to_owned()),
            Self::Disk { .. } => {
                Some("choose a folder that you may write to with --upload URL".to_owned())
            }
            Self::Others { .. } => {
                Some("choose a path that holds nothing else with --upload URL".to_owned())
            }
            Self::Size { .. } | Self::Interrupted { .. } => None,
        }
    }
}

impl Refusal {
    fn hint(&self) -> String {
        let message = self.reply.message.as_deref().unwrap_or_default();
        if let Some(hint) = hint_for_failure(message) {
            return hint;
        }
        let hint = match (&self.store, self.reply.status) {
            _ if self.reply.is_no_container() => {
                "create the container or bucket, or correct its name (and for Azure that of the account)"
            }
            (Store::Azure { .. }, Some(401 | 403)) => {
                "give the identity the role \"Storage Blob Data Contributor\" on the container and check the \
                 account's firewall; or check AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN, if one of \
                 them is set"
            }
            (Store::Amazon(_), Some(400 | 401 | 403)) => {
                "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION, and allow \
                 s3:GetObject, s3:PutObject and s3:DeleteObject on the path, and s3:ListBucket on the bucket"
            }
            (Store::Google(_), Some(401 | 403)) => {
                "give the account the role \"Storage Object User\" on the bucket"
            }
            (Store::Amazon(_), Some(301 | 307)) => "set AWS_REGION to the region of the bucket",
            (Store::Amazon(_), None) if is_identity_service(&self.reply.host) => {
                "no credential is configured: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where \
                 the machine has a role"
            }
            (Store::Google(_), None) if is_identity_service(&self.reply.host) => {
                "no credential is configured: set GOOGLE_APPLICATION_CREDENTIALS, or run where the machine has \
                 a service account"
            }
            (_, None) => {
                "check that the address is reachable from here and that no proxy or firewall interferes \
                 (HTTPS_PROXY, NO_PROXY)"
            }
            (_, Some(429 | 500..)) => "the store is busy or unavailable: look at its status page",
            _ => "look the code up in the manual of the store",
        };
        hint.to_owned()
    }
}

fn is_identity_service(host: &str) -> bool {
    host.starts_with("169.254.") || host.starts_with("metadata")
}
