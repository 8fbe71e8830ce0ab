//! The missing KBs of one machine, with their source and time.

use jiff::Timestamp;

use crate::domain::{
    kb::MissingKbs, keep_alive::KeepAlive, machine::MachineId, since::MissingSince, words::words,
};

words! {
    /// Where answers come from. Sources may disagree about a machine without anything having changed.
    pub enum Source {
        /// A call for each machine: `getmissingkbs`.
        Calls = "calls",
        /// The answer of a call for another machine with the same Microsoft software in the same
        /// versions.
        Inferred = "inferred",
        /// The export of software vulnerabilities.
        Export = "export",
        /// A hunting query.
        Hunting = "hunting",
    }
}

words! {
    /// Where a machine's answer in a run comes from, as the reports spell it.
    pub enum Provenance {
        /// A call of this run.
        Calls = "calls",
        /// A call of an earlier run.
        Kept = "kept",
        /// The answer of a call for another machine.
        Inferred = "inferred",
        /// The export of software vulnerabilities, of this run or an earlier one.
        Export = "export",
        /// A hunting query, of this run or an earlier one.
        Hunting = "hunting",
    }
}

impl Provenance {
    /// The source of such an answer.
    pub const fn source(self) -> Source {
        match self {
            Self::Calls | Self::Kept => Source::Calls,
            Self::Inferred => Source::Inferred,
            Self::Export => Source::Export,
            Self::Hunting => Source::Hunting,
        }
    }
}

/// The answer for one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where it comes from.
    pub source: Source,
    /// The machine that was called for, if the answer is [inferred](Source::Inferred).
    pub inferred_from: Option<MachineId>,
    /// The time for which it holds: for a call, when the answer arrived; for an export, when it was generated.
    pub as_of: Timestamp,
    /// Whether an earlier process got it.
    pub reused: bool,
    /// Whether it is an answer of an earlier run.
    pub kept: bool,
    /// The missing KBs.
    pub missing: MissingKbs,
    /// Since when each of them has been missing. Until the answer is compared with an earlier one, the
    /// time of the answer itself.
    pub since: MissingSince,
    /// Resources that are held until the answer is stored.
    pub keep_alive: KeepAlive,
}

impl Answer {
    /// An answer with these KBs, in any order.
    pub fn new(source: Source, as_of: Timestamp, missing: MissingKbs) -> Self {
        Self {
            source,
            inferred_from: None,
            as_of,
            reused: false,
            kept: false,
            since: MissingSince::all(as_of, missing.len()),
            missing,
            keep_alive: KeepAlive::default(),
        }
    }

    /// The answer for a machine, inferred from that of another one.
    pub fn inferred(from: MachineId, as_of: Timestamp, missing: MissingKbs) -> Self {
        Self {
            inferred_from: Some(from),
            ..Self::new(Source::Inferred, as_of, missing)
        }
    }

    /// Where the answer comes from. Only the answer of a call changes its provenance when it is kept.
    pub const fn provenance(&self) -> Provenance {
        match self.source {
            Source::Inferred => Provenance::Inferred,
            Source::Calls if self.kept => Provenance::Kept,
            Source::Calls => Provenance::Calls,
            Source::Export => Provenance::Export,
            Source::Hunting => Provenance::Hunting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_of_a_call_changes_its_provenance_when_it_is_kept() {
        let of = |source| Answer::new(source, Timestamp::UNIX_EPOCH, MissingKbs::default());
        let called = of(Source::Calls);
        let other = MachineId::from_bytes([1; 20]);
        let inferred = Answer::inferred(other, called.as_of, MissingKbs::default());
        let kept = |answer: &Answer| Answer {
            kept: true,
            ..answer.clone()
        };
        for (answer, expected) in [
            (called.clone(), Provenance::Calls),
            (kept(&called), Provenance::Kept),
            (inferred.clone(), Provenance::Inferred),
            (kept(&inferred), Provenance::Inferred),
            (of(Source::Export), Provenance::Export),
            (kept(&of(Source::Export)), Provenance::Export),
            (kept(&of(Source::Hunting)), Provenance::Hunting),
        ] {
            assert_eq!(answer.provenance(), expected);
            assert_eq!(expected.source(), answer.source);
        }
        assert_eq!(inferred.as_of, called.as_of);
    }
}
