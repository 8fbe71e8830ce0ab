//! Which exceptions are about a machine. A file may have many thousands of them, and a fleet millions of
//! gaps: each exception is filed under the most specific thing that it names.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::Exception;
use crate::domain::{kb::KbId, machine::MachineId};

/// What exceptions ask of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineTraits {
    /// Its id.
    pub id: MachineId,
    /// Its group in lower case; empty if it has none.
    pub group: String,
    /// Its tags in lower case.
    pub tags: Vec<String>,
}

/// The places of exceptions by what they name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Index {
    by_machine: HashMap<MachineId, Filed, RandomState>,
    by_group: HashMap<String, Filed, RandomState>,
    by_tag: HashMap<String, Filed, RandomState>,
    rest: Filed,
}

/// The places of exceptions with the same machine, group or tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Filed {
    of_kb: HashMap<KbId, Vec<usize>, RandomState>,
    of_any_kb: Vec<usize>,
}

impl Filed {
    fn add(&mut self, kb: Option<&KbId>, place: usize) {
        match kb {
            Some(kb) => self.of_kb.entry(kb.clone()).or_default().push(place),
            None => self.of_any_kb.push(place),
        }
    }

    fn places(&self, kb: &KbId) -> impl Iterator<Item = usize> + '_ {
        let of_kb = self.of_kb.get(kb).into_iter().flatten();
        of_kb.chain(&self.of_any_kb).copied()
    }

    fn is_empty(&self) -> bool {
        self.of_kb.is_empty() && self.of_any_kb.is_empty()
    }
}

impl Index {
    pub(super) fn of(exceptions: &[Exception]) -> Self {
        let mut index = Self::default();
        for (place, exception) in exceptions.iter().enumerate() {
            index.filed(exception).add(exception.kb.as_ref(), place);
        }
        index
    }

    fn filed(&mut self, exception: &Exception) -> &mut Filed {
        match exception {
            Exception {
                machine: Some(id), ..
            } => self.by_machine.entry(*id).or_default(),
            Exception {
                group: Some(group), ..
            } => self.by_group.entry(group.clone()).or_default(),
            Exception { tag: Some(tag), .. } => self.by_tag.entry(tag.clone()).or_default(),
            _ => &mut self.rest,
        }
    }

    pub(super) fn of_machine<'file>(
        &'file self,
        all: &'file [Exception],
        machine: &MachineTraits,
    ) -> MachineExceptions<'file> {
        let tags = machine.tags.iter().filter_map(|it| self.by_tag.get(it));
        let mut filed: Vec<&Filed> = tags.collect();
        filed.extend(self.by_machine.get(&machine.id));
        filed.extend(self.by_group.get(&machine.group));
        if !self.rest.is_empty() {
            filed.push(&self.rest);
        }
        // Most machines have none, and need not be remembered.
        let machine = (!filed.is_empty()).then(|| machine.clone());
        MachineExceptions {
            all,
            filed,
            machine,
        }
    }
}

/// The exceptions that are about a machine.
#[derive(Debug, Clone, Default)]
pub struct MachineExceptions<'file> {
    all: &'file [Exception],
    filed: Vec<&'file Filed>,
    machine: Option<MachineTraits>,
}

impl<'file> MachineExceptions<'file> {
    /// Those of them that are about a KB, with their places in the file. They may be over.
    pub fn of_kb(&self, kb: &KbId) -> impl Iterator<Item = (usize, &'file Exception)> {
        let places = self.filed.iter().flat_map(move |it| it.places(kb));
        let all = self.all;
        let exceptions = places.map(move |place| (place, &all[place]));
        exceptions.filter(|(_, it)| self.fits(it))
    }

    fn fits(&self, exception: &Exception) -> bool {
        self.machine.as_ref().is_some_and(|machine| {
            let is_machine = exception.machine.is_none_or(|it| it == machine.id);
            let group = exception.group.as_ref();
            let is_group = group.is_none_or(|it| *it == machine.group);
            let tag = exception.tag.as_ref();
            is_machine && is_group && tag.is_none_or(|it| machine.tags.contains(it))
        })
    }
}
