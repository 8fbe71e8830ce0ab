//! The API: one call, and everything that can happen between it and its answer.
//!
//! - `request`: a parsed request; `admission`: checks it, or refuses it; `faults`: the reply of each fault;
//!   `counters`: counts calls, and logs them
//! - `answer`: one machine's missing KBs
//! - `machines`, `filter`, `matching`: the machine list and its `$filter`; `census`: products and their
//!   counts; `paging`: `$top` and `$skip`
//! - `vulnerabilities`, `changes`, `inventory`: datasets, as `tables`: pages, or links to files
//! - `hunting`: hunting queries of Graph

mod admission;
mod answer;
mod census;
mod changes;
mod counters;
mod faults;
mod filter;
mod hunting;
mod inventory;
mod machines;
mod matching;
mod paging;
mod request;
mod tables;
mod vulnerabilities;

use std::{sync::Arc, time::Duration};

use http_body_util::{BodyExt, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming};
use tokio::time::{Instant, sleep};

use super::{
    exports::Exports,
    faults::TenantFault,
    listener::Handler,
    log::Call,
    reply::{Body, Ending, Reply},
    tenant::Tenant,
};

use admission::{Admission, Stage};
use answer::answer;
pub(super) use answer::decoy_answer;
use census::{census, products};
use changes::changes;
use counters::{Counters, SharedCounters};
use faults::{apply_fault, over_quota};
use hunting::hunting;
use inventory::{export, inventory};
use machines::machine_list;
use request::{ApiRequest, Resource};
use vulnerabilities::{vulnerabilities, vulnerability_export};

/// The maximum size of a body: longer than any query.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The API's side of the tenant.
pub(super) struct Api {
    tenant: Arc<Tenant>,
    exports: Arc<Exports>,
    /// `http` or `https`.
    scheme: &'static str,
    pub(super) counters: SharedCounters,
}

impl Handler for Api {
    async fn handle(&self, request: Request<Incoming>) -> Option<Response<Body>> {
        let (head, body) = request.into_parts();
        let mut request = ApiRequest::read(&Request::from_parts(head, ()));
        if request.has_body() {
            let body = Limited::new(body, MAX_BODY_BYTES).collect().await.ok()?;
            request.body = body.to_bytes().into();
        }
        let _present = self.counters.enter();
        let (reply, latency) = self
            .counters
            .with(|counters| self.process(&request, counters));
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
    pub(super) fn new(tenant: Arc<Tenant>, exports: Arc<Exports>) -> Self {
        let scheme = if tenant.settings.api_tls {
            "https"
        } else {
            "http"
        };
        let counters = SharedCounters::new(&tenant.settings);
        Self {
            tenant,
            exports,
            scheme,
            counters,
        }
    }

    /// Decides on the call and logs it in one step, so that calls count in the order of their
    /// arrival. The second value is how long the reply takes.
    fn process(&self, request: &ApiRequest, counters: &mut Counters) -> (Reply, Duration) {
        let before = counters.calls.len();
        let admission = Admission {
            tenant: &self.tenant,
            scheme: self.scheme,
            request,
            stage: Stage::Checks(before),
        };
        let mut call = request.log_entry(Instant::now());
        let reply = match self.checked(&admission, counters, &mut call) {
            Ok(reply) | Err(reply) => reply,
        };
        call.status = reply.visible_status();
        counters.calls.push(call);
        (reply, self.tenant.latency(&request.target, before))
    }

    /// Runs all checks, in the service's order. `Err` is a refusal.
    fn checked(
        &self,
        admission: &Admission<'_>,
        counters: &mut Counters,
        call: &mut Call,
    ) -> Result<Reply, Reply> {
        let resource = admission.request.resource.as_ref();
        let resource = resource.ok_or_else(|| admission.no_such_path())?;
        self.check_token(admission)?;
        self.check_role(admission, resource.required_role())?;
        self.check_licence(admission)?;
        counters
            .admit(resource.api(), call.arrived)
            .map_err(|refusal| {
                call.over_quota = true;
                over_quota(admission, refusal.limit, refusal.wait)
            })?;
        let again = |counters: &mut Counters| {
            let requested = admission.request.key().into_owned();
            admission.admitted(counters.attempts_before(requested))
        };
        match resource {
            Resource::MissingKbs(_) => self.missing_kbs(admission, counters, call),
            Resource::Machines => machine_list(&again(counters), &mut counters.list),
            Resource::Software => products(&again(counters)),
            Resource::Census(id) => census(&again(counters), id),
            Resource::SoftwareInventory => inventory(&again(counters)),
            Resource::SoftwareExport => export(&again(counters), &self.exports),
            Resource::Changes => changes(&again(counters)),
            Resource::Hunting => hunting(&again(counters)),
            Resource::Vulnerabilities => vulnerabilities(&again(counters)),
            Resource::VulnerabilityExport => vulnerability_export(&again(counters), &self.exports),
        }
    }

    fn missing_kbs(
        &self,
        admission: &Admission<'_>,
        counters: &mut Counters,
        call: &mut Call,
    ) -> Result<Reply, Reply> {
        let machine = call.machine.ok_or_else(|| admission.invalid_input())?;
        let attempt = counters.attempts_before(machine.to_string());
        let settings = &self.tenant.settings;
        let for_all = counters.for_all;
        call.fault = for_all.or_else(|| settings.faults.of(settings.seed, machine, attempt));
        let admission = admission.admitted(attempt);
        Ok(match call.fault {
            Some(fault) => apply_fault(fault, &admission),
            None => answer(&admission),
        })
    }

    fn check_token(&self, admission: &Admission<'_>) -> Result<(), Reply> {
        let token = admission.request.token.as_deref();
        let token = token.ok_or_else(|| admission.unauthorized("No access token was sent."))?;
        let audience = self.tenant.tokens.audience(token);
        let audience = audience.filter(|_| !self.tenant.has_fault(TenantFault::RejectedTokens));
        match audience {
            Some(audience) if audience == admission.audience() => Ok(()),
            Some(_) => Err(admission.unauthorized("The access token is for another audience.")),
            None => Err(admission.unauthorized("The access token is invalid or has expired.")),
        }
    }

    fn check_role(&self, admission: &Admission<'_>, required: &str) -> Result<(), Reply> {
        let roles = self.tenant.roles_for(admission.audience());
        if roles.contains(&required) {
            return Ok(());
        }
        let message = format!(
            "Missing application roles. API required roles: {required}, \
             application roles: {}.",
            roles.join(",")
        );
        Err(admission.error(StatusCode::FORBIDDEN, "Forbidden", &message))
    }

    fn check_licence(&self, admission: &Admission<'_>) -> Result<(), Reply> {
        let reason = if self.tenant.has_fault(TenantFault::NoLicence) {
            "No Tvm license"
        } else if self.tenant.has_fault(TenantFault::InactiveAccount) {
            "Account mode is inactive"
        } else {
            return Ok(());
        };
        Err(admission.unlicensed(reason))
    }
}
