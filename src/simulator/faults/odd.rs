//! Odd forms of an update that the service has been seen to send, or might send.

use std::sync::Arc;

use crate::{
    domain::{
        kb::{KbId, MissingKb},
        machine::MachineId,
        words::words,
    },
    simulator::chance::chance,
};

words! {
    /// One odd form. Where it is switched on, about half of the updates of a reply have it.
    pub enum OddForm {
        /// `id` is null.
        NullId = "null-id",
        /// `id` begins with `KB`.
        PrefixedId = "prefixed-id",
        /// `id` is a number.
        NumericId = "numeric-id",
        /// `name` is null.
        NullName = "null-name",
        /// `name` holds text that spreadsheets, pages or terminals might interpret.
        HostileName = "hostile-name",
        /// `productsNames` is null.
        NullProducts = "null-products",
        /// `productsNames` is unsorted and names a product twice.
        UnsortedProducts = "unsorted-products",
        /// `url` is null.
        NullUrl = "null-url",
        /// `cveAddressed` is null.
        NullCveAddressed = "null-cve-addressed",
        /// `cveAddressed` is absent.
        NoCveAddressed = "no-cve-addressed",
        /// `machineMissedOn` is absent.
        NoMachineMissedOn = "no-machine-missed-on",
        /// `osBuild` is null.
        NullOsBuild = "null-os-build",
        /// `osBuild` is a text with a revision: `22631.4037`.
        RevisedOsBuild = "revised-os-build",
        /// Undocumented fields.
        UnknownFields = "unknown-fields",
        /// The update is listed twice, the second time with fewer CVEs.
        Twice = "twice",
    }
}

/// Text that spreadsheets, pages or terminals might interpret.
pub(in crate::simulator) const HOSTILE_NAMES: [&str; 6] = [
    "=HYPERLINK(\"http://192.0.2.1/\",\"March 2026 Security Updates\")",
    "+1-1 @SUM(A1:A9)",
    "March \"2026\";\nSecurity, Updates",
    "<script>alert('KB')</script>",
    "\tMarch\u{1b}[31m 2026\r",
    "Mises à jour de sécurité – 2026年3月",
];

impl OddForm {
    /// All odd forms together.
    pub fn all() -> Vec<Self> {
        Self::WORDS
            .iter()
            .filter_map(|word| word.parse().ok())
            .collect()
    }

    /// Whether the update has this form on that machine: the same in every reply.
    fn applies_to(self, seed: u64, machine: MachineId, kb: &KbId) -> bool {
        let key = format!("{machine}/{kb}");
        chance(seed, self.as_str(), &key, 0).bool()
    }
}

/// The odd forms of this update on that machine.
pub(in crate::simulator) fn odd_forms(
    switched_on: &[OddForm],
    seed: u64,
    machine: MachineId,
    kb: &KbId,
) -> Vec<OddForm> {
    let forms = switched_on.iter().copied();
    forms
        .filter(|form| form.applies_to(seed, machine, kb))
        .collect()
}

/// The update without the fields that its odd forms omit: everything that a client can know.
pub(in crate::simulator) fn as_described(mut missing: MissingKb, forms: &[OddForm]) -> MissingKb {
    for form in forms {
        match form {
            OddForm::NullId => missing.id = KbId::new(""),
            OddForm::NullName => missing.name = None,
            OddForm::HostileName => missing.name = missing.name.map(|_| hostile(&missing.id)),
            OddForm::NullProducts => missing.products.clear(),
            OddForm::NullUrl => missing.url = None,
            OddForm::NullCveAddressed | OddForm::NoCveAddressed => missing.cve_addressed = 0,
            OddForm::NoMachineMissedOn => missing.machine_missed_on = None,
            OddForm::NullOsBuild => missing.os_build = None,
            OddForm::RevisedOsBuild => missing.os_build = missing.os_build.map(|it| revised(&it)),
            OddForm::PrefixedId
            | OddForm::NumericId
            | OddForm::UnsortedProducts
            | OddForm::UnknownFields
            | OddForm::Twice => {}
        }
    }
    missing
}

fn hostile(id: &KbId) -> Arc<str> {
    let digit = id.as_str().bytes().last().unwrap_or_default();
    HOSTILE_NAMES[usize::from(digit) % HOSTILE_NAMES.len()].into()
}

fn revised(build: &str) -> Arc<str> {
    format!("{build}.4037").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Fleet;

    #[test]
    fn odd_forms_affect_about_half_of_the_updates() {
        let fleet = Fleet::generate(1, 200);
        let (mut changed, mut all) = (0, 0);
        for machine in fleet.machines() {
            for missing in machine.missing.iter() {
                let forms = odd_forms(&[OddForm::NullId], 1, machine.id, &missing.id);
                changed += forms.len();
                all += 1;
            }
        }
        assert!((all * 4 / 10..all * 6 / 10).contains(&changed));
    }

    #[test]
    fn spelling_variants_lose_no_information() {
        let fleet = Fleet::generate(1, 50);
        let machines = fleet.machines().iter();
        let missing = machines.flat_map(|it| it.missing.iter()).next().unwrap();
        for form in [OddForm::PrefixedId, OddForm::NumericId, OddForm::Twice] {
            assert_eq!(&as_described(missing.clone(), &[form]), missing);
        }
        let bare = as_described(missing.clone(), &OddForm::all());
        assert_eq!((bare.id.as_str(), bare.cve_addressed), ("", 0));
        assert!(bare.name.is_none() && bare.os_build.is_none() && bare.url.is_none());
    }
}
