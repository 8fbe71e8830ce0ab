//! Errors in the addresses for notifications. No message repeats an address.

use thiserror::Error;

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressProblem {
    /// The file is empty.
    #[error("is empty")]
    Empty,
    /// It is not the URL of a webhook.
    #[error("it is not a URL that begins with https://")]
    NoWebhook,
    /// The notification would be sent unencrypted.
    #[error("plain http is only allowed for loopback addresses (127.0.0.0/8, [::1], localhost)")]
    Plain,
    /// It is not the URL of a mail server.
    #[error("it is not a URL that begins with smtps:// or smtp://")]
    NoMailServer,
    /// There is more than user, password, host and port.
    #[error("it has more than user, password, host and port")]
    MoreThanServer,
    /// One of user and password is missing.
    #[error("it has a user or a password, but not both")]
    HalfSignIn,
}

impl AddressProblem {
    /// What to do about it.
    pub(in crate::config) const fn hint(self) -> &'static str {
        match self {
            Self::Empty => "it must contain the address and nothing else, on one line",
            Self::NoWebhook | Self::Plain => {
                "copy the whole address of the webhook, such as https://host/path?key=value"
            }
            Self::NoMailServer | Self::MoreThanServer | Self::HalfSignIn => {
                "write smtps://user:password@host for TLS, or smtp://user:password@host for STARTTLS; \
                 percent-encode what is neither a letter nor a digit in user and password (@ is %40)"
            }
        }
    }
}

/// A setting that mail needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MailPart {
    /// The server.
    #[error("PATCHGAP_SMTP_URL or `smtp_url_file`")]
    Server,
    /// The recipients.
    #[error("--mail-to")]
    To,
    /// The sender.
    #[error("--mail-from")]
    From,
}
