//! What object stores of all kinds need to be built.

use std::time::Duration;

use object_store::{BackoffConfig, Error, RetryConfig};

use super::{PlaceError, http::Connector};
use crate::config::StoreVariables;

/// The number and duration of retries: a request's signature is valid for minutes.
pub(super) fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 5,
        retry_timeout: Duration::from_mins(3),
    }
}

/// What object stores of all kinds need to be built.
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
