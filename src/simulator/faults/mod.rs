//! Faults of the simulated tenant: none unless they are switched on.
//!
//! - `fault`: those of a call or a tenant; `list`, `software`, `vulnerabilities`, `bulk`: those of other tables
//! - `odd`: odd forms of an update; `parse`: parses faults as typed, with these `words`

mod bulk;
mod fault;
mod list;
mod odd;
mod parse;
mod software;
mod vulnerabilities;
mod words;

use std::{collections::HashMap, time::Duration};

use url::Url;

use crate::{domain::machine::MachineId, simulator::chance::chance};

pub(super) use bulk::Request;
pub use bulk::{CallFault, CallFaults, FileFault, FileFaults, LinkFault};
pub use fault::{Fault, TenantFault};
pub use list::{CENSUS_EXCESS, CensusFaults, ListFault, ListFaults, ListOddForm};
pub use odd::OddForm;
pub(super) use odd::{HOSTILE_NAMES, as_described, odd_forms};
pub use parse::InvalidFaults;
pub use software::{Exceptions, SoftwareFaults, SoftwareOddity};
pub use vulnerabilities::{ChangesFaults, ExportFaults, ExportOddity, HuntingFaults};

/// A host that does not exist.
const NONEXISTENT_HOST: &str = "https://elsewhere.invalid/";

/// The faults that are switched on. Shares go from 0 to 1.
///
/// The fault of a call depends on the seed, the machine and the number of the call for that
/// machine (calls that the quota refused do not count), never on time: two runs that send the
/// same requests get the same replies.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    /// Random faults, each with its share of the calls.
    pub per_call: Vec<(Fault, f64)>,
    /// Share of the machines that are not found at the first one or two calls.
    pub flapping: f64,
    /// Share of the machines that are gone: never found.
    pub gone: f64,
    /// The faults of the first calls for a machine, in order; later calls succeed.
    pub script: HashMap<MachineId, Vec<Fault>>,
    /// The fault of every call for a machine.
    pub forever: HashMap<MachineId, Fault>,
    /// The fault of every call for every machine.
    pub every_call: Option<Fault>,
    /// The fault of the tenant as a whole.
    pub tenant: Option<TenantFault>,
    /// Odd forms of updates.
    pub odd_forms: Vec<OddForm>,
    /// The faults of the machine list.
    pub list: ListFaults,
    /// The faults of the products and their census.
    pub census: CensusFaults,
    /// The faults of the software inventory.
    pub software: SoftwareFaults,
    /// The faults of the export of software vulnerabilities.
    pub export: ExportFaults,
    /// The faults of their changes.
    pub changes: ChangesFaults,
    /// The faults of hunting.
    pub hunting: HuntingFaults,
    /// The machines whose answers do not follow from the versions of their software.
    pub exceptions: Exceptions,
    /// Where redirects and foreign pages point to; by default a host that does not exist.
    pub elsewhere: Option<Url>,
    /// Updates on a page of [`Fault::Paged`] and [`Fault::ForeignPage`].
    pub page_size: usize,
    /// The `Retry-After` of [`Fault::Throttled`], [`Fault::ThrottledDate`] and
    /// [`Fault::Overloaded`].
    pub retry_after: Duration,
    /// How long [`Fault::Hang`] keeps the connection open.
    pub hang: Duration,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            per_call: Vec::new(),
            flapping: 0.0,
            gone: 0.0,
            script: HashMap::new(),
            forever: HashMap::new(),
            every_call: None,
            tenant: None,
            odd_forms: Vec::new(),
            list: ListFaults::default(),
            census: CensusFaults::default(),
            software: SoftwareFaults::default(),
            export: ExportFaults::default(),
            changes: ChangesFaults::default(),
            hunting: HuntingFaults::default(),
            exceptions: Exceptions::default(),
            elsewhere: None,
            page_size: 2,
            retry_after: Duration::from_secs(1),
            hang: Duration::from_mins(10),
        }
    }
}

impl Faults {
    /// An ordinary night: a few machines flap, fewer are gone, and occasionally a call fails.
    pub fn occasional() -> Self {
        Self {
            per_call: vec![(Fault::ServerError, 0.015), (Fault::Throttled, 0.002)],
            flapping: 0.02,
            gone: 0.01,
            ..Self::default()
        }
    }

    /// Whether the machine is never found.
    pub fn is_gone(&self, seed: u64, machine: MachineId) -> bool {
        let scripted = self.script.contains_key(&machine);
        match self.forever.get(&machine).or(self.every_call.as_ref()) {
            Some(fault) => *fault == Fault::NotFound,
            None => !scripted && draw(seed, "gone", machine, 0) < self.gone,
        }
    }

    /// The fault of a machine's call with this number, counted from 0.
    pub(super) fn of(&self, seed: u64, machine: MachineId, number: u32) -> Option<Fault> {
        if let Some(fault) = self.every_call.or(self.forever.get(&machine).copied()) {
            return Some(fault);
        }
        if let Some(script) = self.script.get(&machine) {
            return script.get(number as usize).copied();
        }
        if self.is_gone(seed, machine) || number < self.flaps(seed, machine) {
            return Some(Fault::NotFound);
        }
        random_fault(&self.per_call, draw(seed, "fault", machine, number))
    }

    /// A URL with the origin that redirects and foreign pages point to.
    pub(super) fn elsewhere(&self, target: &str) -> String {
        let base = self
            .elsewhere
            .as_ref()
            .map_or(NONEXISTENT_HOST, Url::as_str);
        format!("{}{target}", base.trim_end_matches('/'))
    }

    /// The number of calls until a flapping machine is found.
    fn flaps(&self, seed: u64, machine: MachineId) -> u32 {
        let drawn = draw(seed, "flapping", machine, 0);
        if drawn >= self.flapping {
            return 0;
        }
        if drawn < self.flapping / 2.0 { 1 } else { 2 }
    }
}

/// The fault, if any, whose share contains the number.
fn random_fault<F: Copy>(shares: &[(F, f64)], mut drawn: f64) -> Option<F> {
    for &(fault, share) in shares {
        if drawn < share {
            return Some(fault);
        }
        drawn -= share;
    }
    None
}

fn draw(seed: u64, purpose: &str, machine: MachineId, number: u32) -> f64 {
    chance(seed, purpose, &machine.to_string(), number.into()).f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(number: u16) -> MachineId {
        let mut bytes = [0; 20];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        MachineId::from_bytes(bytes)
    }

    fn apply_fault(faults: &Faults, number: u32) -> usize {
        let machines = (0..2000).map(machine);
        machines
            .filter(|&machine| faults.of(1, machine, number).is_some())
            .count()
    }

    #[test]
    fn no_faults_by_default() {
        assert_eq!(apply_fault(&Faults::default(), 0), 0);
    }

    #[test]
    fn given_share_of_calls_fails() {
        let faults = Faults {
            per_call: vec![(Fault::Reset, 0.1), (Fault::Html, 0.1)],
            ..Faults::default()
        };
        for number in 0..3 {
            let changed = apply_fault(&faults, number);
            assert!((330..470).contains(&changed), "{changed}");
        }
    }

    #[test]
    fn flapping_machine_is_found_by_the_third_call() {
        let faults = Faults {
            flapping: 0.5,
            ..Faults::default()
        };
        let counts = [0, 1, 2].map(|number| apply_fault(&faults, number));
        assert!((900..1100).contains(&counts[0]), "{counts:?}");
        assert!((400..600).contains(&counts[1]), "{counts:?}");
        assert_eq!(counts[2], 0);
    }

    #[test]
    fn gone_machine_stays_gone() {
        let faults = Faults {
            gone: 0.2,
            ..Faults::default()
        };
        for machine in (0..200).map(machine) {
            let gone = faults.is_gone(1, machine);
            assert!((0..9).all(|number| faults.of(1, machine, number).is_some() == gone));
        }
    }

    #[test]
    fn forever_beats_script_beats_chance() {
        let mut faults = Faults {
            script: HashMap::from([(machine(1), vec![Fault::Reset, Fault::Html])]),
            gone: 1.0,
            ..Faults::default()
        };
        let told = |faults: &Faults| [0, 1, 2].map(|number| faults.of(1, machine(1), number));
        assert_eq!(told(&faults), [Some(Fault::Reset), Some(Fault::Html), None]);
        assert!(!faults.is_gone(1, machine(1)));

        faults.forever.insert(machine(1), Fault::NotFound);
        assert_eq!(told(&faults), [Some(Fault::NotFound); 3]);
        assert!(faults.is_gone(1, machine(1)));
    }
}
