//! Faults as people write them: `flapping-404=0.05,server-error=0.02,no-licence`.

use std::str::FromStr;

use thiserror::Error;

use super::{
    CensusFault, Fault, Faults, FileFault, ListFault, ListOddForm, OddForm, SoftwareFault,
    SoftwareOddity, TenantFault,
};

/// The share of a fault without one.
const USUAL_SHARE: f64 = 0.02;
/// The same for the machine list and the census, which take few calls.
const USUAL_LIST_SHARE: f64 = 0.5;
/// The same for rows of the software inventory, of which there are very many.
const USUAL_ROW_SHARE: f64 = 0.0005;

/// Why a text is not a list of faults.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidFaults {
    /// The word is not a fault.
    #[error("unknown fault `{0}`: {words}", words = known())]
    Unknown(String),
    /// The share is not a number from 0 to 1.
    #[error("invalid share `{share}` for `{fault}`: expected a number from 0 to 1")]
    Share {
        /// The fault that it belongs to.
        fault: String,
        /// What was written.
        share: String,
    },
    /// A fault of the whole tenant, or an odd form, was given a share.
    #[error("`{0}` is on or off and takes no share")]
    NoShare(String),
}

/// The words that a list of faults may contain.
fn known() -> String {
    let own: &[&str] = &["none", "occasional", "flapping-404", "gone", "odd-forms"];
    let software: &[&str] = &[
        "software-bad-rows",
        "software-bad-ids",
        "software-absent",
        "half-installed",
        "all-different",
        "random-answers",
    ];
    let lists = [
        own,
        Fault::WORDS,
        TenantFault::WORDS,
        OddForm::WORDS,
        ListFault::WORDS,
        ListOddForm::WORDS,
        CensusFault::WORDS,
        &["census-differs"],
        SoftwareFault::WORDS,
        FileFault::WORDS,
        SoftwareOddity::WORDS,
        software,
    ];
    format!("expected any of {}", lists.concat().join(", "))
}

impl FromStr for Faults {
    type Err = InvalidFaults;

    /// A list of words, each alone or with a share: `none`, `occasional`, `flapping-404`,
    /// `gone`, any [`Fault`], any [`TenantFault`], any [`OddForm`] or `odd-forms` for all; for the
    /// machine list and the census any [`ListFault`], [`ListOddForm`] or [`CensusFault`], and
    /// `census-differs`; for the software inventory any [`SoftwareFault`], [`FileFault`] or
    /// [`SoftwareOddity`], `software-bad-rows`, `software-bad-ids` and `software-absent`; and
    /// `half-installed`, `all-different` and `random-answers`, after which what a machine misses
    /// does not follow from its software.
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
            self.per_call.push((fault, read(USUAL_SHARE)?));
        } else if let Ok(fault) = word.parse::<ListFault>() {
            self.list.per_call.push((fault, read(USUAL_LIST_SHARE)?));
        } else if let Ok(fault) = word.parse::<CensusFault>() {
            self.census.per_call.push((fault, read(USUAL_LIST_SHARE)?));
        } else if let Ok(fault) = word.parse::<SoftwareFault>() {
            let share = read(USUAL_LIST_SHARE)?;
            self.software.per_call.push((fault, share));
        } else if let Ok(fault) = word.parse::<FileFault>() {
            let share = read(USUAL_LIST_SHARE)?;
            self.software.per_download.push((fault, share));
        } else {
            self.toggle(word)?;
            if share.is_some() {
                return Err(InvalidFaults::NoShare(word.to_owned()));
            }
        }
        Ok(())
    }

    /// The share that a word of its own sets, and its usual value.
    fn share_of(&mut self, word: &str) -> Option<(&mut f64, f64)> {
        Some(match word {
            "flapping-404" => (&mut self.flapping, USUAL_SHARE),
            "gone" => (&mut self.gone, USUAL_SHARE),
            "half-installed" => (&mut self.exceptions.half_installed, USUAL_SHARE),
            "software-absent" => (&mut self.software.absent, USUAL_SHARE),
            "software-bad-rows" => (&mut self.software.bad_rows, USUAL_ROW_SHARE),
            "software-bad-ids" => (&mut self.software.bad_ids, USUAL_ROW_SHARE),
            _ => return None,
        })
    }

    /// Switches on what has no share.
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
                } else {
                    return Err(InvalidFaults::Unknown(word.to_owned()));
                }
            }
        }
        Ok(())
    }

    /// These faults, and the shares of the others.
    fn joined_by(mut self, other: Self) -> Self {
        self.per_call.extend(other.per_call);
        self.flapping = self.flapping.max(other.flapping);
        self.gone = self.gone.max(other.gone);
        self
    }
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
    use crate::simulator::faults::{CensusFaults, Exceptions, ListFaults, SoftwareFaults};

    #[test]
    fn fault_list_is_parsed() {
        let faults: Faults = "flapping-404=0.5, reset=0.25,html,no-licence,null-id,gone"
            .parse()
            .unwrap();
        let expected = Faults {
            per_call: vec![(Fault::Reset, 0.25), (Fault::Html, USUAL_SHARE)],
            flapping: 0.5,
            gone: USUAL_SHARE,
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
                (ListFault::NoValue, USUAL_LIST_SHARE),
            ],
            script: Vec::new(),
            odd_forms: vec![ListOddForm::BadIds],
        };
        assert_eq!(listed.list, list);
        let census = CensusFaults {
            per_call: vec![(CensusFault::Throttled, USUAL_LIST_SHARE)],
            differs: true,
        };
        assert_eq!(listed.census, census);
        let software: Faults = "half-installed=0.01,software-file-cut,software-bad-rows,\
                                software-throttled=1,software-no-export,all-different"
            .parse()
            .unwrap();
        let expected = SoftwareFaults {
            per_call: vec![(SoftwareFault::Throttled, 1.0)],
            per_download: vec![(FileFault::Cut, USUAL_LIST_SHARE)],
            oddities: vec![SoftwareOddity::NoExport],
            bad_rows: USUAL_ROW_SHARE,
            ..SoftwareFaults::default()
        };
        assert_eq!(software.software, expected);
        let exceptions = Exceptions {
            half_installed: 0.01,
            all_different: true,
            random_answers: false,
        };
        assert_eq!(software.exceptions, exceptions);
        assert_eq!("none".parse(), Ok(Faults::default()));
        assert_eq!("occasional".parse(), Ok(Faults::occasional()));
        let odd: Faults = "odd-forms".parse().unwrap();
        assert_eq!(odd.odd_forms.len(), OddForm::WORDS.len());
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
