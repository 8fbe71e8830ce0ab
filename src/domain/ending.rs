//! How a run ended: the reason, with the failure that caused it if there was one, and the outcome and exit code that
//! follow.

use crate::domain::{exit_code::ExitCode, outcome::Failure, words::words};

/// Why collection ended. Files do not keep the failure, only the [`EndingWord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Everything was requested.
    Finished,
    /// Interrupted by Ctrl-C or a termination signal.
    Interrupted,
    /// The time limit of the run was reached.
    OutOfTime,
    /// Every machine was requested, except those for which the service asked for a longer delay than the run waits.
    Postponed,
    /// The service refused the whole run.
    Refused(Failure),
    /// The first machines all failed in the same way, or no request was answered for an hour.
    Failing(Failure),
    /// Many replies arrived, and none of them came from the service itself; this is one of them.
    NotTheService(Failure),
    /// The bulk source could not be read.
    NoBulk(Failure),
    /// The sign-in failed for as long as the run retries it.
    NoSignIn(Failure),
    /// The store could not be written, so no more requests were sent.
    StoreFailed,
}

words! {
    /// Why collection ended, as `summary.json` and the store spell it.
    pub enum EndingWord {
        /// See [`Ending::Finished`].
        Finished = "finished",
        /// See [`Ending::Interrupted`].
        Interrupted = "interrupted",
        /// See [`Ending::OutOfTime`].
        OutOfTime = "outOfTime",
        /// See [`Ending::Postponed`].
        Postponed = "postponed",
        /// See [`Ending::Refused`].
        Refused = "refused",
        /// Any other failure that ended the run.
        Failing = "failing",
        /// See [`Ending::StoreFailed`].
        StoreFailed = "unstored",
    }
}

impl EndingWord {
    /// Whether the run collected everything that it was meant to, whether or not it can be resumed.
    pub const fn reached_its_goal(self) -> bool {
        matches!(self, Self::Finished | Self::OutOfTime | Self::Postponed)
    }

    /// Whether running the same command again resumes the run.
    pub const fn can_resume(self) -> bool {
        !matches!(self, Self::Finished)
    }

    /// The outcome of the run. `is_enough` is whether enough machines were answered.
    pub const fn outcome(self, is_enough: bool) -> RunOutcome {
        match self {
            Self::Finished | Self::OutOfTime | Self::Postponed if is_enough => RunOutcome::Complete,
            Self::Interrupted => RunOutcome::Interrupted,
            Self::Refused => RunOutcome::Refused,
            _ => RunOutcome::Partial,
        }
    }
}

impl Ending {
    /// The word that files use for it.
    pub const fn word(&self) -> EndingWord {
        match self {
            Self::Finished => EndingWord::Finished,
            Self::Interrupted => EndingWord::Interrupted,
            Self::OutOfTime => EndingWord::OutOfTime,
            Self::Postponed => EndingWord::Postponed,
            Self::Refused(_) => EndingWord::Refused,
            Self::Failing(_) | Self::NotTheService(_) | Self::NoBulk(_) | Self::NoSignIn(_) => {
                EndingWord::Failing
            }
            Self::StoreFailed => EndingWord::StoreFailed,
        }
    }

    /// Why the run stopped early, if a failure is the reason. `api_url` is the address that was expected to be the
    /// service.
    pub fn sentence(&self, api_url: &str) -> Option<String> {
        let (reason, failure) = match self {
            Self::NoBulk(failure) => {
                let because = &failure.message;
                return Some(format!(
                    "no answers, because the source could not be read: {because}"
                ));
            }
            Self::Refused(failure) => ("the service rejected the whole run".to_owned(), failure),
            Self::Failing(failure) => (
                "stopped early because requests kept failing in the same way".to_owned(),
                failure,
            ),
            Self::NotTheService(failure) => (
                format!(
                    "stopped early because none of the replies from {api_url} came from the \
                     service itself"
                ),
                failure,
            ),
            Self::NoSignIn(failure) => (
                "stopped early because the sign-in failed".to_owned(),
                failure,
            ),
            _ => return None,
        };
        Some(format!("{reason}: {}", failure.describe()))
    }
}

words! {
    /// How a run ended.
    pub enum RunOutcome {
        /// Every machine has an answer, or coverage reached `--min-coverage`.
        Complete = "complete",
        /// Some machines have no answer.
        Partial = "partial",
        /// The run was interrupted.
        Interrupted = "interrupted",
        /// The service refused the run as a whole.
        Refused = "refused",
    }
}

impl RunOutcome {
    /// The outcome of a stored run whose reports are rendered again. `ended` is `None` if it was killed. The required
    /// coverage may differ from that of the original run.
    pub const fn rerendered(ended: Option<EndingWord>, is_enough: bool) -> Self {
        match ended {
            Some(ended @ (EndingWord::Interrupted | EndingWord::Refused)) => {
                ended.outcome(is_enough)
            }
            _ => EndingWord::Finished.outcome(is_enough),
        }
    }

    /// The exit code of a run with this outcome.
    pub const fn exit_code(self) -> ExitCode {
        match self {
            Self::Complete => ExitCode::Complete,
            Self::Partial => ExitCode::Partial,
            Self::Interrupted => ExitCode::Interrupted,
            Self::Refused => ExitCode::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Reason;

    fn failure() -> Failure {
        Failure {
            reason: Reason::Timeout,
            http_status: None,
            code: None,
            message: "no reply in time".to_owned(),
            correlation_id: None,
        }
    }

    #[test]
    fn word_outcome_and_exit_code_follow_from_the_ending() {
        use RunOutcome::{Complete, Interrupted, Partial, Refused};
        // Below the minimum coverage, and at it.
        let judged = [Partial, Complete];
        for (ending, word, outcomes, again, code) in [
            (Ending::Finished, "finished", judged, judged, 0),
            (Ending::OutOfTime, "outOfTime", judged, judged, 0),
            (Ending::Postponed, "postponed", judged, judged, 0),
            (
                Ending::Interrupted,
                "interrupted",
                [Interrupted; 2],
                [Interrupted; 2],
                130,
            ),
            (
                Ending::Refused(failure()),
                "refused",
                [Refused; 2],
                [Refused; 2],
                4,
            ),
            (
                Ending::Failing(failure()),
                "failing",
                [Partial; 2],
                judged,
                5,
            ),
            (
                Ending::NotTheService(failure()),
                "failing",
                [Partial; 2],
                judged,
                5,
            ),
            (
                Ending::NoSignIn(failure()),
                "failing",
                [Partial; 2],
                judged,
                5,
            ),
            (Ending::StoreFailed, "unstored", [Partial; 2], judged, 5),
        ] {
            let ended = ending.word();
            assert_eq!((ended.as_str(), word.parse()), (word, Ok(ended)));
            assert_eq!(ended.can_resume(), ending != Ending::Finished, "{word}");
            assert_eq!(
                [false, true].map(|it| ended.outcome(it)),
                outcomes,
                "{word}"
            );
            assert_eq!(
                [false, true].map(|it| RunOutcome::rerendered(Some(ended), it)),
                again,
                "{word}"
            );
            assert_eq!(ended.outcome(true).exit_code() as u8, code, "{word}");
        }
        assert_eq!(RunOutcome::rerendered(None, true), Complete, "killed");
    }

    #[test]
    fn failure_is_described_with_what_it_ended() {
        for (ending, reason) in [
            (
                Ending::Refused(failure()),
                Some("the service rejected the whole run"),
            ),
            (
                Ending::Failing(failure()),
                Some("stopped early because requests kept failing in the same way"),
            ),
            (
                Ending::NotTheService(failure()),
                Some(
                    "stopped early because none of the replies from http://api came from the \
                     service itself",
                ),
            ),
            (
                Ending::NoSignIn(failure()),
                Some("stopped early because the sign-in failed"),
            ),
            (Ending::Interrupted, None),
        ] {
            let sentence = reason.map(|reason| format!("{reason}: timeout: no reply in time"));
            assert_eq!(ending.sentence("http://api"), sentence);
        }
    }

    #[test]
    fn unknown_word_is_refused() {
        let error = "over".parse::<EndingWord>().unwrap_err();
        let allowed = "finished, interrupted, outOfTime, postponed, refused, failing, unstored";
        assert_eq!(
            error.to_string(),
            format!("unknown value `over`: expected one of {allowed}")
        );
    }
}
