//! The API: one call, and everything that can stand between it and its answer.

mod arrival;
mod befall;
mod describe;
mod desk;
mod visit;

use std::{sync::Arc, time::Duration};

use hyper::{Request, Response, StatusCode, body::Incoming};
use tokio::time::{Instant, sleep};

use super::{
    faults::TenantFault,
    listener::Handler,
    log::Call,
    reply::{Body, Ending, Reply},
    settings::REQUIRED_ROLE,
    tenant::Tenant,
};

use arrival::{Arrival, Moment};
use befall::over_quota;
pub(super) use befall::tempting_answer;
use desk::{Counters, Desk};
use visit::Visit;

/// The API's side of the tenant.
pub(super) struct Api {
    tenant: Arc<Tenant>,
    /// `http` or `https`.
    scheme: &'static str,
    pub(super) desk: Desk,
}

impl Handler for Api {
    async fn handle(&self, request: Request<Incoming>) -> Option<Response<Body>> {
        let visit = Visit::read(&request);
        let _present = self.desk.enter();
        let (reply, latency) = self.desk.with(|counters| self.judge(&visit, counters));
        sleep(latency).await;
        match reply.ending {
            Ending::Whole | Ending::Truncated => Some(reply.into_response()),
            Ending::Reset => None,
            Ending::Hang => {
                sleep(self.tenant.settings.faults.hang).await;
                None
            }
        }
    }
}

impl Api {
    pub(super) fn new(tenant: Arc<Tenant>) -> Self {
        let scheme = if tenant.settings.api_tls {
            "https"
        } else {
            "http"
        };
        let desk = Desk::new(&tenant.settings);
        Self {
            tenant,
            scheme,
            desk,
        }
    }

    /// Decides on the call and writes it down, in one step: what was seen first counts
    /// first. The second value says how long the reply takes.
    fn judge(&self, visit: &Visit, counters: &mut Counters) -> (Reply, Duration) {
        let before = counters.calls.len();
        let arrival = Arrival {
            tenant: &self.tenant,
            visit,
            moment: Moment::Checks(before),
        };
        let mut call = visit.arriving(Instant::now());
        let reply = match self.checked(&arrival, counters, &mut call) {
            Ok(reply) | Err(reply) => reply,
        };
        call.status = reply.visible_status();
        counters.calls.push(call);
        (reply, self.tenant.latency(&visit.target, before))
    }

    /// Through all checks, in the service's order. `Err` is a refusal.
    fn checked(
        &self,
        arrival: &Arrival<'_>,
        counters: &mut Counters,
        call: &mut Call,
    ) -> Result<Reply, Reply> {
        let text = arrival.visit.machine.as_deref();
        let text = text.ok_or_else(|| arrival.no_such_path())?;
        call.machine = text.parse().ok();
        self.check_token(arrival)?;
        self.check_roles(arrival)?;
        self.check_licence(arrival)?;
        counters.windows.admit(call.arrived).map_err(|refusal| {
            call.over_quota = true;
            over_quota(arrival, refusal.limit, refusal.wait)
        })?;
        let machine = call.machine.ok_or_else(|| arrival.invalid_input())?;
        let attempt = counters.attempts_before(machine);
        let settings = &self.tenant.settings;
        let for_all = counters.for_all;
        call.fault = for_all.or_else(|| settings.faults.of(settings.seed, machine, attempt));
        let arrival = arrival.past(attempt);
        Ok(match call.fault {
            Some(fault) => self.befallen(fault, &arrival),
            None => self.answer(&arrival),
        })
    }

    fn check_token(&self, arrival: &Arrival<'_>) -> Result<(), Reply> {
        let token = arrival.visit.token.as_deref();
        let token = token.ok_or_else(|| arrival.unauthorized("No access token was sent."))?;
        let good = self.tenant.tokens.is_good(token);
        if good && !self.tenant.suffers(TenantFault::RejectedTokens) {
            return Ok(());
        }
        Err(arrival.unauthorized("The access token is invalid or has expired."))
    }

    fn check_roles(&self, arrival: &Arrival<'_>) -> Result<(), Reply> {
        let roles = self.tenant.roles();
        if roles.iter().any(|role| role == REQUIRED_ROLE) {
            return Ok(());
        }
        let message = format!(
            "Missing application roles. API required roles: {REQUIRED_ROLE}, \
             application roles: {}.",
            roles.join(",")
        );
        Err(arrival.error(StatusCode::FORBIDDEN, "Forbidden", &message))
    }

    fn check_licence(&self, arrival: &Arrival<'_>) -> Result<(), Reply> {
        let reason = if self.tenant.suffers(TenantFault::NoLicence) {
            "No Tvm license"
        } else if self.tenant.suffers(TenantFault::InactiveAccount) {
            "Account mode is inactive"
        } else {
            return Ok(());
        };
        Err(arrival.unlicensed(reason))
    }

    /// What the service says when nothing is wrong.
    fn answer(&self, arrival: &Arrival<'_>) -> Reply {
        let size = arrival.visit.page_size();
        self.page(arrival, size, |target| self.here(arrival, target))
    }

    /// The part asked for, of this size, and the way to the next one.
    fn page(
        &self,
        arrival: &Arrival<'_>,
        size: Option<usize>,
        origin: impl Fn(&str) -> String,
    ) -> Reply {
        let id = arrival.visit.machine.as_deref().unwrap_or_default();
        let machine = id.parse().ok().and_then(|id| self.tenant.find(id));
        let Some(machine) = machine else {
            return arrival.machine_not_found();
        };
        let updates = describe::described(&self.tenant, machine);
        let size = size.unwrap_or(updates.len());
        let mut part = arrival.visit.part(updates.len());
        part.end = part.end.min(part.start.saturating_add(size));
        let next = (part.end < updates.len()).then(|| {
            let (path, skip) = (format!("/api/machines/{id}/getmissingkbs"), part.end);
            origin(&format!("{path}?$skip={skip}&$top={size}"))
        });
        Reply::json(StatusCode::OK, &describe::answer(&updates[part], next))
    }

    /// A URL on the origin that the client itself asked.
    fn here(&self, arrival: &Arrival<'_>, target: &str) -> String {
        let authority = arrival.visit.authority.as_deref().unwrap_or("localhost");
        format!("{}://{authority}{target}", self.scheme)
    }
}
