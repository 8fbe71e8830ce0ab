//! Decides whether to notify, and logs the result.

use std::time::Duration;

use futures::future::join;
use tokio::time::{error::Elapsed, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    attempts::attempts,
    content::NotificationContent,
    json,
    mail::{Server, message},
    size::{Size, fitted},
    slack, teams,
};
use crate::{
    config::{
        Config, ConfigError, Mail, MailServer, Notification, NotifyFormat, NotifyOn, Service,
        Webhook,
    },
    defender::{HttpSettings, WebhookClient},
    domain::{
        exit_code::ExitCode,
        text::{chain, span},
    },
    report::Notice,
};

/// Timeout for sending all notifications.
const SEND_TIMEOUT: Duration = Duration::from_mins(1);

/// The same after an interruption: whoever stopped the process does not want to wait for long.
const INTERRUPTED_SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends notifications about the end of a run, over the same proxies and with the same certificates as the
/// API calls.
pub(crate) struct Notifier<'run> {
    notification: Notification,
    service: &'run Service,
}

impl<'run> Notifier<'run> {
    /// Reads the configured destinations, and warns of harmless problems with them. `None` if no notification
    /// is configured or reports are only rendered again.
    pub(crate) fn new(config: &'run Config) -> Result<Option<Self>, ConfigError> {
        if config.offline {
            return Ok(None);
        }
        let notification = config.notify.read()?;
        for warning in &notification.warnings {
            warn!("{warning}");
        }
        let service = &config.service;
        Ok((!config.dry_run).then_some(Self {
            notification,
            service,
        }))
    }

    /// Sends the notification if it is configured for this outcome. A failure is only a warning. If `stop` is
    /// cancelled meanwhile, nothing more is sent.
    pub(crate) async fn notify(&self, content: &NotificationContent<'_>, stop: &CancellationToken) {
        if !is_wanted(self.notification.when, content) {
            return;
        }
        let longest = match content.exit_code {
            ExitCode::Interrupted => INTERRUPTED_SEND_TIMEOUT,
            _ => SEND_TIMEOUT,
        };
        let (was_stopped, sent) = (stop.is_cancelled(), self.send_all(content, longest));
        tokio::select! {
            () = sent => {}
            () = stop.cancelled(), if !was_stopped => warn!("interrupted: the notification may be missing"),
        }
    }

    async fn send_all(&self, content: &NotificationContent<'_>, longest: Duration) {
        let webhook = async {
            if let Some(webhook) = &self.notification.webhook {
                let posted = timeout(longest, self.post(webhook, content)).await;
                let ended = in_time(posted, longest);
                log("the notification could not be sent", &webhook.host, ended);
            }
        };
        let mail = async {
            if let Some(mail) = &self.notification.mail {
                let sent = timeout(longest, self.mail(mail, content)).await;
                let (host, ended) = (&mail.server.host, in_time(sent, longest));
                log("the notification mail could not be sent", host, ended);
            }
        };
        join(webhook, mail).await;
    }

    async fn post(
        &self,
        webhook: &Webhook,
        content: &NotificationContent<'_>,
    ) -> Result<(), String> {
        let ca_cert = self.service.ca_cert.as_ref();
        let ca_cert = ca_cert.map(|it| it.pem.as_slice());
        let http = HttpSettings::new(ca_cert, self.service.timeout, 1);
        let client = http.and_then(|http| WebhookClient::new(&webhook.url, &http));
        let client = client.map_err(|problem| chain(&problem))?;
        let client = client.ok_or("its address is not a URL")?;
        let body = fitted(|size| body(webhook.format, content, size), Vec::len);
        let post = async || client.post(body.clone()).await;
        attempts(&webhook.host, self.service.retries, post).await
    }

    async fn mail(&self, mail: &Mail, content: &NotificationContent<'_>) -> Result<(), String> {
        let Service {
            ca_cert,
            timeout,
            retries,
            ..
        } = self.service;
        let server = Server::new(&mail.server, ca_cert.as_ref(), *timeout)?;
        let message = fitted(
            |size| message(content, mail, size),
            |made| made.as_ref().map_or(0, |it| it.formatted().len()),
        );
        let message = message.map_err(|problem| chain(&problem))?;
        let send = async || server.send(&message).await;
        attempts(&mail.server.host, *retries, send).await
    }
}

fn body(format: NotifyFormat, content: &NotificationContent<'_>, size: Size) -> Vec<u8> {
    match format {
        NotifyFormat::Json => json::render(content, size),
        NotifyFormat::Teams => teams::render(content, size),
        NotifyFormat::Slack => slack::render(content, size),
    }
}

/// Whether a notification is configured for this outcome. An invalid command line is never notified: the user
/// sees it anyway.
fn is_wanted(when: NotifyOn, content: &NotificationContent<'_>) -> bool {
    let is_trouble = content.exit_code != ExitCode::Complete;
    let has_news = content.notice.is_some_and(Notice::has_news);
    content.exit_code != ExitCode::Usage
        && match when {
            NotifyOn::Always => true,
            NotifyOn::Change => has_news,
            NotifyOn::Trouble => is_trouble,
            NotifyOn::ChangeOrTrouble => has_news || is_trouble,
        }
}

fn in_time(ended: Result<Result<(), String>, Elapsed>, longest: Duration) -> Result<(), String> {
    ended.unwrap_or_else(|_| Err(format!("it took longer than {}", span(longest))))
}

/// Logs the result for a notification, naming only the host.
fn log(failed: &str, host: &str, ended: Result<(), String>) {
    match ended {
        Ok(()) => info!("notification sent to {host}"),
        // Logged even if there was nothing to report.
        Err(problem) => warn!(target: "patchgap::end", "{failed} to {host}: {problem}"),
    }
}

/// The destinations and the condition, for people: `always: webhook (teams) at hooks.example`. `None` if no
/// notification is configured.
pub(crate) fn destinations(notification: &Notification) -> Option<String> {
    let webhook = notification.webhook.as_ref();
    let webhook = webhook.map(|it| format!("webhook ({}) at {}", it.format, it.host));
    let mail = notification.mail.as_ref().map(|mail| {
        let to: Vec<String> = mail.to.iter().map(ToString::to_string).collect();
        let MailServer {
            host,
            port,
            security,
            ..
        } = &mail.server;
        let to = to.join(", ");
        format!("mail to {to} through {host}, port {port} ({security})")
    });
    let ways: Vec<String> = webhook.into_iter().chain(mail).collect();
    let when = notification.when;
    (!ways.is_empty()).then(|| format!("{when}: {}", ways.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::NoticeChanges;

    #[test]
    fn notifications_are_sent_for_the_configured_outcomes() {
        use ExitCode::{Complete, Configuration, Interrupted, Partial, Refused, Usage};
        let [content, none] = [1, 0].map(|new| Notice {
            changes: Some(NoticeChanges {
                new,
                ..NoticeChanges::default()
            }),
            ..Notice::default()
        });
        let (content, none) = (Some(&content), Some(&none));
        for (exit_code, notice, expected) in [
            (Complete, content, [true, true, false, true]),
            (Complete, none, [true, false, false, false]),
            (Partial, none, [true, false, true, true]),
            (Partial, content, [true, true, true, true]),
            (Interrupted, None, [true, false, true, true]),
            (Refused, None, [true, false, true, true]),
            (Configuration, None, [true, false, true, true]),
            (Usage, None, [false; 4]),
        ] {
            let content = NotificationContent {
                name: String::new(),
                exit_code,
                problem: None,
                hint: None,
                warnings: Vec::new(),
                without_reports: "there are no reports",
                notice,
            };
            let all = [
                NotifyOn::Always,
                NotifyOn::Change,
                NotifyOn::Trouble,
                NotifyOn::ChangeOrTrouble,
            ];
            assert_eq!(
                all.map(|when| is_wanted(when, &content)),
                expected,
                "{exit_code:?}"
            );
        }
    }
}
