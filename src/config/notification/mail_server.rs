//! The address of a mail server.

use std::{borrow::Cow, fmt};

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{AddressProblem, secret_text::Found};
use crate::{config::ConfigError, defender::is_loopback};

/// A mail server, and how to connect to it.
#[derive(Debug, Clone)]
pub struct MailServer {
    /// Its name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// The account to sign in with, if there is one.
    pub sign_in: Option<MailSignIn>,
}

/// An account on a mail server.
#[derive(Debug, Clone)]
pub struct MailSignIn {
    /// The user.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// How a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the beginning.
    Tls,
    /// TLS through STARTTLS; nothing is sent without it.
    StartTls,
    /// Not at all: the connection does not leave this machine.
    Loopback,
}

impl Security {
    /// The usual port.
    const fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::Loopback => 25,
        }
    }
}

impl fmt::Display for Security {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Tls => "TLS",
            Self::StartTls => "STARTTLS",
            Self::Loopback => "without TLS, on this machine",
        })
    }
}

impl MailServer {
    pub(super) fn new(found: Found) -> Result<Self, ConfigError> {
        parsed(found.text.expose_secret()).map_err(|problem| ConfigError::Address {
            place: found.place,
            problem,
        })
    }
}

fn parsed(text: &str) -> Result<MailServer, AddressProblem> {
    if text.contains(char::is_whitespace) {
        return Err(AddressProblem::NoMailServer);
    }
    let url = Url::parse(text).map_err(|_| AddressProblem::NoMailServer)?;
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or(AddressProblem::NoMailServer)?;
    let security = match url.scheme() {
        "smtps" => Security::Tls,
        "smtp" if is_here(host) => Security::Loopback,
        "smtp" => Security::StartTls,
        _ => return Err(AddressProblem::NoMailServer),
    };
    let has_path = !matches!(url.path(), "" | "/");
    if has_path || url.query().is_some() || url.fragment().is_some() {
        return Err(AddressProblem::MoreThanServer);
    }
    Ok(MailServer {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(security.port()),
        security,
        sign_in: sign_in(&url)?,
    })
}

/// Whether a host is this machine itself. The parser treats every host in an `smtp` URL as a name.
fn is_here(host: &str) -> bool {
    let url = Url::parse(&format!("http://{host}"));
    url.is_ok_and(|url| is_loopback(&url))
}

fn sign_in(url: &Url) -> Result<Option<MailSignIn>, AddressProblem> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(Cow::into_owned)
            .map_err(|_| AddressProblem::HalfSignIn)
    };
    match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err(AddressProblem::HalfSignIn),
        (user, password) => Ok(Some(MailSignIn {
            user: decoded(user)?,
            password: decoded(password)?.into(),
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_follows_from_the_scheme_and_the_host() {
        use Security::{Loopback, StartTls, Tls};
        for (text, host, port, security) in [
            ("smtps://mail.example", "mail.example", 465, Tls),
            ("smtps://mail.example:10465/", "mail.example", 10465, Tls),
            ("smtp://mail.example", "mail.example", 587, StartTls),
            ("smtp://10.0.0.1:25", "10.0.0.1", 25, StartTls),
            ("smtp://[2001:db8::1]", "2001:db8::1", 587, StartTls),
            (
                "smtp://localhost.example",
                "localhost.example",
                587,
                StartTls,
            ),
            ("smtp://localhost", "localhost", 25, Loopback),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Loopback),
            ("smtp://[::1]", "::1", 25, Loopback),
            ("smtps://127.0.0.1", "127.0.0.1", 465, Tls),
        ] {
            let server = parsed(text).unwrap();
            let found = (&*server.host, server.port, server.security);
            assert_eq!(found, (host, port, security), "{text}");
            assert!(server.sign_in.is_none());
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_never_shown() {
        let server = parsed("smtps://a%40b.example:s%2Fe%3Acret@mail.example").unwrap();
        let sign_in = server.sign_in.as_ref().unwrap();
        assert_eq!(sign_in.user, "a@b.example");
        assert_eq!(sign_in.password.expose_secret(), "s/e:cret");
        assert!(!format!("{server:?}").contains("s/e:cret"));
    }

    #[test]
    fn other_addresses_are_refused() {
        use AddressProblem::{HalfSignIn, MoreThanServer, NoMailServer};
        for (text, expected) in [
            ("mail.example", NoMailServer),
            ("mail.example:25", NoMailServer),
            ("https://mail.example", NoMailServer),
            ("smtp://", NoMailServer),
            ("smtp:mail.example", NoMailServer),
            ("smtps://mail .example", NoMailServer),
            ("smtps://mail.example/path", MoreThanServer),
            ("smtp://mail.example?tls=none", MoreThanServer),
            ("smtps://user@mail.example", HalfSignIn),
            ("smtps://:secret@mail.example", HalfSignIn),
            ("smtps://user:%ff@mail.example", HalfSignIn),
        ] {
            assert_eq!(parsed(text).unwrap_err(), expected, "{text}");
        }
    }
}
