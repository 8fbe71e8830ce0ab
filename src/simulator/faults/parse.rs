//! Parses faults as typed: `flapping-404=0.05,server-error=0.02,no-licence`.

use std::str::FromStr;

use thiserror::Error;

use super::{
    CallFault, ExportOddity, Fault, Faults, FileFault, LinkFault, ListFault, ListOddForm, OddForm,
    SoftwareOddity, TenantFault, words::known,
};

/// The default share of a fault.
const DEFAULT_SHARE: f64 = 0.02;
/// The default share for the machine list and the census, which take few calls.
const DEFAULT_LIST_SHARE: f64 = 0.5;
/// The default share of the updates that address no CVE.
const DEFAULT_UPDATE_SHARE: f64 = 0.1;
/// The default share for rows of large tables, of which there are very many.
const DEFAULT_ROW_SHARE: f64 = 0.0005;

/// The default number of hours of `export-stale`.
const DEFAULT_HOURS: u32 = 26;
/// An export can be at most this many hours older: fourteen days.
const MAX_HOURS: u32 = 336;
/// The default number of rows of `hunting-rows`.
const DEFAULT_ROWS: u32 = 500;

/// Why a text is not a list of faults.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidFaults {
    /// The word is not a fault.
    #[error("unknown fault `{0}`: {words}", words = known())]
    Unknown(String),
    /// The share is not a number from 0 to 1.
    #[error("invalid share `{share}` for `{fault}`: expected a number from 0 to 1")]
    Share {
        /// The fault.
        fault: String,
        /// The text of the share.
        share: String,
    },
    /// The number is not a whole number within the bounds of its word.
    #[error("invalid number `{number}` for `{fault}`: expected a whole number from 1 to {most}")]
    Number {
        /// The word.
        fault: String,
        /// The text of the number.
        number: String,
        /// The maximum.
        most: u32,
    },
    /// A fault of the whole tenant, or an odd form, was given a share.
    #[error("`{0}` is on or off and takes no share")]
    NoShare(String),
}

impl FromStr for Faults {
    type Err = InvalidFaults;

    /// A list of words, each alone or with a share: `none`, `occasional`, `flapping-404`,
    /// `gone`, any [`Fault`], any [`TenantFault`], any [`OddForm`] or `odd-forms` for all; for the
    /// machine list any [`ListFault`] or [`ListOddForm`]; for the census (after `census-`) any
    /// [`CallFault`], and `census-differs`; for the software inventory (after `software-`) and for the export of
    /// vulnerabilities (after `export-`) any [`CallFault`], [`FileFault`] or [`LinkFault`],
    /// `bad-rows` and `bad-ids`, any [`SoftwareOddity`], any [`ExportOddity`], `software-absent`
    /// and `export-stale` with hours; for their changes (after `changes-`) and for hunting (after
    /// `hunting-`) any [`CallFault`], `changes-incomplete`, `changes-bad-status`, and `hunting-rows` with a number; and
    /// `half-installed`, `all-different` and `random-answers`, after which what a machine misses
    /// does not follow from its software, and `without-cves` for a share of the updates.
    fn from_str(text: &str) -> Result<Self, InvalidFaults> {
        let mut faults = Self::default();
        for item in text.split(',') {
            let (word, share) = match item.split_once('=') {
                Some((word, share)) => (word.trim(), Some(share.trim())),
                None => (item.trim(), None),
            };
            faults.switch_on(word, share)?;
        }
        Ok(faults)
    }
}

impl Faults {
    fn switch_on(&mut self, word: &str, share: Option<&str>) -> Result<(), InvalidFaults> {
        let read = |usual| read_share(word, share, usual);
        if let Some((target, usual)) = self.share_of(word) {
            *target = read(usual)?;
        } else if let Ok(fault) = word.parse::<Fault>() {
            self.per_call.push((fault, read(DEFAULT_SHARE)?));
        } else if let Ok(fault) = word.parse::<ListFault>() {
            self.list.per_call.push((fault, read(DEFAULT_LIST_SHARE)?));
        } else if let Some((faults, fault)) = prefixed(self.calls(), word) {
            faults.push((fault, read(DEFAULT_LIST_SHARE)?));
        } else if let Some((faults, fault)) = prefixed(self.downloads(), word) {
            faults.push((fault, read(DEFAULT_LIST_SHARE)?));
        } else if word == "export-stale" {
            let hours = read_number(word, share, DEFAULT_HOURS, MAX_HOURS)?;
            self.export.stale_hours = hours;
        } else if word == "hunting-rows" {
            let rows = read_number(word, share, DEFAULT_ROWS, u32::MAX)?;
            self.hunting.most_rows = Some(rows);
        } else {
            self.toggle(word)?;
            if share.is_some() {
                return Err(InvalidFaults::NoShare(word.to_owned()));
            }
        }
        Ok(())
    }

    /// The faults of calls, by the prefix of their words.
    fn calls(&mut self) -> [(&'static str, &mut Vec<(CallFault, f64)>); 5] {
        [
            ("census-", &mut self.census.calls.0),
            ("software-", &mut self.software.calls.0),
            ("export-", &mut self.export.calls.0),
            ("changes-", &mut self.changes.calls.0),
            ("hunting-", &mut self.hunting.calls.0),
        ]
    }

    /// The faults of downloads.
    fn downloads(&mut self) -> [(&'static str, &mut Vec<(FileFault, f64)>); 2] {
        [
            ("software-", &mut self.software.files.per_download),
            ("export-", &mut self.export.files.per_download),
        ]
    }

    /// The faults of links.
    fn links(&mut self) -> [(&'static str, &mut Vec<LinkFault>); 2] {
        [
            ("software-", &mut self.software.files.links),
            ("export-", &mut self.export.files.links),
        ]
    }

    /// The share set by a word of its own, and its default.
    fn share_of(&mut self, word: &str) -> Option<(&mut f64, f64)> {
        Some(match word {
            "flapping-404" => (&mut self.flapping, DEFAULT_SHARE),
            "gone" => (&mut self.gone, DEFAULT_SHARE),
            "half-installed" => (&mut self.exceptions.half_installed, DEFAULT_SHARE),
            "without-cves" => (&mut self.exceptions.without_cves, DEFAULT_UPDATE_SHARE),
            "changes-incomplete" => (&mut self.changes.incomplete, DEFAULT_SHARE),
            "changes-bad-status" => (&mut self.changes.bad_status, DEFAULT_ROW_SHARE),
            "software-absent" => (&mut self.software.absent, DEFAULT_SHARE),
            "software-bad-rows" => (&mut self.software.files.bad_rows, DEFAULT_ROW_SHARE),
            "software-bad-ids" => (&mut self.software.bad_ids, DEFAULT_ROW_SHARE),
            "export-bad-rows" => (&mut self.export.files.bad_rows, DEFAULT_ROW_SHARE),
            "export-bad-ids" => (&mut self.export.bad_ids, DEFAULT_ROW_SHARE),
            _ => return None,
        })
    }

    /// Switches on a word that has no share.
    fn toggle(&mut self, word: &str) -> Result<(), InvalidFaults> {
        match word {
            "none" => {}
            "occasional" => *self = self.clone().joined_by(Self::occasional()),
            "odd-forms" => self.odd_forms = OddForm::all(),
            "census-differs" => self.census.differs = true,
            "all-different" => self.exceptions.all_different = true,
            "random-answers" => self.exceptions.random_answers = true,
            _ => {
                if let Ok(fault) = word.parse::<TenantFault>() {
                    self.tenant = Some(fault);
                } else if let Ok(form) = word.parse::<OddForm>() {
                    self.odd_forms.push(form);
                } else if let Ok(form) = word.parse::<ListOddForm>() {
                    self.list.odd_forms.push(form);
                } else if let Ok(oddity) = word.parse::<SoftwareOddity>() {
                    self.software.oddities.push(oddity);
                } else if let Ok(oddity) = word.parse::<ExportOddity>() {
                    self.export.oddities.push(oddity);
                } else if let Some((links, fault)) = prefixed(self.links(), word) {
                    links.push(fault);
                } else {
                    return Err(InvalidFaults::Unknown(word.to_owned()));
                }
            }
        }
        Ok(())
    }

    /// These faults, plus the shares of the others.
    fn joined_by(mut self, other: Self) -> Self {
        self.per_call.extend(other.per_call);
        self.flapping = self.flapping.max(other.flapping);
        self.gone = self.gone.max(other.gone);
        self
    }
}

/// The fault that the word names after one of the prefixes, and the list that it belongs to.
fn prefixed<'f, T, F: FromStr, const N: usize>(
    tables: [(&str, &'f mut T); N],
    word: &str,
) -> Option<(&'f mut T, F)> {
    let mut tables = tables.into_iter();
    tables.find_map(|(prefix, faults)| {
        let fault = word.strip_prefix(prefix)?.parse().ok()?;
        Some((faults, fault))
    })
}

fn read_number(
    word: &str,
    number: Option<&str>,
    usual: u32,
    most: u32,
) -> Result<u32, InvalidFaults> {
    let Some(text) = number else {
        return Ok(usual);
    };
    let number = text.parse().ok();
    let number = number.filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| InvalidFaults::Number {
        fault: word.to_owned(),
        number: text.to_owned(),
        most,
    })
}

fn read_share(word: &str, share: Option<&str>, usual: f64) -> Result<f64, InvalidFaults> {
    let Some(text) = share else {
        return Ok(usual);
    };
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| InvalidFaults::Share {
            fault: word.to_owned(),
            share: text.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::faults::{
        CallFaults, CensusFaults, ChangesFaults, Exceptions, ExportFaults, FileFaults,
        HuntingFaults, ListFaults, SoftwareFaults,
    };

    #[test]
    fn fault_list_is_parsed() {
        let faults: Faults = "flapping-404=0.5, reset=0.25,html,no-licence,null-id,gone"
            .parse()
            .unwrap();
        let expected = Faults {
            per_call: vec![(Fault::Reset, 0.25), (Fault::Html, DEFAULT_SHARE)],
            flapping: 0.5,
            gone: DEFAULT_SHARE,
            tenant: Some(TenantFault::NoLicence),
            odd_forms: vec![OddForm::NullId],
            ..Faults::default()
        };
        assert_eq!(faults, expected);
        let listed: Faults =
            "list-moves=1,list-no-value,list-bad-ids,census-throttled,census-differs"
                .parse()
                .unwrap();
        let list = ListFaults {
            per_call: vec![
                (ListFault::Moves, 1.0),
                (ListFault::NoValue, DEFAULT_LIST_SHARE),
            ],
            script: Vec::new(),
            odd_forms: vec![ListOddForm::BadIds],
        };
        assert_eq!(listed.list, list);
        let census = CensusFaults {
            calls: CallFaults(vec![(CallFault::Throttled, DEFAULT_LIST_SHARE)]),
            differs: true,
        };
        assert_eq!(listed.census, census);
        let software: Faults = "half-installed=0.01,software-file-cut,software-bad-rows,\
                                software-throttled=1,software-no-export,all-different"
            .parse()
            .unwrap();
        let expected = SoftwareFaults {
            calls: CallFaults(vec![(CallFault::Throttled, 1.0)]),
            files: FileFaults {
                per_download: vec![(FileFault::Cut, DEFAULT_LIST_SHARE)],
                bad_rows: DEFAULT_ROW_SHARE,
                links: Vec::new(),
            },
            oddities: vec![SoftwareOddity::NoExport],
            ..SoftwareFaults::default()
        };
        assert_eq!(software.software, expected);
        let exceptions = Exceptions {
            half_installed: 0.01,
            all_different: true,
            ..Exceptions::default()
        };
        assert_eq!(software.exceptions, exceptions);
        assert_eq!("none".parse(), Ok(Faults::default()));
        assert_eq!("occasional".parse(), Ok(Faults::occasional()));
        let odd: Faults = "odd-forms".parse().unwrap();
        assert_eq!(odd.odd_forms.len(), OddForm::WORDS.len());
    }

    #[test]
    fn faults_of_vulnerabilities_are_parsed() {
        let faults: Faults = "export-file-cut=0.1,export-links-expired,export-group-missing,\
                              export-stale=8,export-no-files,export-throttled=1,\
                              export-bad-rows,changes-incomplete=0.3,changes-not-json,changes-bad-status,\
                              hunting-rows=50,hunting-server-error=0.2,without-cves=0.4"
            .parse()
            .unwrap();
        let export = ExportFaults {
            calls: CallFaults(vec![(CallFault::Throttled, 1.0)]),
            files: FileFaults {
                per_download: vec![(FileFault::Cut, 0.1)],
                links: vec![LinkFault::Expired, LinkFault::GroupMissing],
                bad_rows: DEFAULT_ROW_SHARE,
            },
            oddities: vec![ExportOddity::NoFiles],
            bad_ids: 0.0,
            stale_hours: 8,
        };
        assert_eq!(faults.export, export);
        let changes = ChangesFaults {
            calls: CallFaults(vec![(CallFault::NotJson, DEFAULT_LIST_SHARE)]),
            incomplete: 0.3,
            bad_status: DEFAULT_ROW_SHARE,
        };
        assert_eq!(faults.changes, changes);
        let hunting = HuntingFaults {
            calls: CallFaults(vec![(CallFault::ServerError, 0.2)]),
            most_rows: Some(50),
        };
        assert_eq!(faults.hunting, hunting);
        assert!((faults.exceptions.without_cves - 0.4).abs() < 1e-9);
        let usual: Faults = "export-stale,hunting-rows".parse().unwrap();
        let numbers = (usual.export.stale_hours, usual.hunting.most_rows);
        assert_eq!(numbers, (DEFAULT_HOURS, Some(DEFAULT_ROWS)));
    }

    #[test]
    fn every_known_word_is_read() {
        let known = known();
        let words = known.strip_prefix("expected any of ").unwrap();
        for word in words.split(", ") {
            assert!(word.parse::<Faults>().is_ok(), "{word}");
        }
    }

    #[test]
    fn invalid_fault_lists_are_refused() {
        for text in [
            "",
            "flap",
            "reset,",
            "reset=2",
            "gone=x",
            "no-licence=0.1",
            "list-twice=1",
            "software-no-export=1",
            "half-installed=2",
            "random-answers=0.5",
            "export-no-export",
            "changes-file-cut",
            "hunting-links-expired",
            "export-group-missing=1",
            "export-stale=0",
            "export-stale=337",
            "hunting-rows=x",
        ] {
            assert!(text.parse::<Faults>().is_err(), "{text}");
        }
        let error = "html=7".parse::<Faults>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid share `7` for `html`: expected a number from 0 to 1"
        );
    }
}
