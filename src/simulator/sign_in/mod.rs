//! The sign-in: client credentials against `/{tenant}/oauth2/v2.0/token`.

mod assertion;
mod grant;
mod refusal;

use std::sync::Arc;

use http_body_util::{BodyExt, Limited};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, header::HOST};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};
use url::form_urlencoded;

use super::{
    listener::Handler,
    log::SignInAttempt,
    reply::{Body, Reply},
    tenant::Tenant,
};

use grant::Application;

/// The maximum size of a body: longer than any sign-in.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The sign-in's side of the tenant.
#[derive(Debug)]
pub(super) struct SignIns {
    tenant: Arc<Tenant>,
    attempts: Mutex<Vec<SignInAttempt>>,
}

impl Handler for SignIns {
    async fn handle(&self, request: Request<Incoming>) -> Option<Response<Body>> {
        let (path, host) = (request.uri().path().to_owned(), authority(&request));
        let reply = match tenant_of(request.method(), &path) {
            None => Reply::empty(StatusCode::NOT_FOUND),
            Some(tenant) => {
                let body = Limited::new(request.into_body(), MAX_BODY_BYTES);
                let body = body.collect().await.ok()?.to_bytes();
                let form = form_urlencoded::parse(&body).into_owned().collect();
                let audience = format!("https://{host}{path}");
                self.answer(&Application {
                    tenant,
                    audience,
                    form,
                })
            }
        };
        sleep(self.tenant.latency(&path, 0)).await;
        Some(reply.into_response())
    }
}

impl SignIns {
    pub(super) fn new(tenant: Arc<Tenant>) -> Self {
        Self {
            tenant,
            attempts: Mutex::default(),
        }
    }

    /// Every attempt so far.
    pub(super) fn attempts(&self) -> Vec<SignInAttempt> {
        self.attempts.lock().clone()
    }

    fn answer(&self, application: &Application<'_>) -> Reply {
        let granted = grant::grant(&self.tenant, application);
        let attempt = SignInAttempt {
            arrived: Instant::now(),
            client_id: application.form.get("client_id").cloned(),
            by_assertion: application.form.contains_key("client_assertion"),
            refused: granted.as_ref().err().map(|refusal| refusal.code),
        };
        let mut attempts = self.attempts.lock();
        attempts.push(attempt);
        let number = attempts.len() as u64;
        granted.unwrap_or_else(|refusal| refusal.into_reply(&self.tenant, number))
    }
}

/// The tenant in the path of a token endpoint.
fn tenant_of<'a>(method: &Method, path: &'a str) -> Option<&'a str> {
    let tenant = path.strip_prefix('/')?.strip_suffix("/oauth2/v2.0/token")?;
    let plain = method == Method::POST && !tenant.contains('/');
    plain.then_some(tenant)
}

/// Host and port that the client addressed.
fn authority<B>(request: &Request<B>) -> String {
    let named = request.uri().authority().map(ToString::to_string);
    named
        .or_else(|| Some(request.headers().get(HOST)?.to_str().ok()?.to_owned()))
        .unwrap_or_default()
}
