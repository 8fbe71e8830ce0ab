//! What the object stores of all kinds are made from.

use std::time::Duration;

use object_store::{BackoffConfig, Error, RetryConfig};

use super::{PlaceError, http::Connector};
use crate::config::StoreVariables;

/// How often a request is tried again, and for how long: its signature is valid for minutes.
pub(super) fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 5,
        retry_timeout: Duration::from_mins(3),
    }
}

/// What the object stores of all kinds are made from.
pub(super) struct Surroundings<'run> {
    /// The place, for people.
    pub(super) place: String,
    pub(super) variables: &'run StoreVariables,
    pub(super) connector: Connector,
}

impl Surroundings<'_> {
    /// The error for variables that cannot be used.
    pub(super) fn unusable(&self, problem: &Error, hint: &'static str) -> PlaceError {
        PlaceError::Settings {
            place: self.place.clone(),
            problem: problem.to_string(),
            hint,
        }
    }
}
