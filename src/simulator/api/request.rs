//! A request to the API, parsed.

use std::ops::Range;

use hyper::{
    Method, Request,
    header::{AUTHORIZATION, HOST, HeaderName, USER_AGENT},
};
use tokio::time::Instant;
use url::form_urlencoded;

use crate::simulator::log::Call;

/// The parts of a request that the API looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiRequest {
    /// Path and query.
    pub(super) target: String,
    /// The machine id in the path; `None` when the path is not this API's.
    pub(super) machine: Option<String>,
    pub(super) token: Option<String>,
    pub(super) user_agent: Option<String>,
    /// Host and port that the client addressed.
    pub(super) authority: Option<String>,
    skip: Option<usize>,
    top: Option<usize>,
}

impl ApiRequest {
    pub(super) fn read<B>(request: &Request<B>) -> Self {
        let uri = request.uri();
        let query = uri.query().unwrap_or_default().as_bytes();
        let parameter = |name: &str| {
            form_urlencoded::parse(query)
                .find(|(key, _)| key == name)
                .and_then(|(_, value)| value.parse().ok())
        };
        let authorization = header(request, &AUTHORIZATION);
        let authority = uri.authority().map(ToString::to_string);
        Self {
            target: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            machine: machine(request.method(), uri.path()),
            token: authorization.and_then(|text| text.strip_prefix("Bearer ").map(str::to_owned)),
            user_agent: header(request, &USER_AGENT),
            authority: authority.or_else(|| header(request, &HOST)),
            skip: parameter("$skip"),
            top: parameter("$top"),
        }
    }

    /// Its entry in the log.
    pub(super) fn log_entry(&self, now: Instant) -> Call {
        Call {
            arrived: now,
            target: self.target.clone(),
            machine: None,
            user_agent: self.user_agent.clone(),
            status: None,
            over_quota: false,
            fault: None,
        }
    }

    /// The requested range of this many updates; all of them unless `$skip` or `$top` say otherwise.
    pub(super) fn part(&self, updates: usize) -> Range<usize> {
        let start = self.skip.unwrap_or(0).min(updates);
        let length = self.top.unwrap_or(updates);
        start..start.saturating_add(length).min(updates)
    }

    /// The page size, if the request has one.
    pub(super) fn page_size(&self) -> Option<usize> {
        self.top
    }
}

fn header<B>(request: &Request<B>, name: &HeaderName) -> Option<String> {
    let value = request.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// The id in `GET /api/machines/{id}/getmissingkbs`, the only call that there is.
fn machine(method: &Method, path: &str) -> Option<String> {
    let id = path
        .strip_prefix("/api/machines/")?
        .strip_suffix("/getmissingkbs")?;
    let plain = method == Method::GET && !id.is_empty() && !id.contains('/');
    plain.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, uri: &str) -> ApiRequest {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("Host", "localhost:1")
            .header("Authorization", "Bearer a.b.c");
        ApiRequest::read(&request.body(()).unwrap())
    }

    #[test]
    fn only_the_call_names_a_machine() {
        for (method, path, machine) in [
            ("GET", "/api/machines/abc/getmissingkbs", Some("abc")),
            ("GET", "/api/machines/abc/getmissingkbs?$top=1", Some("abc")),
            ("POST", "/api/machines/abc/getmissingkbs", None),
            ("GET", "/api/machines//getmissingkbs", None),
            ("GET", "/api/machines/a/b/getmissingkbs", None),
            ("GET", "/api/machines/abc", None),
            ("GET", "/", None),
        ] {
            let request = request(method, path);
            assert_eq!(request.machine.as_deref(), machine, "{method} {path}");
            assert_eq!(request.target, path);
        }
    }

    #[test]
    fn a_page_is_a_part() {
        let path = "/api/machines/abc/getmissingkbs";
        for (query, part, page_size) in [
            ("", 0..5, None),
            ("?$skip=2&$top=2", 2..4, Some(2)),
            ("?%24skip=4&%24top=2", 4..5, Some(2)),
            ("?$skip=9&$top=9", 5..5, Some(9)),
            ("?$top=x", 0..5, None),
        ] {
            let request = request("GET", &format!("{path}{query}"));
            assert_eq!(request.part(5), part, "{query}");
            assert_eq!(request.page_size(), page_size, "{query}");
        }
    }

    #[test]
    fn the_authority_is_the_one_that_the_client_meant() {
        let authority = |uri| request("GET", uri).authority;
        assert_eq!(authority("/").as_deref(), Some("localhost:1"));
        assert_eq!(authority("http://[::1]:2/").as_deref(), Some("[::1]:2"));
    }
}
