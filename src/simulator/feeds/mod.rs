//! Feeds about the CVEs of the tenant's updates, in the formats of CISA, FIRST and MSRC: public, without a
//! token, and not sent again if they have not changed.
//!
//! - `facts`: the data that all feeds share: which updates address which CVEs, and how severe these are
//! - `kev`, `epss`, `msrc`: the documents

mod epss;
mod facts;
mod kev;
mod msrc;

use std::sync::Arc;

use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH},
};
use parking_lot::Mutex;

use super::{
    chance::fnv1a,
    listener::Handler,
    log::FeedRequest,
    reply::{Body, Reply},
    tenant::Tenant,
};

use facts::Facts;

/// The path of CISA's catalogue.
pub(super) const KEV: &str = "/sites/default/files/feeds/known_exploited_vulnerabilities.json";
/// The path of the EPSS scores.
pub(super) const EPSS: &str = "/epss_scores-current.csv.gz";
/// The path prefix of MSRC's months.
pub(super) const MSRC: &str = "/cvrf/v3.0";

const JSON: &str = "application/json";
const GZIP: &str = "application/gzip";

/// The feeds of a tenant.
pub(super) struct Feeds {
    tenant: Arc<Tenant>,
    requests: Mutex<Vec<FeedRequest>>,
}

impl Handler for Feeds {
    async fn handle(&self, request: Request<Incoming>) -> Option<Response<Body>> {
        let reply = self.reply(&request);
        let headers = request.headers();
        self.requests.lock().push(FeedRequest {
            path: request.uri().path().to_owned(),
            conditional: headers.contains_key(IF_NONE_MATCH)
                || headers.contains_key(IF_MODIFIED_SINCE),
            authorized: headers.contains_key(AUTHORIZATION),
            status: reply.status.as_u16(),
        });
        Some(reply.into_response())
    }
}

impl Feeds {
    pub(super) fn new(tenant: Arc<Tenant>) -> Self {
        Self {
            tenant,
            requests: Mutex::default(),
        }
    }

    /// The requests so far.
    pub(super) fn requests(&self) -> Vec<FeedRequest> {
        self.requests.lock().clone()
    }

    fn reply(&self, request: &Request<Incoming>) -> Reply {
        let headers = request.headers();
        if headers.contains_key(AUTHORIZATION) {
            return Reply::page(StatusCode::BAD_REQUEST);
        }
        if request.method() != Method::GET {
            return Reply::page(StatusCode::METHOD_NOT_ALLOWED);
        }
        let Some((content_type, content)) = self.document(request.uri().path()) else {
            return Reply::page(StatusCode::NOT_FOUND);
        };
        let etag = format!("\"{:016x}\"", fnv1a(&[&content]));
        let known = headers.get(IF_NONE_MATCH);
        if known.is_some_and(|it| it.as_bytes() == etag.as_bytes()) {
            return Reply::empty(StatusCode::NOT_MODIFIED).with_header(ETAG, etag);
        }
        Reply::bytes(content)
            .with_header(CONTENT_TYPE, content_type)
            .with_header(ETAG, etag)
    }

    fn document(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        let facts = Facts::of(&self.tenant);
        match path {
            KEV => Some((JSON, kev::document(&facts))),
            EPSS => Some((GZIP, epss::document(&facts))),
            path => match path.strip_prefix(MSRC)? {
                "/updates" => Some((JSON, msrc::index(&facts))),
                path => Some((JSON, msrc::month(&facts, path.strip_prefix("/cvrf/")?)?)),
            },
        }
    }
}
