//! Notifications at the end of a run. The addresses of webhooks and mail servers are secrets.
//!
//! - here: the configured settings, and the result once the secrets are read
//! - `secret_text`: a secret in a variable or a file
//! - `webhook`, `mail_server`: the addresses; `problem`: errors in them

mod mail_server;
mod problem;
mod secret_text;
mod webhook;

use std::path::PathBuf;

use self::secret_text::{Found, SecretText};
pub use self::{
    mail_server::{MailServer, MailSignIn, Security},
    problem::{AddressProblem, MailPart},
    webhook::Webhook,
};
use super::{
    ConfigError, Environment, MailAddress, NotifyFormat, NotifyOn, Settings,
    environment::{NOTIFY_URL, SMTP_URL},
};

/// The configured settings. Only commands that send notifications, or print their targets, read the
/// secrets.
#[derive(Debug, Clone, Default)]
pub struct NotifySettings {
    pub(super) when: NotifyOn,
    pub(super) format: Option<NotifyFormat>,
    webhook: SecretText,
    server: SecretText,
    pub(super) to: Vec<MailAddress>,
    pub(super) from: Option<MailAddress>,
}

/// The notifications to send, and when.
#[derive(Debug, Clone, Default)]
pub struct Notification {
    /// When to send them.
    pub when: NotifyOn,
    /// The webhook, if there is one.
    pub webhook: Option<Webhook>,
    /// The mail, if one is sent.
    pub mail: Option<Mail>,
    /// Harmless problems, to be logged.
    pub warnings: Vec<String>,
}

/// A mail: from whom, to whom, and through which server.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The server.
    pub server: MailServer,
    /// The recipients: at least one.
    pub to: Vec<MailAddress>,
    /// The sender.
    pub from: MailAddress,
}

impl NotifySettings {
    /// The configuration from the settings and from the variables for secrets.
    pub(super) fn new(settings: &Settings, environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            when: settings.notify_on.unwrap_or_default(),
            format: settings.notify_format,
            webhook: SecretText::new(NOTIFY_URL, settings.notify_url_file.clone(), environment)?,
            server: SecretText::new(SMTP_URL, settings.smtp_url_file.clone(), environment)?,
            to: settings.mail_to.clone().unwrap_or_default(),
            from: settings.mail_from.clone(),
        })
    }

    /// The files that are named, whether or not they are read.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        [&self.webhook, &self.server]
            .into_iter()
            .filter_map(|it| it.file.clone())
    }

    /// Reads the secrets, and checks that the configuration is complete.
    pub fn read(&self) -> Result<Notification, ConfigError> {
        let webhook = self.webhook.read("file with the webhook's address")?;
        if webhook.is_none() && self.format.is_some() {
            return Err(ConfigError::FormatWithoutWebhook);
        }
        let server = self.server.read("file with the mail server's address")?;
        let warnings = [&webhook, &server].into_iter().flatten();
        let warnings = warnings.filter_map(|it| it.warning.clone()).collect();
        Ok(Notification {
            when: self.when,
            webhook: webhook
                .map(|found| Webhook::new(found, self.format.unwrap_or(NotifyFormat::Json)))
                .transpose()?,
            mail: self.mail(server)?,
            warnings,
        })
    }

    /// The mail. Either all of its settings are configured, or none.
    fn mail(&self, server: Option<Found>) -> Result<Option<Mail>, ConfigError> {
        let missing = |part| Err(ConfigError::Mail(part));
        match (server, &self.to[..], &self.from) {
            (None, [], None) => Ok(None),
            (None, ..) => missing(MailPart::Server),
            (_, [], _) => missing(MailPart::To),
            (_, _, None) => missing(MailPart::From),
            (Some(server), to, Some(from)) => Ok(Some(Mail {
                server: MailServer::new(server)?,
                to: to.to_vec(),
                from: from.clone(),
            })),
        }
    }
}
