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
        // Nobody signs in, and nothing is stored: no secret is read, no folder for a store needed.
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
    let mut told = Told::new(config);
    told.say(&format!("Feeds in {}", folder.path.display()));
    let mut on_file = |file: Fetched| told.file(&file);
    let is_whole = tokio::select! {
        () = interrupt::interrupted() => false,
        ended = fetch.run(&mut on_file) => ended.map(|()| true)?,
    };
    if is_whole {
        return told.finish();
    }
    warn!("interrupted: the files that have arrived are in place");
    Ok(ExitCode::Interrupted)
}

/// What people are told.
struct Told {
    is_quiet: bool,
    /// Why a line could not be written, if one could not.
    printed: Result<(), PrintError>,
    fetched: u64,
    unchanged: u64,
    failed: u64,
    /// Unchanged months, which need no row each.
    months: u64,
}

impl Told {
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

    fn say(&mut self, line: &str) {
        if !self.is_quiet && self.printed.is_ok() {
            self.printed = print(&format!("{}\n", plain(line)));
        }
    }

    fn file(&mut self, file: &Fetched) {
        self.count(&file.outcome);
        match &file.outcome {
            Outcome::Unchanged if file.is_month => self.months += 1,
            Outcome::Unchanged => self.say(&row(file, "unchanged")),
            Outcome::Fetched => {
                let outcome = match &file.redirected_to {
                    Some(host) => format!("fetched from {host}"),
                    None => "fetched".to_owned(),
                };
                self.say(&row(file, &outcome));
            }
            Outcome::Failed(problem) => {
                self.say(&row(file, "failed"));
                // A quiet night has this line, too.
                let name = &file.name;
                warn!(target: "patchgap::end", "not fetched: {name}: {problem}{}", stays(file));
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
            self.say(&format!("  {:<60}unchanged", format!("{months} of MSRC")));
        }
        self.printed?;
        // A log that nobody watches shows that it has run.
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

/// What is there instead.
fn stays(file: &Fetched) -> String {
    match (file.date, file.entries) {
        (Some(date), _) => format!("; keeping the version of {date}"),
        (None, Some(_)) => "; keeping the previous one".to_owned(),
        (None, None) => String::new(),
    }
}
