//! What the simulated tenant saw: the tests' witness.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::machine::MachineId;

use super::faults::Fault;

/// Everything seen so far.
#[derive(Debug, Clone, Default)]
pub struct CallLog {
    /// Calls of the API, in the order of their arrival.
    pub calls: Vec<Call>,
    /// Attempts to sign in, in the order of their arrival.
    pub sign_ins: Vec<SignInAttempt>,
    /// The most calls that were in the API at one moment.
    pub most_in_flight: usize,
}

/// One call of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When its head had arrived.
    pub arrived: Instant,
    /// The path and query it asked for.
    pub target: String,
    /// The machine it asked for, if it was such a call with a possible id.
    pub machine: Option<MachineId>,
    /// Who it said it was.
    pub user_agent: Option<String>,
    /// The status it was given; none where the connection was broken instead.
    pub status: Option<u16>,
    /// Whether the quota refused it.
    pub over_quota: bool,
    /// What befell it.
    pub fault: Option<Fault>,
}

/// One attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInAttempt {
    /// When it had arrived.
    pub arrived: Instant,
    /// The client id it gave.
    pub client_id: Option<String>,
    /// Whether it came with a client assertion instead of a secret.
    pub by_assertion: bool,
    /// The number of the `AADSTS` error that refused it.
    pub refused: Option<u32>,
}

impl CallLog {
    /// Calls that the quota refused.
    pub fn over_quota(&self) -> usize {
        self.calls.iter().filter(|call| call.over_quota).count()
    }

    /// Calls for one machine.
    pub fn of(&self, machine: MachineId) -> impl Iterator<Item = &Call> {
        let calls = self.calls.iter();
        calls.filter(move |call| call.machine == Some(machine))
    }

    /// Sign-ins that were given a token.
    pub fn signed_in(&self) -> usize {
        let attempts = self.sign_ins.iter();
        attempts.filter(|attempt| attempt.refused.is_none()).count()
    }

    /// The most calls that arrived within any window of this length.
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
    fn the_fullest_window_is_found() {
        let start = Instant::now();
        let call = |millis| Call {
            arrived: start + Duration::from_millis(millis),
            target: String::new(),
            machine: None,
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
