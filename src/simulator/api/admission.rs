//! A call while it is checked, and the ways of refusing it.

use std::sync::Arc;

use hyper::StatusCode;

use crate::simulator::{
    chance::{chance, uuid},
    faults::Request,
    reply::Reply,
    tenant::Tenant,
    tokens::Audience,
};

use super::request::{ApiRequest, Resource};

/// A call that is being checked.
pub(super) struct Admission<'a> {
    pub(super) tenant: &'a Arc<Tenant>,
    /// `http` or `https`.
    pub(super) scheme: &'static str,
    pub(super) request: &'a ApiRequest,
    pub(super) stage: Stage,
}

/// The progress of a call. Once past the quota, its reply no longer depends on time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    /// Not yet admitted: the number of calls before it.
    Checks(usize),
    /// Admitted: the number of earlier calls for the same resource.
    Attempt(u32),
}

impl Stage {
    fn chance(self, seed: u64, target: &str) -> fastrand::Rng {
        match self {
            Self::Checks(number) => chance(seed, "checks", target, number as u64),
            Self::Attempt(number) => chance(seed, "attempt", target, number.into()),
        }
    }
}

impl Admission<'_> {
    /// The service that is called.
    pub(super) fn audience(&self) -> Audience {
        let resource = self.request.resource.as_ref();
        resource.map_or(Audience::Defender, Resource::audience)
    }

    /// A URL on the origin that the client called.
    pub(super) fn here(&self, target: &str) -> String {
        let authority = self.request.authority.as_deref().unwrap_or("localhost");
        format!("{}://{authority}{target}", self.scheme)
    }

    /// What the faults of the machine list and the census depend on.
    pub(super) fn as_request<'k>(&self, key: &'k str) -> Request<'k> {
        Request {
            target: key,
            attempt: match self.stage {
                Stage::Checks(_) => 0,
                Stage::Attempt(attempt) => attempt,
            },
        }
    }

    /// The same call, admitted.
    pub(super) fn admitted(&self, attempt: u32) -> Self {
        Self {
            stage: Stage::Attempt(attempt),
            ..*self
        }
    }

    /// An error in the service's envelope. Its correlation id looks random, but is the same in every run.
    pub(super) fn error(&self, status: StatusCode, code: &str, message: &str) -> Reply {
        let seed = self.tenant.settings.seed;
        let mut random = self.stage.chance(seed, &self.request.key());
        let id = uuid(&mut random);
        match self.audience() {
            Audience::Defender | Audience::Storage => Reply::error(status, code, message, &id),
            Audience::Graph => {
                let now = self.tenant.now();
                Reply::graph_error(status, code, message, &id, now)
            }
        }
    }

    pub(super) fn unauthorized(&self, message: &str) -> Reply {
        let code = match self.audience() {
            Audience::Defender | Audience::Storage => "Unauthorized",
            Audience::Graph => "InvalidAuthenticationToken",
        };
        self.error(StatusCode::UNAUTHORIZED, code, message)
    }

    pub(super) fn unlicensed(&self, reason: &str) -> Reply {
        let message = format!(
            "Tenant {} is not authorized, reason of failure: {reason}",
            self.tenant.id
        );
        self.unauthorized(&message)
    }

    pub(super) fn machine_not_found(&self) -> Reply {
        let id = self.request.machine().unwrap_or_default();
        let message = format!("Machine {id} was not found");
        self.error(StatusCode::NOT_FOUND, "ResourceNotFound", &message)
    }

    pub(super) fn no_such_path(&self) -> Reply {
        let message = format!("No resource was found at {}", self.request.target);
        self.error(StatusCode::NOT_FOUND, "NotFound", &message)
    }

    pub(super) fn invalid_input(&self) -> Reply {
        let message = "The machine id is not valid";
        self.error(StatusCode::BAD_REQUEST, "InvalidInput", message)
    }

    /// The refusal of a parameter's value.
    pub(super) fn bad_request(&self, message: &str) -> Reply {
        self.error(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// The refusal of a query that OData does not know.
    pub(super) fn odata_error(&self, message: &str) -> Reply {
        self.error(StatusCode::BAD_REQUEST, "ODataError", message)
    }

    pub(super) fn server_error(&self) -> Reply {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        self.error(status, "InternalServerError", "")
    }
}
