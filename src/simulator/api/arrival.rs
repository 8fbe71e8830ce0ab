//! One call on its way through the checks, and the ways of refusing it.

use hyper::StatusCode;

use crate::simulator::{
    chance::{chance, uuid},
    reply::Reply,
    tenant::Tenant,
};

use super::visit::Visit;

/// A call that has arrived.
pub(super) struct Arrival<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) visit: &'a Visit,
    pub(super) moment: Moment,
}

/// How far a call has come. Once it is past the quota, nothing about it depends on time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// At the checks: so many calls came before it.
    Checks(usize),
    /// Past them: so many calls for the machine came so far.
    Attempt(u32),
}

impl Moment {
    fn chance(self, seed: u64, target: &str) -> fastrand::Rng {
        match self {
            Self::Checks(number) => chance(seed, "checks", target, number as u64),
            Self::Attempt(number) => chance(seed, "attempt", target, number.into()),
        }
    }
}

impl Arrival<'_> {
    /// The same call, past the checks.
    pub(super) fn past(&self, attempt: u32) -> Self {
        Self {
            moment: Moment::Attempt(attempt),
            ..*self
        }
    }

    /// An error in the service's form. Its correlation id is as random as it looks and
    /// still the same in every run.
    pub(super) fn error(&self, status: StatusCode, code: &str, message: &str) -> Reply {
        let seed = self.tenant.settings.seed;
        let mut random = self.moment.chance(seed, &self.visit.target);
        Reply::error(status, code, message, &uuid(&mut random))
    }

    pub(super) fn unauthorized(&self, message: &str) -> Reply {
        self.error(StatusCode::UNAUTHORIZED, "Unauthorized", message)
    }

    pub(super) fn unlicensed(&self, reason: &str) -> Reply {
        let message = format!(
            "Tenant {} is not authorized, reason of failure: {reason}",
            self.tenant.id
        );
        self.unauthorized(&message)
    }

    pub(super) fn machine_not_found(&self) -> Reply {
        let id = self.visit.machine.as_deref().unwrap_or_default();
        let message = format!("Machine {id} was not found");
        self.error(StatusCode::NOT_FOUND, "ResourceNotFound", &message)
    }

    pub(super) fn no_such_path(&self) -> Reply {
        let message = format!("No resource was found at {}", self.visit.target);
        self.error(StatusCode::NOT_FOUND, "NotFound", &message)
    }

    pub(super) fn invalid_input(&self) -> Reply {
        let message = "The machine id is not valid";
        self.error(StatusCode::BAD_REQUEST, "InvalidInput", message)
    }

    pub(super) fn server_error(&self) -> Reply {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        self.error(status, "InternalServerError", "")
    }
}
