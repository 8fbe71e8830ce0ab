//! What the simulated tenant received: tests check this log.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::{machine::MachineId, words::words};

use super::faults::{Fault, FileFault};

/// Everything received so far.
#[derive(Debug, Clone, Default)]
pub struct CallLog {
    /// Calls of the API, in the order of their admission.
    pub calls: Vec<Call>,
    /// Attempts to sign in, in the order of their admission.
    pub sign_ins: Vec<SignInAttempt>,
    /// Downloads of exported files, in the order of their arrival.
    pub downloads: Vec<Download>,
    /// Requests for feeds of CVEs, in the order of their arrival.
    pub feeds: Vec<FeedRequest>,
    /// The maximum number of concurrent calls.
    pub most_in_flight: usize,
}

words! {
    /// The APIs of the tenant, each with its own quota.
    pub enum ApiName {
        /// `GET /api/machines/{id}/getmissingkbs`.
        MissingKbs = "missing-kbs",
        /// `GET /api/machines`.
        Machines = "machines",
        /// `GET /api/Software`.
        Software = "software",
        /// `GET /api/Software/{id}/getmissingkbs`.
        Census = "census",
        /// `GET /api/machines/SoftwareInventoryByMachine`.
        SoftwareInventory = "software-inventory",
        /// `GET /api/machines/SoftwareInventoryExport`.
        SoftwareExport = "software-export",
        /// `GET /api/machines/SoftwareVulnerabilitiesByMachine`.
        Vulnerabilities = "vulnerabilities",
        /// `GET /api/machines/SoftwareVulnerabilitiesExport`.
        VulnerabilityExport = "vulnerability-export",
        /// `GET /api/machines/SoftwareVulnerabilityChangesByMachine`.
        Changes = "changes",
        /// `POST /v1.0/security/runHuntingQuery`.
        Hunting = "hunting",
    }
}

/// One call of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When its head arrived.
    pub arrived: Instant,
    /// The requested path and query.
    pub target: String,
    /// The API that the path belongs to, if any.
    pub api: Option<ApiName>,
    /// The requested machine, if the path names one with a valid id.
    pub machine: Option<MachineId>,
    /// The hunting query.
    pub query: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The status of the reply; `None` where the connection was broken instead.
    pub status: Option<u16>,
    /// Whether the quota refused it.
    pub over_quota: bool,
    /// Its fault.
    pub fault: Option<Fault>,
}

/// One request to the server of the exported files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// When its head arrived.
    pub arrived: Instant,
    /// The requested path, without the query, which is a secret.
    pub path: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// Whether it had an `Authorization` header: such a request is refused.
    pub authorized: bool,
    /// Its fault.
    pub fault: Option<FileFault>,
    /// The status of the reply; `None` where the connection was broken instead.
    pub status: Option<u16>,
}

/// One request for a feed of CVEs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRequest {
    /// The requested path.
    pub path: String,
    /// Whether it was conditional: only a newer version is wanted.
    pub conditional: bool,
    /// Whether it had an `Authorization` header: such a request is refused.
    pub authorized: bool,
    /// The status of the reply.
    pub status: u16,
}

/// One attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInAttempt {
    /// When it arrived.
    pub arrived: Instant,
    /// The client id that was sent.
    pub client_id: Option<String>,
    /// Whether it used a client assertion instead of a secret.
    pub by_assertion: bool,
    /// The number of the `AADSTS` error, if it was refused.
    pub refused: Option<u32>,
}

impl CallLog {
    /// Only the calls of one API.
    #[must_use]
    pub fn only(mut self, api: ApiName) -> Self {
        self.calls.retain(|call| call.api == Some(api));
        self
    }

    /// Calls that the quota refused.
    pub fn over_quota(&self) -> usize {
        self.calls.iter().filter(|call| call.over_quota).count()
    }

    /// Calls for one machine.
    pub fn of(&self, machine: MachineId) -> impl Iterator<Item = &Call> {
        let calls = self.calls.iter();
        calls.filter(move |call| call.machine == Some(machine))
    }

    /// Sign-ins that got a token.
    pub fn signed_in(&self) -> usize {
        let attempts = self.sign_ins.iter();
        attempts.filter(|attempt| attempt.refused.is_none()).count()
    }

    /// The maximum number of calls that arrived within any window of this length.
    pub fn most_within(&self, window: Duration) -> usize {
        let mut oldest = 0;
        let mut most = 0;
        for (place, call) in self.calls.iter().enumerate() {
            while call.arrived - self.calls[oldest].arrived >= window && oldest < place {
                oldest += 1;
            }
            most = most.max(place + 1 - oldest);
        }
        most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fullest_window_is_found() {
        let start = Instant::now();
        let call = |millis| Call {
            arrived: start + Duration::from_millis(millis),
            target: String::new(),
            api: None,
            machine: None,
            query: None,
            user_agent: None,
            status: None,
            over_quota: false,
            fault: None,
        };
        let log = CallLog {
            calls: [0, 900, 1000, 1500, 1899, 1900].map(call).to_vec(),
            ..CallLog::default()
        };
        assert_eq!(log.most_within(Duration::from_secs(1)), 4);
        assert_eq!(log.most_within(Duration::from_millis(1)), 1);
        assert_eq!(log.most_within(Duration::from_mins(1)), 6);
        assert_eq!(CallLog::default().most_within(Duration::from_mins(1)), 0);
    }
}
