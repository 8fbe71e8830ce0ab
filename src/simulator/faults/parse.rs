//! Faults as people write them: `flapping-404=0.05,server-error=0.02,no-licence`.

use std::str::FromStr;

use thiserror::Error;

use super::{Fault, Faults, OddForm, TenantFault};

/// The share of a fault without one.
const USUAL_SHARE: f64 = 0.02;

/// Why a text is not a list of faults.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidFaults {
    /// The word is not a fault.
    #[error("`{0}` is not a fault: {words}", words = known())]
    Unknown(String),
    /// The share is not a number from 0 to 1.
    #[error("`{share}` is not a valid share of `{fault}`: write a number from 0 to 1")]
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
    let lists = [own, Fault::WORDS, TenantFault::WORDS, OddForm::WORDS];
    format!("write any of {}", lists.concat().join(", "))
}

impl FromStr for Faults {
    type Err = InvalidFaults;

    /// A list of words, each alone or with a share: `none`, `occasional`, `flapping-404`,
    /// `gone`, any [`Fault`], any [`TenantFault`], any [`OddForm`] or `odd-forms` for all.
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
        match (word, word.parse()) {
            ("flapping-404", _) => self.flapping = read_share(word, share)?,
            ("gone", _) => self.gone = read_share(word, share)?,
            (_, Ok(fault)) => self.per_call.push((fault, read_share(word, share)?)),
            (_, Err(_)) => {
                self.toggle(word)?;
                if share.is_some() {
                    return Err(InvalidFaults::NoShare(word.to_owned()));
                }
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
            _ => match (word.parse(), word.parse()) {
                (Ok(fault), _) => self.tenant = Some(fault),
                (_, Ok(form)) => self.odd_forms.push(form),
                _ => return Err(InvalidFaults::Unknown(word.to_owned())),
            },
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

fn read_share(word: &str, share: Option<&str>) -> Result<f64, InvalidFaults> {
    let Some(text) = share else {
        return Ok(USUAL_SHARE);
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
        assert_eq!("none".parse(), Ok(Faults::default()));
        assert_eq!("occasional".parse(), Ok(Faults::occasional()));
        let odd: Faults = "odd-forms".parse().unwrap();
        assert_eq!(odd.odd_forms.len(), OddForm::WORDS.len());
    }

    #[test]
    fn invalid_fault_lists_are_refused() {
        for text in ["", "flap", "reset,", "reset=2", "gone=x", "no-licence=0.1"] {
            assert!(text.parse::<Faults>().is_err(), "{text}");
        }
        let error = "html=7".parse::<Faults>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`7` is not a valid share of `html`: write a number from 0 to 1"
        );
    }
}
