//! Faults as people write them: `flapping-404=0.05,server-error=0.02,no-licence`.

use std::str::FromStr;

use thiserror::Error;

use super::{CensusFault, Fault, Faults, ListFault, ListOddForm, OddForm, TenantFault};

/// The share of a fault without one.
const USUAL_SHARE: f64 = 0.02;
/// The same for the machine list and the census, which take few calls.
const USUAL_LIST_SHARE: f64 = 0.5;

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
    let lists = [
        own,
        Fault::WORDS,
        TenantFault::WORDS,
        OddForm::WORDS,
        ListFault::WORDS,
        ListOddForm::WORDS,
        CensusFault::WORDS,
        &["census-differs"],
    ];
    format!("expected any of {}", lists.concat().join(", "))
}

impl FromStr for Faults {
    type Err = InvalidFaults;

    /// A list of words, each alone or with a share: `none`, `occasional`, `flapping-404`,
    /// `gone`, any [`Fault`], any [`TenantFault`], any [`OddForm`] or `odd-forms` for all; for the
    /// machine list and the census any [`ListFault`], [`ListOddForm`] or [`CensusFault`], and
    /// `census-differs`.
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
        if word == "flapping-404" {
            self.flapping = read(USUAL_SHARE)?;
        } else if word == "gone" {
            self.gone = read(USUAL_SHARE)?;
        } else if let Ok(fault) = word.parse::<Fault>() {
            self.per_call.push((fault, read(USUAL_SHARE)?));
        } else if let Ok(fault) = word.parse::<ListFault>() {
            self.list.per_call.push((fault, read(USUAL_LIST_SHARE)?));
        } else if let Ok(fault) = word.parse::<CensusFault>() {
            self.census.per_call.push((fault, read(USUAL_LIST_SHARE)?));
        } else {
            self.toggle(word)?;
            if share.is_some() {
                return Err(InvalidFaults::NoShare(word.to_owned()));
            }
        }
        Ok(())
    }

    /// Switches on what has no share.
    fn toggle(&mut self, word: &str) -> Result<(), InvalidFaults> {
        match word {
            "none" => {}
            "occasional" => *self = self.clone().joined_by(Self::occasional()),
            "odd-forms" => self.odd_forms = OddForm::all(),
            "census-differs" => self.census.differs = true,
            _ => {
                if let Ok(fault) = word.parse::<TenantFault>() {
                    self.tenant = Some(fault);
                } else if let Ok(form) = word.parse::<OddForm>() {
                    self.odd_forms.push(form);
                } else if let Ok(form) = word.parse::<ListOddForm>() {
                    self.list.odd_forms.push(form);
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
    use crate::simulator::faults::{CensusFaults, ListFaults};

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
