//! What became of the question about one machine.
//!
//! This is what flows from the asking to the reports. Whoever got the answer, it is an
//! answer for a machine; and a machine that has none is a row with a reason, not an error.

use jiff::Timestamp;

use crate::domain::{held::Held, kb::MissingKbs, machine::MachineId, words::words};

/// What is known of one machine after it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The machine that was asked for.
    pub machine: MachineId,
    /// Calls that were sent for it, refused ones and further pages included.
    pub attempts: u32,
    /// How often the service did not know it: what is left of the late passes follows from
    /// that.
    pub times_unknown: u32,
    /// The answer, or why there is none.
    pub result: Result<Answer, Failure>,
}

/// The service's answer for one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When the answer had arrived.
    pub answered_at: Timestamp,
    /// Whether an earlier process got it.
    pub reused: bool,
    /// The missing KBs.
    pub missing: MissingKbs,
    /// What is held until it is stored.
    pub held: Held,
}

impl Answer {
    /// The answer that these KBs make, in whatever order they came.
    pub fn new(answered_at: Timestamp, missing: MissingKbs) -> Self {
        Self {
            answered_at,
            reused: false,
            missing,
            held: Held::default(),
        }
    }
}

/// Why a machine has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub reason: Reason,
    /// The HTTP status of the last reply, when there was one.
    pub http_status: Option<u16>,
    /// The service's error code, such as `ResourceNotFound`.
    pub code: Option<String>,
    /// What happened, for people.
    pub message: String,
    /// What support asks for: the service's `target`.
    pub correlation_id: Option<String>,
}

words! {
    /// The kinds of failure, as `failures.csv` spells them.
    pub enum Reason {
        /// The inventory row holds no machine id.
        InvalidId = "invalidId",
        /// The service does not know the machine.
        NotFound = "notFound",
        /// No reply in time.
        Timeout = "timeout",
        /// The connection failed before a reply began.
        Connection = "connection",
        /// The service failed: HTTP 5xx.
        ServerError = "serverError",
        /// A reply that is no answer: truncated, not JSON, without `value`, a redirect.
        BadReply = "badReply",
        /// The service's quota was used up, again and again.
        Throttled = "throttled",
        /// The service refused the call.
        Refused = "refused",
        /// Not asked: the run was interrupted or stopped early.
        Pending = "pending",
    }
}

words! {
    /// How a run ended.
    pub enum RunOutcome {
        /// Everything asked for has an answer, or as much as was asked to be enough.
        Complete = "complete",
        /// Something asked for has no answer.
        Partial = "partial",
        /// The run was interrupted.
        Interrupted = "interrupted",
        /// The service refused the run as a whole.
        Refused = "refused",
    }
}

words! {
    /// What ended a run's asking.
    pub enum Ended {
        /// Everything was asked.
        Finished = "finished",
        /// Ctrl-C and the like.
        Interrupted = "interrupted",
        /// The time that it was given.
        OutOfTime = "outOfTime",
        /// Machines that the service asked to be left alone with for longer than it waited.
        Postponed = "postponed",
        /// The service refused it as a whole.
        Refused = "refused",
        /// Nobody answered.
        Failing = "failing",
        /// The store could not be written.
        Unstored = "unstored",
    }
}
