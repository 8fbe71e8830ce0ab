//! Finds the update or the machine that a word names.

use jiff::Timestamp;

use super::AppError;
use crate::{
    aggregate::{Fleet, KbRow, MachineRow, SoftwareOn},
    domain::{gaps::Gaps, kb::KbId, machine::MachineId},
    inventory::Inventory,
};

/// The minimum similarity of suggested names; 1 is identical.
const MIN_SIMILARITY: f64 = 0.85;
/// The most names that are suggested.
const MAX_SUGGESTIONS: usize = 5;

/// The most machines of one name that are listed.
const MOST_CANDIDATES: usize = 10;

/// The update or machine that a word names.
pub(super) enum Found<'run> {
    Kb(&'run KbRow),
    Machine(&'run MachineRow),
}

/// The run in which to search.
#[derive(Clone, Copy)]
pub(super) struct SearchedRun<'run> {
    /// Its number.
    pub(super) run: i64,
    /// When it started.
    pub(super) started_at: Timestamp,
    pub(super) list: &'run Inventory,
    pub(super) fleet: &'run Fleet,
    /// The gaps of its machines.
    pub(super) gaps: &'run dyn Gaps,
    /// The software inventory, if the run had one.
    pub(super) software: Option<SoftwareOn<'run>>,
}

impl<'run> SearchedRun<'run> {
    /// The update with this id; else the machine with this id or name, in any case; else the machine
    /// whose name begins with this word and a dot, such as `srv-07` for `srv-07.contoso.com`.
    pub(super) fn find(&self, word: &str) -> Result<Found<'run>, AppError> {
        let word = word.trim();
        let id = KbId::new(word);
        if let Some(kb) = self.fleet.kbs.iter().find(|kb| kb.id == id) {
            return Ok(Found::Kb(kb));
        }
        if let Ok(id) = word.parse::<MachineId>() {
            let machine = self.machines().find(|machine| machine.id == id);
            let nothing = || self.nothing(word);
            return machine.map(Found::Machine).ok_or_else(nothing);
        }
        let lower = word.to_lowercase();
        let mut named = self.named(&|name| name == lower);
        if named.is_empty() {
            let short = format!("{lower}.");
            named = self.named(&|name| name.starts_with(&short));
        }
        match &named[..] {
            [] => Err(self.nothing(word)),
            [machine] => Ok(Found::Machine(machine)),
            several => Err(AppError::Ambiguous {
                word: word.to_owned(),
                machines: self.candidates(several),
            }),
        }
    }

    /// All machines of the list, also those that are skipped.
    fn machines(&self) -> impl Iterator<Item = &'run MachineRow> {
        self.fleet.machines.iter().chain(&self.fleet.skipped)
    }

    /// The machines whose name in lower case fits.
    fn named(&self, fits: &dyn Fn(&str) -> bool) -> Vec<&'run MachineRow> {
        if self.list.name_column().is_none() {
            return Vec::new();
        }
        let named = self.machines().filter(|machine| {
            let name = self.list.name(machine.position());
            name.is_some_and(|name| fits(&name.trim().to_lowercase()))
        });
        named.collect()
    }

    /// The first few of several machines, with their ids.
    fn candidates(&self, machines: &[&MachineRow]) -> Vec<String> {
        let described = machines.iter().take(MOST_CANDIDATES).map(|machine| {
            let name = self.list.name(machine.position()).unwrap_or_default();
            format!("{name} ({})", machine.id)
        });
        let more = machines.len().saturating_sub(MOST_CANDIDATES);
        let more = (more > 0).then(|| format!("and {more} more"));
        described.chain(more).collect()
    }

    fn nothing(&self, word: &str) -> AppError {
        AppError::NothingFound {
            run: self.run,
            word: word.to_owned(),
            near: self.near(word),
        }
    }

    /// The updates and names most like the word: those that contain it first.
    fn near(&self, word: &str) -> Vec<String> {
        let word = word.to_lowercase();
        let kbs = self.fleet.kbs.iter().map(|kb| kb.id.for_people());
        let names = self.machines();
        let names = names.filter_map(|it| Some(self.list.name(it.position())?.to_owned()));
        let mut near: Vec<(f64, String)> = kbs
            .chain(names)
            .map(|name| (similarity(&word, &name), name))
            .filter(|(alike, _)| *alike >= MIN_SIMILARITY)
            .collect();
        near.sort_by(|(one, name), (other, its)| other.total_cmp(one).then(name.cmp(its)));
        near.dedup_by(|(_, one), (_, other)| one == other);
        near.into_iter()
            .take(MAX_SUGGESTIONS)
            .map(|(_, name)| name)
            .collect()
    }
}

/// The similarity of a word in lower case to a name; 2 if the name contains it.
fn similarity(word: &str, name: &str) -> f64 {
    let name = name.to_lowercase();
    if word.chars().count() >= 3 && name.contains(word) {
        return 2.0;
    }
    strsim::jaro_winkler(word, &name)
}
