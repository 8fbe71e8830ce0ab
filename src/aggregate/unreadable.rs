//! Numbers in the answers that could not be parsed, and are ignored.

use std::sync::Arc;

use crate::domain::{
    kb::{KbId, MissingKb},
    machine::MachineId,
};

/// The number of unreadable values, and an example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// The number of values that could not be read.
    pub values: u64,
    /// The first of them, ordered by machine and KB.
    pub example: Option<Example>,
}

/// A value that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// The machine whose answer contains it.
    pub machine: MachineId,
    /// The update that it belongs to.
    pub kb: KbId,
    /// The value as received.
    pub value: Arc<str>,
}

impl Unreadable {
    /// Counts the unreadable values in one gap of a machine.
    pub(super) fn count(&mut self, machine: MachineId, gap: &MissingKb) {
        let Some(value) = gap.unreadable.first() else {
            return;
        };
        self.values += gap.unreadable.len() as u64;
        let example = Example {
            machine,
            kb: gap.id.clone(),
            value: Arc::clone(value),
        };
        if self.example.as_ref().is_none_or(|first| example < *first) {
            self.example = Some(example);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kb::tests::missing;

    #[test]
    fn example_does_not_depend_on_the_order() {
        let gap = |kb: &str, values: &[&str]| {
            let unreadable = values.iter().map(|&value| value.into()).collect();
            let gap = MissingKb::clone(&missing(kb, 0));
            MissingKb { unreadable, ..gap }
        };
        let mut gaps = vec![
            (2, gap("1", &["\"x\""])),
            (1, gap("3", &[])),
            (1, gap("2", &["-5", "1.5"])),
            (1, gap("4", &["true"])),
        ];
        for _ in 0..2 {
            let mut unreadable = Unreadable::default();
            for (machine, gap) in &gaps {
                unreadable.count(MachineId::from_bytes([*machine; 20]), gap);
            }
            assert_eq!(unreadable.values, 4);
            let example = unreadable.example.unwrap();
            assert_eq!(example.machine, MachineId::from_bytes([1; 20]));
            assert_eq!((example.kb.as_str(), &*example.value), ("2", "-5"));
            gaps.reverse();
        }
    }
}
