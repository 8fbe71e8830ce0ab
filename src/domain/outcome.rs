//! The outcome of requesting one machine.
//!
//! Outcomes flow from collection to the reports. Whichever source it came from, an answer belongs to one machine. A
//! machine without an answer is a row with a reason, not an error.

use crate::domain::{answer::Answer, machine::MachineId, words::words};

/// The outcome of requesting one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The machine.
    pub machine: MachineId,
    /// Calls that were sent for it, including refused ones and further pages.
    pub attempts: u32,
    /// How often the service did not know the machine; determines how many late passes remain.
    pub times_unknown: u32,
    /// The answer, or why there is none.
    pub result: Result<Answer, Failure>,
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
    /// What happened, as a message for people.
    pub message: String,
    /// The service's correlation id (`target`), which support needs.
    pub correlation_id: Option<String>,
}

impl Failure {
    /// A failure without a reply from the service.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            http_status: None,
            code: None,
            message: message.into(),
            correlation_id: None,
        }
    }

    /// The failure as one text, with everything that support needs.
    pub fn describe(&self) -> String {
        let mut text = match self.http_status {
            Some(status) => format!("HTTP {status}"),
            None => self.reason.to_string(),
        };
        if let Some(code) = &self.code {
            text = format!("{text} {code}");
        }
        // If the service sent no message, our own message starts with the status.
        let said = match self.message.strip_prefix("HTTP ") {
            Some(ours) => ours.split_once(": ").map(|(_, said)| said),
            None => Some(self.message.as_str()),
        };
        if let Some(said) = said {
            text = format!("{text}: {said}");
        }
        if let Some(id) = &self.correlation_id {
            text = format!("{text} (correlation id {id})");
        }
        text
    }
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
        /// A reply that is not a valid answer: truncated, not JSON, without `value`, or a redirect.
        BadReply = "badReply",
        /// The service's quota was used up repeatedly.
        Throttled = "throttled",
        /// The service refused the call.
        Refused = "refused",
        /// The bulk source does not list the machine, and nothing shows that it is fully patched.
        NotInExport = "notInExport",
        /// Not requested: the run was interrupted or stopped early.
        Pending = "pending",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_is_described_with_status_code_and_correlation_id() {
        let refusal = Failure {
            reason: Reason::Refused,
            http_status: Some(403),
            code: Some("Forbidden".to_owned()),
            message: "Missing application roles.".to_owned(),
            correlation_id: Some("5b6c".to_owned()),
        };
        assert_eq!(
            refusal.describe(),
            "HTTP 403 Forbidden: Missing application roles. (correlation id 5b6c)"
        );
    }
}
