//! Finds the exceptions that apply to a machine. A file may have many thousands of them, and a fleet millions
//! of gaps: each exception is indexed by the most specific field that it has.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::exception::Exception;
use crate::domain::{kb::KbId, machine::MachineId};

/// The properties of a machine that exceptions refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineTraits {
    /// Its id.
    pub id: MachineId,
    /// Its group in lower case; empty if it has none.
    pub group: String,
    /// Its tags in lower case.
    pub tags: Vec<String>,
}

/// The indexes of exceptions by machine, group or tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Index {
    by_machine: HashMap<MachineId, ExceptionsByKb, RandomState>,
    by_group: HashMap<String, ExceptionsByKb, RandomState>,
    by_tag: HashMap<String, ExceptionsByKb, RandomState>,
    rest: ExceptionsByKb,
}

/// The indexes of exceptions with the same machine, group or tag, by KB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ExceptionsByKb {
    of_kb: HashMap<KbId, Vec<usize>, RandomState>,
    of_any_kb: Vec<usize>,
}

impl ExceptionsByKb {
    fn add(&mut self, kb: Option<&KbId>, position: usize) {
        match kb {
            Some(kb) => self.of_kb.entry(kb.clone()).or_default().push(position),
            None => self.of_any_kb.push(position),
        }
    }

    fn indexes(&self, kb: &KbId) -> impl Iterator<Item = usize> + '_ {
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
        for (position, exception) in exceptions.iter().enumerate() {
            index.filed(exception).add(exception.kb.as_ref(), position);
        }
        index
    }

    fn filed(&mut self, exception: &Exception) -> &mut ExceptionsByKb {
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
        let mut filed: Vec<&ExceptionsByKb> = tags.collect();
        filed.extend(self.by_machine.get(&machine.id));
        filed.extend(self.by_group.get(&machine.group));
        if !self.rest.is_empty() {
            filed.push(&self.rest);
        }
        // Most machines have no exceptions, so their traits are not kept.
        let machine = (!filed.is_empty()).then(|| machine.clone());
        MachineExceptions {
            all,
            filed,
            machine,
        }
    }
}

/// The exceptions that apply to a machine.
#[derive(Debug, Clone, Default)]
pub struct MachineExceptions<'file> {
    all: &'file [Exception],
    filed: Vec<&'file ExceptionsByKb>,
    machine: Option<MachineTraits>,
}

impl<'file> MachineExceptions<'file> {
    /// Those that apply to a KB, with their indexes in the file. They may have expired.
    pub fn of_kb(&self, kb: &KbId) -> impl Iterator<Item = (usize, &'file Exception)> {
        let indexes = self.filed.iter().flat_map(move |it| it.indexes(kb));
        let all = self.all;
        let exceptions = indexes.map(move |position| (position, &all[position]));
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
