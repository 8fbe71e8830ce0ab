//! `patchgap feeds`: fetches the feeds of CVEs into their folder.

use std::path::PathBuf;

use tracing::{info, warn};

use super::{AppError, context::Context};
use crate::{
    cli,
    config::{Config, ConfigError, Settings},
    console::{PrintError, print},
    defender::{HttpSettings, auth::CredentialKind},
    domain::{
        exit_code::ExitCode,
        text::{counted, thousands},
    },
    feeds::fetch::{Fetch, Fetched, Outcome},
    report::plain::plain,
    run::interrupt,
};

pub(super) async fn feeds(
    context: &mut Context,
    command: Box<cli::Feeds>,
) -> Result<ExitCode, AppError> {
    let months = command.months();
    let settings = Settings {
        // There is no sign-in and no store, so no secret is read and no folder for a store is
        // needed.
        credential: Some(CredentialKind::Token),
        state: Some(PathBuf::new()),
        ..Settings::from(*command)
    };
    let resolved = context.resolve_for(&settings.without_requests(), None)?;
    let config = &resolved.config;
    let folder = config.feeds.as_ref().ok_or(ConfigError::NoFeedsFolder)?;
    let ca_cert = config.service.ca_cert.as_ref().map(|it| it.pem.as_slice());
    let fetch = Fetch {
        urls: &config.feed_urls,
        months,
        folder: &folder.path,
        http: &HttpSettings::new(ca_cert, config.service.timeout, 1)?,
        retries: config.service.retries,
        now: context.surroundings.started.timestamp(),
    };
    let mut output = Output::new(config);
    output.line(&format!("Feeds in {}", folder.path.display()));
    let mut on_file = |file: Fetched| output.file(&file);
    let is_whole = tokio::select! {
        () = interrupt::interrupted() => false,
        ended = fetch.run(&mut on_file) => ended.map(|()| true)?,
    };
    if is_whole {
        return output.finish();
    }
    warn!("interrupted: the files that have arrived are in place");
    Ok(ExitCode::Interrupted)
}

/// The lines on standard output, and the counts for the log.
struct Output {
    is_quiet: bool,
    /// The error of the first line that could not be written.
    printed: Result<(), PrintError>,
    fetched: u64,
    unchanged: u64,
    failed: u64,
    /// Unchanged months, which share one line.
    months: u64,
}

impl Output {
    fn new(config: &Config) -> Self {
        Self {
            is_quiet: config.console.quiet,
            printed: Ok(()),
            fetched: 0,
            unchanged: 0,
            failed: 0,
            months: 0,
        }
    }

    fn line(&mut self, line: &str) {
        if !self.is_quiet && self.printed.is_ok() {
            self.printed = print(&format!("{}\n", plain(line)));
        }
    }

    fn file(&mut self, file: &Fetched) {
        self.count(&file.outcome);
        match &file.outcome {
            Outcome::Unchanged if file.is_month => self.months += 1,
            Outcome::Unchanged => self.line(&row(file, "unchanged")),
            Outcome::Fetched => {
                let outcome = match &file.redirected_to {
                    Some(host) => format!("fetched from {host}"),
                    None => "fetched".to_owned(),
                };
                self.line(&row(file, &outcome));
            }
            Outcome::Failed(problem) => {
                self.line(&row(file, "failed"));
                // Also logged with `--quiet`.
                let name = &file.name;
                warn!(target: "patchgap::end", "not fetched: {name}: {problem}{}", kept_version(file));
            }
        }
    }

    fn count(&mut self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Fetched => &mut self.fetched,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Failed(_) => &mut self.failed,
        };
        *count += 1;
    }

    fn finish(mut self) -> Result<ExitCode, AppError> {
        if self.months > 0 {
            let months = counted(self.months, "other month", "other months");
            self.line(&format!("  {:<60}unchanged", format!("{months} of MSRC")));
        }
        self.printed?;
        // Logged so that unattended runs leave a trace.
        let (fetched, unchanged, failed) = (self.fetched, self.unchanged, self.failed);
        info!(fetched, unchanged, failed, "feeds finished");
        Ok(match self.failed {
            0 => ExitCode::Complete,
            _ => ExitCode::Partial,
        })
    }
}

/// Name, date, number of entries, and what happened.
fn row(file: &Fetched, outcome: &str) -> String {
    let date = file.date.map(|it| it.to_string()).unwrap_or_default();
    let entries = file.entries.map(thousands).unwrap_or_default();
    let name = &file.name;
    format!("  {name:<37} {date:<10} {entries:>9}  {outcome}")
}

/// Which version is kept instead, if there is one.
fn kept_version(file: &Fetched) -> String {
    match (file.date, file.entries) {
        (Some(date), _) => format!("; keeping the version of {date}"),
        (None, Some(_)) => "; keeping the previous one".to_owned(),
        (None, None) => String::new(),
    }
}
