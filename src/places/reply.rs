//! Why a request to an object store failed.

use std::fmt;

/// Why a request failed, without secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reply {
    /// The host of the request.
    pub(super) host: String,
    /// The HTTP status; `None` if there was no reply.
    pub(super) status: Option<u16>,
    /// Whether a retry cannot succeed.
    pub(super) is_final: bool,
    /// The code by which the store names the problem.
    pub(super) code: Option<String>,
    /// The message of the store, or of the connection.
    pub(super) message: Option<String>,
}

impl Reply {
    /// Whether a later request may succeed.
    pub(super) fn is_passing(&self) -> bool {
        match self.status {
            Some(status) => is_passing(status),
            None => !self.is_final,
        }
    }

    /// Whether the container or bucket does not exist.
    pub(super) fn is_no_container(&self) -> bool {
        let code = self.code.as_deref();
        code.is_some_and(|it| {
            matches!(
                it,
                "NoSuchBucket" | "ContainerNotFound" | "FilesystemNotFound"
            )
        })
    }
}

/// Whether a later request may succeed, after a reply with this HTTP status.
pub(super) const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match (self.status, &self.code) {
            (Some(status), Some(code)) => write!(formatter, "{host}: HTTP {status} ({code})")?,
            (Some(status), None) => write!(formatter, "{host}: HTTP {status}")?,
            (None, _) => write!(formatter, "{host} cannot be reached")?,
        }
        match &self.message {
            Some(message) => write!(formatter, ": {message}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_described() {
        let reply = |status, code: Option<&str>, message: Option<&str>| {
            let reply = Reply {
                host: "s3.example".to_owned(),
                status,
                code: code.map(str::to_owned),
                message: message.map(str::to_owned),
                ..Reply::default()
            };
            (reply.to_string(), reply.is_passing())
        };
        for (found, expected) in [
            (
                reply(Some(403), Some("AccessDenied"), Some("Access Denied")),
                ("s3.example: HTTP 403 (AccessDenied): Access Denied", false),
            ),
            (reply(Some(503), None, None), ("s3.example: HTTP 503", true)),
            (
                reply(Some(404), None, None),
                ("s3.example: HTTP 404", false),
            ),
            (
                reply(None, None, Some("connection refused")),
                ("s3.example cannot be reached: connection refused", true),
            ),
        ] {
            assert_eq!((&*found.0, found.1), expected);
        }
    }
}
