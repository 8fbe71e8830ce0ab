//! URLs that tokens or secrets are sent to, and URLs of feeds.

use std::str::FromStr;

use thiserror::Error;
use url::Url;

use crate::{defender::is_loopback, domain::quotes::unquoted};

/// The base URL of the service: https, or plain http to this machine. Documentation shows the URLs
/// of calls, so `/api` and anything after it is accepted and removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl(Url);

/// The address of a feed, or its beginning: https, or plain http to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedUrl(Url);

/// The base URL of the sign-in: always https.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityUrl(Url);

/// A text that is not a valid URL for its purpose.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidUrl {
    /// Not a URL, or one without a host.
    #[error("invalid URL `{0}`: expected https://host or https://host/path")]
    Unreadable(String),
    /// The URL contains credentials. The text is not repeated, because it holds them.
    #[error("a URL with a user name or password is not allowed: use https://host")]
    UserInfo,
    /// The URL has a query or a fragment.
    #[error("invalid URL `{0}`: a query or fragment is not allowed")]
    Trailing(String),
    /// A token would be sent unencrypted, or a feed could be changed on the way.
    #[error(
        "insecure URL `{0}`: plain http is only allowed for loopback addresses \
         (127.0.0.0/8, [::1], localhost)"
    )]
    Plain(String),
    /// A secret would be sent unencrypted.
    #[error("insecure URL `{0}`: the sign-in requires https, even on a loopback address")]
    PlainSignIn(String),
}

impl FromStr for ServiceUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut url = secure(text)?;
        url.set_path(&before_api(url.path()));
        Ok(Self(url))
    }
}

impl FromStr for FeedUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut url = secure(text)?;
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }
}

impl FromStr for AuthorityUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = base(text)?;
        if url.scheme() == "https" {
            Ok(Self(url))
        } else {
            Err(InvalidUrl::PlainSignIn(text.to_owned()))
        }
    }
}

impl From<ServiceUrl> for Url {
    fn from(url: ServiceUrl) -> Self {
        url.0
    }
}

impl From<FeedUrl> for Url {
    fn from(url: FeedUrl) -> Self {
        url.0
    }
}

impl From<AuthorityUrl> for Url {
    fn from(url: AuthorityUrl) -> Self {
        url.0
    }
}

/// Parses such a URL that uses https, or plain http to this machine.
fn secure(text: &str) -> Result<Url, InvalidUrl> {
    let url = base(text)?;
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
        Ok(url)
    } else {
        Err(InvalidUrl::Plain(text.to_owned()))
    }
}

/// Parses a URL to which paths can be appended.
fn base(text: &str) -> Result<Url, InvalidUrl> {
    let address = unquoted(text.trim()).trim();
    // The parser ignores line ends and tabs anywhere in the text, but they are always a mistake.
    if address.contains(|letter: char| letter.is_control() || letter.is_whitespace()) {
        return Err(unreadable(text));
    }
    let url = Url::parse(address).map_err(|_| unreadable(text))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidUrl::UserInfo);
    }
    if url.host().is_none() {
        return Err(unreadable(text));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(InvalidUrl::Trailing(text.to_owned()));
    }
    Ok(url)
}

/// The path segments that may follow `/api` in the URL of a call.
const COLLECTIONS: [&str; 3] = ["machines", "software", "vulnerabilities"];

/// The path of a base URL, with `/api` and the rest of a call's path removed. A gateway whose own
/// path ends in `/api` is given with `/api` twice.
fn before_api(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    let is_call = |at: &usize| {
        let next = segments.get(at + 1);
        let is_collection = |it: &str| COLLECTIONS.iter().any(|word| it.eq_ignore_ascii_case(word));
        segments[*at].eq_ignore_ascii_case("api") && next.is_none_or(|it| is_collection(it))
    };
    let end = (0..segments.len()).find(is_call);
    format!("/{}", segments[..end.unwrap_or(segments.len())].join("/"))
}

/// The error for an invalid URL. An `@` may follow a password, even in a text that does not parse.
fn unreadable(text: &str) -> InvalidUrl {
    if text.contains('@') {
        InvalidUrl::UserInfo
    } else {
        InvalidUrl::Unreadable(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_urls_are_accepted() {
        for text in [
            "https://api.security.microsoft.com",
            "https://gateway.example/defender/",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:8080",
            "http://LOCALHOST:1",
            " https://host/ \r\n",
            "\"https://host\"",
        ] {
            assert!(text.parse::<ServiceUrl>().is_ok(), "{text}");
        }
    }

    #[test]
    fn api_paths_are_reduced_to_the_base_url() {
        for (text, base) in [
            ("https://host", "https://host/"),
            ("https://host/", "https://host/"),
            ("https://host//", "https://host/"),
            ("https://host/api", "https://host/"),
            ("https://host/API/", "https://host/"),
            ("https://host//api//", "https://host/"),
            ("https://host/Api/Machines", "https://host/"),
            ("https://host/api/machines/", "https://host/"),
            (
                "https://host/api/machines/0a1b/getmissingkbs",
                "https://host/",
            ),
            ("https://host/api/Software", "https://host/"),
            ("https://host:8443/mde", "https://host:8443/mde"),
            ("https://host/mde/", "https://host/mde"),
            ("https://host/mde/api", "https://host/mde"),
            ("https://host/mde/api/machines", "https://host/mde"),
            ("https://host/api/mde", "https://host/api/mde"),
            ("https://host/api/mde/api/", "https://host/api/mde"),
            ("https://host/api/api", "https://host/api"),
            ("https://host/apis", "https://host/apis"),
            ("https://host/my-api", "https://host/my-api"),
            ("https://api.example", "https://api.example/"),
            (" http://127.0.0.1:1/api ", "http://127.0.0.1:1/"),
        ] {
            let url = text.parse::<ServiceUrl>().unwrap();
            assert_eq!(Url::from(url).as_str(), base, "{text}");
        }
        for text in ["https://host/api?a=b", "https://host/api/#machines"] {
            let trailing = InvalidUrl::Trailing(text.to_owned());
            assert_eq!(text.parse::<ServiceUrl>(), Err(trailing));
        }
    }

    #[test]
    fn invalid_urls_are_refused() {
        type Reason = fn(String) -> InvalidUrl;
        let cases: [(&str, Reason); 17] = [
            ("", InvalidUrl::Unreadable),
            ("api.security.microsoft.com", InvalidUrl::Unreadable),
            ("https://", InvalidUrl::Unreadable),
            ("data:text/plain,x", InvalidUrl::Unreadable),
            ("https://ho\tst", InvalidUrl::Unreadable),
            ("https://host/a\nb", InvalidUrl::Unreadable),
            ("https://host/a b", InvalidUrl::Unreadable),
            ("\"https://host", InvalidUrl::Unreadable),
            ("http://example.com", InvalidUrl::Plain),
            ("http://localhost.example.com", InvalidUrl::Plain),
            ("http://128.0.0.1", InvalidUrl::Plain),
            ("http://[::ffff:10.0.0.1]", InvalidUrl::Plain),
            ("ftp://localhost", InvalidUrl::Plain),
            ("https://host/?a=b", InvalidUrl::Trailing),
            ("https://host/#a", InvalidUrl::Trailing),
            ("https://me:pass@host", |_| InvalidUrl::UserInfo),
            ("me:pass@host:x y", |_| InvalidUrl::UserInfo),
        ];
        for (text, reason) in cases {
            assert_eq!(text.parse::<ServiceUrl>(), Err(reason(text.to_owned())));
        }
    }

    #[test]
    fn address_of_a_feed_is_https_without_a_slash_at_its_end() {
        for (text, expected) in [
            ("https://host/a/kev.json", "https://host/a/kev.json"),
            ("https://host/cvrf/v3.0/", "https://host/cvrf/v3.0"),
            ("http://127.0.0.1:1/api", "http://127.0.0.1:1/api"),
        ] {
            let url = text.parse::<FeedUrl>().unwrap();
            assert_eq!(Url::from(url).as_str(), expected);
        }
        for text in [
            "http://host/kev.json",
            "https://host/kev.json?key=a",
            "https://me@host/kev.json",
            "kev.json",
        ] {
            assert!(text.parse::<FeedUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn authority_url_must_be_https() {
        assert!("https://127.0.0.1:1".parse::<AuthorityUrl>().is_ok());
        for text in ["http://127.0.0.1:1", "http://login.microsoftonline.com"] {
            let reason = InvalidUrl::PlainSignIn(text.to_owned());
            assert_eq!(text.parse::<AuthorityUrl>(), Err(reason));
        }
    }
}
