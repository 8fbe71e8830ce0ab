//! Reads the policy before anything is requested, and warns about exceptions without effect.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use thiserror::Error;
use tracing::warn;

use crate::{
    aggregate::PolicyFigures,
    config::{Config, FailOn},
    domain::text::{counted, thousands},
    policy::{
        DatedPolicy, Exceptions, ExceptionsError, Policy, exceptions::Exception,
        exceptions::file::read,
    },
    risk::Feeds,
};

/// The most exceptions with a warning of their own.
const MOST_NAMED: usize = 10;

/// A policy that cannot be read or applied.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// The accepted risks cannot be read.
    #[error(transparent)]
    Exceptions(#[from] ExceptionsError),
    /// `--fail-on known-exploited` is given, but the catalogue of exploited CVEs is missing.
    #[error("--fail-on known-exploited needs CISA's catalogue (KEV), and there is none")]
    NoCatalogue,
}

impl PolicyError {
    /// How to fix it.
    pub fn hint(&self) -> String {
        match self {
            Self::Exceptions(error) => error.hint(),
            Self::NoCatalogue => {
                "name a folder that has it with --feeds DIR, or leave the option out".to_owned()
            }
        }
    }
}

/// Reads the policy. Fails if the file of exceptions is not valid, or if the policy needs a feed
/// that is missing.
pub(super) fn read_policy(config: &Config, feeds: &Feeds) -> Result<Arc<Policy>, PolicyError> {
    if config.policy.fail_on == FailOn::KnownExploited && feeds.kev.is_none() {
        return Err(PolicyError::NoCatalogue);
    }
    let exceptions = config.policy.exceptions.as_deref().map(read).transpose()?;
    Ok(Arc::new(Policy {
        exceptions,
        deadlines: config.policy.deadlines,
    }))
}

/// The policy on the day of a run that started at this time.
pub(crate) fn dated(policy: &Arc<Policy>, started_at: Timestamp, zone: &TimeZone) -> DatedPolicy {
    DatedPolicy {
        policy: Arc::clone(policy),
        today: started_at.to_zoned_datetime(zone.clone()).date(),
    }
}

/// Warns about exceptions that match no gap, and about expired ones whose gaps are still open.
pub(in crate::run) fn warn_of_exceptions(figures: &PolicyFigures) {
    let warnings = warnings(figures);
    for warning in warnings.iter().take(MOST_NAMED) {
        warn!("{warning}");
    }
    if let Some(more) = warnings.len().checked_sub(MOST_NAMED + 1) {
        let more = counted(
            more as u64 + 1,
            "other exception is",
            "other exceptions are",
        );
        warn!("{more} without effect");
    }
}

fn warnings(figures: &PolicyFigures) -> Vec<String> {
    let dated = &figures.policy;
    let Some(exceptions) = &dated.policy.exceptions else {
        return Vec::new();
    };
    let hits = exceptions.all.iter().zip(&figures.exception_hits);
    let warnings = hits.filter_map(|(exception, gaps)| {
        let what = match (
            *gaps,
            exception.until.filter(|_| !exception.holds_on(dated.today)),
        ) {
            (0, _) => "it matches no gap".to_owned(),
            (gaps, Some(until)) => over(gaps, &until.to_string()),
            (_, None) => return None,
        };
        Some(named(exceptions, exception, &what))
    });
    warnings.collect()
}

fn over(gaps: u64, until: &str) -> String {
    let gaps = match gaps {
        1 => "its gap counts".to_owned(),
        gaps => format!("its {} gaps count", thousands(gaps)),
    };
    format!("it ended on {until}, and {gaps} as open again")
}

fn named(exceptions: &Exceptions, exception: &Exception, what: &str) -> String {
    format!(
        "exceptions `{}`: line {}: {what}",
        exceptions.file, exception.line
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kb::KbId;

    #[test]
    fn exceptions_without_effect_are_named() {
        let exception = |line, until: Option<&str>| Exception {
            line,
            kb: Some(KbId::new("1")),
            machine: None,
            group: None,
            tag: None,
            until: until.map(|it| it.parse().unwrap()),
        };
        let all = vec![
            exception(2, None),
            exception(3, None),
            exception(4, Some("2026-11-22")),
            exception(5, Some("2026-11-23")),
            exception(6, Some("2026-11-01")),
        ];
        let policy = Policy {
            exceptions: Some(Exceptions::new("accepted.csv".to_owned(), all)),
            deadlines: None,
        };
        let figures = PolicyFigures {
            policy: DatedPolicy {
                policy: Arc::new(policy),
                today: "2026-11-23".parse().unwrap(),
            },
            exception_hits: vec![3, 0, 1_200, 7, 1],
            ..PolicyFigures::default()
        };
        assert_eq!(
            warnings(&figures),
            [
                "exceptions `accepted.csv`: line 3: it matches no gap",
                "exceptions `accepted.csv`: line 4: it ended on 2026-11-22, and its 1,200 gaps count as open again",
                "exceptions `accepted.csv`: line 6: it ended on 2026-11-01, and its gap counts as open again",
            ]
        );
    }
}
