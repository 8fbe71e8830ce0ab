//! Compares a run's answers with a second source, for each pair of machine and KB.

use jiff::Timestamp;
use serde::Serialize;

use super::{answer::Source, kb::KbId, machine::MachineId, words::words};

words! {
    /// The source that a run's answers are compared with, as typed.
    pub enum SecondSource {
        /// None.
        Off = "off",
        /// The export of software vulnerabilities.
        Export = "export",
        /// Hunting queries.
        Hunting = "hunting",
    }
}

impl SecondSource {
    /// The source; `None` if nothing is compared.
    pub const fn source(self) -> Option<Source> {
        match self {
            Self::Off => None,
            Self::Export => Some(Source::Export),
            Self::Hunting => Some(Source::Hunting),
        }
    }
}

words! {
    /// The explanation of a difference, as the reports spell it.
    pub enum Explanation {
        /// The answer is newer than the second source's data, and newer data of that source agrees with it.
        Age = "age",
        /// The update addresses no CVE on the machine, and the second source lists only updates that do.
        NoCve = "noCve",
        /// The machine has been silent for so long that the second source no longer lists it.
        Silent = "silent",
        /// The second source lists the machine as not onboarded.
        NotOnboarded = "notOnboarded",
        /// No known explanation applies.
        Unknown = "unknown",
    }
}

/// A pair of machine and KB for which the two sources differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossCheckRow {
    /// The machine.
    pub machine: MachineId,
    /// The KB.
    pub kb: KbId,
    /// The number of CVEs that it addresses according to the run's answer; `None` if the machine does not miss it.
    pub first: Option<u64>,
    /// The same according to the second source.
    pub second: Option<u64>,
    /// What explains the difference.
    pub because: Explanation,
    /// The time of the run's answer, if that is newer than the second source's data: newer data of that source may
    /// explain the difference.
    pub later: Option<Timestamp>,
}

/// The comparison of a run's answers with a second source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossCheck {
    /// The second source.
    pub source: Source,
    /// The time of its data; `None` if it could not be read.
    pub as_of: Option<Timestamp>,
    /// The pairs in either source, for machines that both sources list.
    pub compared: u64,
    /// The answered machines that the second source does not list.
    pub machines_not_compared: u64,
    /// The pairs that differ, by machine, then by KB.
    pub rows: Vec<CrossCheckRow>,
    /// Why there is no comparison at all.
    pub missing_because: Option<String>,
}

/// The number of pairs by result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CrossCheckCounts {
    /// All pairs.
    pub compared: u64,
    /// Those in both sources with the same number of CVEs.
    pub agreeing: u64,
    /// The others.
    pub differing: u64,
    /// The differing pairs by explanation.
    pub because: ExplanationCounts,
}

/// The number of differing pairs by explanation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationCounts {
    /// See [`Explanation::Age`].
    pub age: u64,
    /// See [`Explanation::NoCve`].
    pub no_cve: u64,
    /// See [`Explanation::Silent`].
    pub silent: u64,
    /// See [`Explanation::NotOnboarded`].
    pub not_onboarded: u64,
    /// See [`Explanation::Unknown`].
    pub unknown: u64,
}

impl CrossCheck {
    /// A comparison without rows, because the second source could not be read.
    pub fn missing(source: Source, because: impl Into<String>) -> Self {
        Self {
            source,
            as_of: None,
            compared: 0,
            machines_not_compared: 0,
            rows: Vec::new(),
            missing_because: Some(because.into()),
        }
    }

    /// Whether anything was compared.
    pub fn is_there(&self) -> bool {
        self.missing_because.is_none()
    }

    /// The number of pairs by result.
    pub fn counts(&self) -> CrossCheckCounts {
        let differing = self.rows.len() as u64;
        let mut because = ExplanationCounts::default();
        self.rows.iter().for_each(|row| because.count(row.because));
        CrossCheckCounts {
            compared: self.compared,
            agreeing: self.compared.saturating_sub(differing),
            differing,
            because,
        }
    }
}

impl ExplanationCounts {
    const fn count(&mut self, because: Explanation) {
        let count = match because {
            Explanation::Age => &mut self.age,
            Explanation::NoCve => &mut self.no_cve,
            Explanation::Silent => &mut self.silent,
            Explanation::NotOnboarded => &mut self.not_onboarded,
            Explanation::Unknown => &mut self.unknown,
        };
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_counted_by_explanation() {
        let row = |because: &Explanation| CrossCheckRow {
            machine: "0101010101010101010101010101010101010101".parse().unwrap(),
            kb: KbId::new("1"),
            first: Some(1),
            second: None,
            because: *because,
            later: None,
        };
        let mut rows: Vec<CrossCheckRow> = Explanation::ALL.iter().map(row).collect();
        rows.push(row(&Explanation::NoCve));
        let check = CrossCheck {
            compared: 10,
            rows,
            missing_because: None,
            ..CrossCheck::missing(Source::Export, "")
        };
        let expected = CrossCheckCounts {
            compared: 10,
            agreeing: 4,
            differing: 6,
            because: ExplanationCounts {
                age: 1,
                no_cve: 2,
                silent: 1,
                not_onboarded: 1,
                unknown: 1,
            },
        };
        assert_eq!(check.counts(), expected);
    }

    #[test]
    fn word_names_the_source() {
        for (word, source) in [
            ("off", None),
            ("export", Some(Source::Export)),
            ("hunting", Some(Source::Hunting)),
        ] {
            let parsed: SecondSource = word.parse().unwrap();
            assert_eq!(parsed.source(), source);
        }
    }
}
