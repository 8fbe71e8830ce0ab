//! A request to the API, parsed.

use std::{borrow::Cow, ops::Range};

use hyper::{
    Method, Request,
    header::{AUTHORIZATION, HOST, HeaderName, USER_AGENT},
};
use serde_json::Value;
use tokio::time::Instant;
use url::form_urlencoded;

use crate::simulator::{
    log::{ApiName, Call},
    tokens::{Audience, EXPORT_ROLE, HUNTING_ROLE, LIST_ROLE, SOFTWARE_ROLE},
};

/// The path of hunting.
const HUNTING: &str = "/v1.0/security/runHuntingQuery";

/// The parts of a request that the API uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiRequest {
    /// Path and query.
    pub(super) target: String,
    /// The resource that the path names; `None` if there is no such path.
    pub(super) resource: Option<Resource>,
    pub(super) token: Option<String>,
    pub(super) user_agent: Option<String>,
    /// Host and port that the client addressed.
    pub(super) authority: Option<String>,
    /// The parameters of the query, decoded.
    pub(super) query: Vec<(String, String)>,
    /// Empty except for hunting.
    pub(super) body: Vec<u8>,
}

/// The resources that can be requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resource {
    /// The missing KBs of a machine, by the text of its id.
    MissingKbs(String),
    /// The machine list.
    Machines,
    /// The products.
    Software,
    /// The machines that miss KBs of a product, by the text of its id.
    Census(String),
    /// The installed software, in pages.
    SoftwareInventory,
    /// The same, in files.
    SoftwareExport,
    /// The vulnerabilities of the machines, in pages.
    Vulnerabilities,
    /// The same, in files.
    VulnerabilityExport,
    /// The changes of the vulnerabilities.
    Changes,
    /// The result of a query, in Graph.
    Hunting,
}

impl Resource {
    /// Graph has one `POST`; otherwise only `GET` is supported.
    fn read(method: &Method, path: &str) -> Option<Self> {
        if path == HUNTING {
            return (method == Method::POST).then_some(Self::Hunting);
        }
        let path = path
            .strip_prefix("/api/")
            .filter(|_| method == Method::GET)?;
        match path {
            "machines" => return Some(Self::Machines),
            "Software" => return Some(Self::Software),
            "machines/SoftwareInventoryByMachine" => return Some(Self::SoftwareInventory),
            "machines/SoftwareInventoryExport" => return Some(Self::SoftwareExport),
            "machines/SoftwareVulnerabilitiesByMachine" => return Some(Self::Vulnerabilities),
            "machines/SoftwareVulnerabilitiesExport" => return Some(Self::VulnerabilityExport),
            "machines/SoftwareVulnerabilityChangesByMachine" => return Some(Self::Changes),
            _ => {}
        }
        let (collection, id) = path.strip_suffix("/getmissingkbs")?.split_once('/')?;
        let id = Some(id).filter(|id| !id.is_empty() && !id.contains('/'))?;
        match collection {
            "machines" => Some(Self::MissingKbs(id.to_owned())),
            "Software" => Some(Self::Census(id.to_owned())),
            _ => None,
        }
    }

    pub(super) fn api(&self) -> ApiName {
        match self {
            Self::MissingKbs(_) => ApiName::MissingKbs,
            Self::Machines => ApiName::Machines,
            Self::Software => ApiName::Software,
            Self::Census(_) => ApiName::Census,
            Self::SoftwareInventory => ApiName::SoftwareInventory,
            Self::SoftwareExport => ApiName::SoftwareExport,
            Self::Vulnerabilities => ApiName::Vulnerabilities,
            Self::VulnerabilityExport => ApiName::VulnerabilityExport,
            Self::Changes => ApiName::Changes,
            Self::Hunting => ApiName::Hunting,
        }
    }

    /// The service that provides it.
    pub(super) fn audience(&self) -> Audience {
        match self {
            Self::Hunting => Audience::Graph,
            _ => Audience::Defender,
        }
    }

    /// The role that a token must contain for it.
    pub(super) fn required_role(&self) -> &'static str {
        match self {
            Self::Machines => LIST_ROLE,
            Self::Vulnerabilities | Self::VulnerabilityExport | Self::Changes => EXPORT_ROLE,
            Self::Hunting => HUNTING_ROLE,
            Self::MissingKbs(_)
            | Self::Software
            | Self::Census(_)
            | Self::SoftwareInventory
            | Self::SoftwareExport => SOFTWARE_ROLE,
        }
    }
}

impl ApiRequest {
    pub(super) fn read<B>(request: &Request<B>) -> Self {
        let uri = request.uri();
        let query = uri.query().unwrap_or_default().as_bytes();
        let authorization = header(request, &AUTHORIZATION);
        let authority = uri.authority().map(ToString::to_string);
        Self {
            target: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            resource: Resource::read(request.method(), uri.path()),
            token: authorization.and_then(|text| text.strip_prefix("Bearer ").map(str::to_owned)),
            user_agent: header(request, &USER_AGENT),
            authority: authority.or_else(|| header(request, &HOST)),
            query: form_urlencoded::parse(query).into_owned().collect(),
            body: Vec::new(),
        }
    }

    /// Whether the resource depends on the body.
    pub(super) fn has_body(&self) -> bool {
        self.resource == Some(Resource::Hunting)
    }

    /// Identifies the request: equal for identical requests.
    pub(super) fn key(&self) -> Cow<'_, str> {
        if self.body.is_empty() {
            return Cow::Borrowed(&self.target);
        }
        let body = String::from_utf8_lossy(&self.body);
        Cow::Owned(format!("{} {body}", self.target))
    }

    /// The hunting query.
    fn hunted(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        Some(body.get("Query")?.as_str()?.to_owned())
    }

    /// Its entry in the log.
    pub(super) fn log_entry(&self, now: Instant) -> Call {
        Call {
            arrived: now,
            target: self.target.clone(),
            api: self.resource.as_ref().map(Resource::api),
            machine: self.machine().and_then(|id| id.parse().ok()),
            query: self.hunted(),
            user_agent: self.user_agent.clone(),
            status: None,
            over_quota: false,
            fault: None,
        }
    }

    /// The text of the machine's id in the path.
    pub(super) fn machine(&self) -> Option<&str> {
        match self.resource.as_ref()? {
            Resource::MissingKbs(id) => Some(id),
            _ => None,
        }
    }

    /// The first value of a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.query.iter();
        let (_, value) = parameters.find(|(key, _)| key == name)?;
        Some(value)
    }

    /// The requested range of this number of updates; all of them without `$skip` and `$top`.
    pub(super) fn part(&self, updates: usize) -> Range<usize> {
        let skip = self.parameter("$skip").and_then(|text| text.parse().ok());
        let start = skip.unwrap_or(0).min(updates);
        let length = self.page_size().unwrap_or(updates);
        start..start.saturating_add(length).min(updates)
    }

    /// The page size, if the request has one.
    pub(super) fn page_size(&self) -> Option<usize> {
        self.parameter("$top")?.parse().ok()
    }
}

fn header<B>(request: &Request<B>, name: &HeaderName) -> Option<String> {
    let value = request.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
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
    fn only_missing_kb_calls_name_a_machine() {
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
            assert_eq!(request.machine(), machine, "{method} {path}");
            assert_eq!(request.target, path);
        }
    }

    #[test]
    fn each_resource_has_an_api_and_a_role() {
        for (path, api, role) in [
            ("/api/machines", ApiName::Machines, "Machine.Read.All"),
            (
                "/api/machines?$top=1",
                ApiName::Machines,
                "Machine.Read.All",
            ),
            (
                "/api/machines/abc/getmissingkbs",
                ApiName::MissingKbs,
                "Software.Read.All",
            ),
            ("/api/Software", ApiName::Software, "Software.Read.All"),
            (
                "/api/Software/a-_-b/getmissingkbs",
                ApiName::Census,
                "Software.Read.All",
            ),
            (
                "/api/machines/SoftwareInventoryByMachine?pageSize=5",
                ApiName::SoftwareInventory,
                "Software.Read.All",
            ),
            (
                "/api/machines/SoftwareInventoryExport",
                ApiName::SoftwareExport,
                "Software.Read.All",
            ),
            (
                "/api/machines/SoftwareVulnerabilitiesByMachine",
                ApiName::Vulnerabilities,
                "Vulnerability.Read.All",
            ),
            (
                "/api/machines/SoftwareVulnerabilitiesExport?sasValidHours=1",
                ApiName::VulnerabilityExport,
                "Vulnerability.Read.All",
            ),
            (
                "/api/machines/SoftwareVulnerabilityChangesByMachine",
                ApiName::Changes,
                "Vulnerability.Read.All",
            ),
        ] {
            let resource = request("GET", path).resource.unwrap();
            assert_eq!((resource.api(), resource.required_role()), (api, role));
        }
        let hunting = request("POST", HUNTING).resource.unwrap();
        assert_eq!(hunting.required_role(), "ThreatHunting.Read.All");
        assert_eq!(request("GET", HUNTING).resource, None);
        assert_eq!(request("POST", "/api/machines").resource, None);
        assert_eq!(request("GET", "/api/machines/").resource, None);
    }

    #[test]
    fn page_is_a_slice_of_the_answer() {
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
    fn authority_comes_from_the_uri_or_the_host_header() {
        let authority = |uri| request("GET", uri).authority;
        assert_eq!(authority("/").as_deref(), Some("localhost:1"));
        assert_eq!(authority("http://[::1]:2/").as_deref(), Some("[::1]:2"));
    }
}
