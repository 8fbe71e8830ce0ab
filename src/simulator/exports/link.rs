//! Signed links: whoever has one can download the file until it expires.

use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::{StatusCode, Uri};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use crate::simulator::reply::Reply;

/// Signs links, and checks them.
pub(super) struct Signer {
    /// The base URL of the files.
    pub(super) url: Url,
    pub(super) secret: String,
}

/// Why a link is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LinkError {
    /// It was valid until this time.
    Expired(Timestamp),
    /// It was never valid.
    Signature,
}

impl Signer {
    /// A link to this path.
    pub(super) fn link(&self, path: &str, until: Timestamp) -> Url {
        let mut link = self.url.clone();
        link.set_path(path);
        let until = until.to_string();
        link.query_pairs_mut()
            .append_pair("sv", "2025-05-05")
            .append_pair("se", &until)
            .append_pair("sr", "b")
            .append_pair("sp", "r")
            .append_pair("sig", &self.signature(path, &until));
        link
    }

    /// Whether the link is valid now.
    pub(super) fn check(&self, link: &Uri, now: Timestamp) -> Result<(), LinkError> {
        let query = link.query().unwrap_or_default().as_bytes();
        let parameter = |name: &str| {
            let mut pairs = form_urlencoded::parse(query);
            let found = pairs.find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        let until = parameter("se").ok_or(LinkError::Signature)?;
        if parameter("sig") != Some(self.signature(link.path(), &until)) {
            return Err(LinkError::Signature);
        }
        let until = until.parse().map_err(|_| LinkError::Signature)?;
        if now > until {
            return Err(LinkError::Expired(until));
        }
        Ok(())
    }

    fn signature(&self, path: &str, until: &str) -> String {
        let text = format!("{}\n{path}\n{until}", self.secret);
        STANDARD.encode(Sha256::digest(text))
    }
}

impl LinkError {
    /// What the server replies.
    pub(super) fn reply(self) -> Reply {
        let detail = match self {
            Self::Expired(until) => {
                format!("Signature not valid in the specified time frame: Expiry [{until}]")
            }
            Self::Signature => "Signature did not match.".to_owned(),
        };
        let message = format!(
            "Server failed to authenticate the request. Make sure the value of Authorization \
             header is formed correctly including the signature. {detail}"
        );
        Reply::xml(StatusCode::FORBIDDEN, "AuthenticationFailed", &message)
    }
}
