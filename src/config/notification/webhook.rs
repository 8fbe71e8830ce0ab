//! The address of a webhook.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{AddressProblem, secret_text::Found};
use crate::{
    config::{ConfigError, NotifyFormat},
    defender::is_loopback,
};

/// A webhook. Anyone who knows its address can post to it.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The whole address.
    pub url: SecretString,
    /// Its host, which is not a secret.
    pub host: String,
    /// The format that it expects.
    pub format: NotifyFormat,
}

impl Webhook {
    pub(super) fn new(found: Found, format: NotifyFormat) -> Result<Self, ConfigError> {
        let host = host(found.text.expose_secret());
        let host = host.map_err(|problem| ConfigError::Address {
            place: found.place,
            problem,
        })?;
        Ok(Self {
            url: found.text,
            host,
            format,
        })
    }
}

/// The host of a webhook's address.
fn host(text: &str) -> Result<String, AddressProblem> {
    // The parser ignores tabs and spaces, but they are always a mistake.
    if text.contains(char::is_whitespace) {
        return Err(AddressProblem::NoWebhook);
    }
    let url = Url::parse(text).map_err(|_| AddressProblem::NoWebhook)?;
    let host = url.host_str().ok_or(AddressProblem::NoWebhook)?;
    match url.scheme() {
        "https" => Ok(host.to_owned()),
        "http" if is_loopback(&url) => Ok(host.to_owned()),
        "http" => Err(AddressProblem::Plain),
        _ => Err(AddressProblem::NoWebhook),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_are_https_or_on_this_machine() {
        use AddressProblem::{NoWebhook, Plain};
        for (text, expected) in [
            (
                "https://prod-1.logic.azure.com:443/workflows/a/triggers?api-version=1&sig=x-_%2F",
                Ok("prod-1.logic.azure.com"),
            ),
            (
                "https://hooks.slack.com/services/T0/B0/x",
                Ok("hooks.slack.com"),
            ),
            ("http://127.0.0.1:8080/hook", Ok("127.0.0.1")),
            ("http://[::1]:1", Ok("[::1]")),
            ("http://hooks.example/x", Err(Plain)),
            ("http://localhost.example/x", Err(Plain)),
            ("ftp://127.0.0.1/x", Err(NoWebhook)),
            ("hooks.example/x", Err(NoWebhook)),
            ("https://", Err(NoWebhook)),
            ("https://hooks.example/a b", Err(NoWebhook)),
        ] {
            assert_eq!(host(text), expected.map(str::to_owned), "{text}");
        }
    }
}
