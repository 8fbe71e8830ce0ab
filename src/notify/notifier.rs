//! Whether anybody is told, and what becomes of it.

use std::time::Duration;

use futures::future::join;
use tokio::time::{error::Elapsed, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    attempts::attempts,
    json,
    mail::{Server, message},
    news::News,
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

/// How long telling everybody may take.
const LONGEST: Duration = Duration::from_mins(1);

/// The same after an interruption: whoever asked a process to stop does not wait for long.
const LONGEST_INTERRUPTED: Duration = Duration::from_secs(5);

/// Tells people how a run ended, over the same proxies and with the same certificates as the API.
pub(crate) struct Notifier<'run> {
    notification: Notification,
    service: &'run Service,
}

impl<'run> Notifier<'run> {
    /// Reads where to tell, and warns of harmless problems with it. `None` if nothing is to be told: what is
    /// rendered again is no news.
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

    /// Tells the news if somebody wants to hear them. A failure is a warning. If `stop` is cancelled meanwhile,
    /// nothing more is sent.
    pub(crate) async fn tell(&self, news: &News<'_>, stop: &CancellationToken) {
        if !is_wanted(self.notification.when, news) {
            return;
        }
        let longest = match news.exit_code {
            ExitCode::Interrupted => LONGEST_INTERRUPTED,
            _ => LONGEST,
        };
        let (was_stopped, told) = (stop.is_cancelled(), self.tell_all(news, longest));
        tokio::select! {
            () = told => {}
            () = stop.cancelled(), if !was_stopped => warn!("interrupted: the notification may be missing"),
        }
    }

    async fn tell_all(&self, news: &News<'_>, longest: Duration) {
        let webhook = async {
            if let Some(webhook) = &self.notification.webhook {
                let posted = timeout(longest, self.post(webhook, news)).await;
                let ended = in_time(posted, longest);
                log("the notification could not be sent", &webhook.host, ended);
            }
        };
        let mail = async {
            if let Some(mail) = &self.notification.mail {
                let sent = timeout(longest, self.mail(mail, news)).await;
                let (host, ended) = (&mail.server.host, in_time(sent, longest));
                log("the notification mail could not be sent", host, ended);
            }
        };
        join(webhook, mail).await;
    }

    async fn post(&self, webhook: &Webhook, news: &News<'_>) -> Result<(), String> {
        let ca_cert = self.service.ca_cert.as_ref();
        let ca_cert = ca_cert.map(|it| it.pem.as_slice());
        let http = HttpSettings::new(ca_cert, self.service.timeout, 1);
        let client = http.and_then(|http| WebhookClient::new(&webhook.url, &http));
        let client = client.map_err(|problem| chain(&problem))?;
        let client = client.ok_or("its address is not a URL")?;
        let body = fitted(|size| body(webhook.format, news, size), Vec::len);
        let post = async || client.post(body.clone()).await;
        attempts(&webhook.host, self.service.retries, post).await
    }

    async fn mail(&self, mail: &Mail, news: &News<'_>) -> Result<(), String> {
        let Service {
            ca_cert,
            timeout,
            retries,
            ..
        } = self.service;
        let server = Server::new(&mail.server, ca_cert.as_ref(), *timeout)?;
        let message = fitted(
            |size| message(news, mail, size),
            |made| made.as_ref().map_or(0, |it| it.formatted().len()),
        );
        let message = message.map_err(|problem| chain(&problem))?;
        let send = async || server.send(&message).await;
        attempts(&mail.server.host, *retries, send).await
    }
}

fn body(format: NotifyFormat, news: &News<'_>, size: Size) -> Vec<u8> {
    match format {
        NotifyFormat::Json => json::render(news, size),
        NotifyFormat::Teams => teams::render(news, size),
        NotifyFormat::Slack => slack::render(news, size),
    }
}

/// Whether somebody wants to hear of this. A command line that is wrong is nobody else's business.
fn is_wanted(when: NotifyOn, news: &News<'_>) -> bool {
    let is_trouble = news.exit_code != ExitCode::Complete;
    let has_news = news.notice.is_some_and(Notice::has_news);
    news.exit_code != ExitCode::Usage
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

/// Says what became of a notification, by the host alone.
fn log(failed: &str, host: &str, ended: Result<(), String>) {
    match ended {
        Ok(()) => info!("notification sent to {host}"),
        // A quiet night has this line, too.
        Err(problem) => warn!(target: "patchgap::end", "{failed} to {host}: {problem}"),
    }
}

/// Who is told, and when, for people: `always: webhook (teams) at hooks.example`. `None` if nobody is.
pub(crate) fn who_is_told(notification: &Notification) -> Option<String> {
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
    fn people_are_told_what_they_want_to_hear() {
        use ExitCode::{Complete, Configuration, Interrupted, Partial, Refused, Usage};
        let [news, none] = [1, 0].map(|new| Notice {
            changes: Some(NoticeChanges {
                new,
                ..NoticeChanges::default()
            }),
            ..Notice::default()
        });
        let (news, none) = (Some(&news), Some(&none));
        for (exit_code, notice, expected) in [
            (Complete, news, [true, true, false, true]),
            (Complete, none, [true, false, false, false]),
            (Partial, none, [true, false, true, true]),
            (Partial, news, [true, true, true, true]),
            (Interrupted, None, [true, false, true, true]),
            (Refused, None, [true, false, true, true]),
            (Configuration, None, [true, false, true, true]),
            (Usage, None, [false; 4]),
        ] {
            let news = News {
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
                all.map(|when| is_wanted(when, &news)),
                expected,
                "{exit_code:?}"
            );
        }
    }
}
