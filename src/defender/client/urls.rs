//! The URLs of the API's calls.

use url::Url;

use crate::{
    defender::api::{Address, BulkAddress, CensusAddress, ListAddress},
    domain::bulk::Dataset,
};

/// The URLs of an API's calls: all below its base URL.
#[derive(Debug, Clone)]
pub(in crate::defender) struct ApiUrls {
    base: Url,
}

impl ApiUrls {
    /// Those of the API at this base URL.
    pub(super) fn new(base: Url) -> Self {
        Self { base }
    }

    /// The base URL itself.
    pub(in crate::defender) fn base(&self) -> &Url {
        &self.base
    }

    /// A page of a machine's answer.
    pub(in crate::defender) fn answer(&self, address: &Address) -> Url {
        match address {
            Address::Next(url) => url.clone(),
            Address::Machine(machine) => self.at(&format!("/api/machines/{machine}/getmissingkbs")),
        }
    }

    /// A page of the machine list.
    pub(in crate::defender) fn machines(&self, address: &ListAddress) -> Url {
        let mut url = self.at("/api/machines");
        let mut query = url.query_pairs_mut();
        if let Some(filter) = &address.filter {
            query.append_pair("$filter", filter);
        }
        query.append_pair("$top", &address.top.to_string());
        query.append_pair("$skip", &address.skip.to_string());
        drop(query);
        url
    }

    /// A page of the census.
    pub(in crate::defender) fn census(&self, address: &CensusAddress) -> Url {
        let mut products = self.at("/api/Software");
        match address {
            CensusAddress::Next(url) => return url.clone(),
            CensusAddress::Products(0) => {}
            CensusAddress::Products(skip) => {
                let mut query = products.query_pairs_mut();
                query.append_pair("$skip", &skip.to_string());
            }
            CensusAddress::MissingIn(id) => {
                // An id from outside stays one segment of the path.
                if let Ok(mut path) = products.path_segments_mut() {
                    path.extend([id, "getmissingkbs"]);
                }
            }
        }
        products
    }

    /// A page of a dataset.
    pub(in crate::defender) fn bulk(&self, dataset: Dataset, address: &BulkAddress) -> Url {
        let (since, rows) = match address {
            BulkAddress::Next(url) => return url.clone(),
            BulkAddress::First(rows) => (None, rows),
            BulkAddress::Since(since, rows) => (Some(since), rows),
        };
        let mut url = self.at(match dataset {
            Dataset::Software => "/api/machines/SoftwareInventoryByMachine",
            Dataset::Vulnerabilities => "/api/machines/SoftwareVulnerabilitiesByMachine",
            Dataset::Changes => "/api/machines/SoftwareVulnerabilityChangesByMachine",
        });
        let mut query = url.query_pairs_mut();
        if let Some(since) = since {
            query.append_pair("sinceTime", &format!("{since:.0}"));
        }
        query.append_pair("pageSize", &rows.to_string());
        drop(query);
        url
    }

    /// An export of a dataset, whose files can be read for an hour.
    pub(in crate::defender) fn export(&self, dataset: Dataset) -> Url {
        let mut url = self.at(match dataset {
            Dataset::Software => "/api/machines/SoftwareInventoryExport",
            Dataset::Vulnerabilities | Dataset::Changes => {
                "/api/machines/SoftwareVulnerabilitiesExport"
            }
        });
        url.query_pairs_mut().append_pair("sasValidHours", "1");
        url
    }

    /// Hunting queries, of Microsoft Graph.
    pub(in crate::defender) fn hunting(&self) -> Url {
        self.at("/v1.0/security/runHuntingQuery")
    }

    /// The page that a link in the reply from `url` names, or why it is refused: the token must not follow
    /// a link to another origin.
    pub(super) fn next(&self, url: &Url, link: &str) -> Result<Url, &'static str> {
        match url.join(link) {
            Ok(next) if next == *url => Err("the reply's next page is the page itself"),
            Ok(next) if next.origin() == self.base.origin() => Ok(next),
            _ => Err("the reply's next page is at another origin, which gets no token"),
        }
    }

    /// The URL of a path of the API.
    fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let base = self.base.path().trim_end_matches('/');
        url.set_path(&format!("{base}{path}"));
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::machine::MachineId;

    fn urls(base: &str) -> ApiUrls {
        ApiUrls::new(base.parse().unwrap())
    }

    #[test]
    fn request_urls_are_below_the_base_url() {
        let machine = MachineId::from_bytes([0xab; 20]);
        for (base, url) in [
            ("https://api.example", "https://api.example/api/machines/"),
            ("https://api.example/", "https://api.example/api/machines/"),
            (
                "https://proxy.example/mde",
                "https://proxy.example/mde/api/machines/",
            ),
            (
                "https://proxy.example/mde/",
                "https://proxy.example/mde/api/machines/",
            ),
        ] {
            let expected = format!("{url}{machine}/getmissingkbs");
            let found = urls(base).answer(&Address::Machine(machine));
            assert_eq!(found.as_str(), expected);
        }
    }

    #[test]
    fn id_of_a_product_is_one_segment_of_the_path() {
        for (id, path) in [
            ("microsoft-_-windows_11", "microsoft-_-windows_11"),
            ("a/../b?c#d", "a%2F..%2Fb%3Fc%23d"),
        ] {
            let url =
                urls("https://api.example/mde/").census(&CensusAddress::MissingIn(id.to_owned()));
            let expected = format!("https://api.example/mde/api/Software/{path}/getmissingkbs");
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn next_page_must_have_the_same_origin() {
        let urls = urls("https://api.example:8443/");
        let url = urls.answer(&Address::Machine(MachineId::from_bytes([1; 20])));
        for link in ["https://api.example:8443/next?$skip=1", "/next", "?$skip=2"] {
            assert!(urls.next(&url, link).is_ok(), "{link}");
        }
        for link in [
            "https://api.example/next",
            "http://api.example:8443/next",
            "https://evil.example:8443/next",
            "//evil.example:8443/next",
            "https://api.example:8443@evil.example/",
            "http://[",
            "",
        ] {
            assert!(urls.next(&url, link).is_err(), "{link}");
        }
    }
}
