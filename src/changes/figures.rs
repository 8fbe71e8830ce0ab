//! The figures of an earlier run, counted from its answers, machine by machine.

use std::{collections::HashSet, sync::Arc};

use super::base_run::Figures;
use crate::domain::{
    gaps::BaseMachine,
    kb::{KbId, MissingKb},
};

/// Counts the machines of an earlier run.
#[derive(Debug, Clone, Default)]
pub struct FiguresCounter {
    figures: Figures,
    kbs: HashSet<KbId>,
}

impl FiguresCounter {
    /// Counts from zero. Without the software inventory, it is unknown which machines are unsupported.
    pub fn new(has_software: bool) -> Self {
        Self {
            figures: Figures {
                unsupported: has_software.then_some(0),
                ..Figures::default()
            },
            kbs: HashSet::new(),
        }
    }

    /// Adds a machine, with the KBs that its answer lists.
    pub fn record(&mut self, machine: &BaseMachine, missing: &[Arc<MissingKb>]) {
        if machine.answer.is_none() {
            return;
        }
        self.figures.answered += 1;
        if missing.is_empty() {
            self.record_without_gaps(machine);
        } else {
            self.record_gaps(missing);
        }
    }

    fn record_without_gaps(&mut self, machine: &BaseMachine) {
        let figures = &mut self.figures;
        if machine.unsupported {
            figures.unsupported = figures.unsupported.map(|machines| machines + 1);
        } else if !machine.no_current_data {
            figures.clean += 1;
        }
    }

    fn record_gaps(&mut self, missing: &[Arc<MissingKb>]) {
        let sum = exposure(missing);
        let figures = &mut self.figures;
        figures.with_gaps += 1;
        figures.gaps += missing.len() as u64;
        figures.exposure = figures.exposure.saturating_add(sum);
        figures.worst = figures.worst.max(sum);
        for gap in missing {
            if !self.kbs.contains(&gap.id) {
                self.kbs.insert(gap.id.clone());
            }
        }
    }

    /// The figures of the machines so far.
    pub fn finish(&self) -> Figures {
        Figures {
            kbs: self.kbs.len() as u64,
            ..self.figures
        }
    }
}

/// The sum of the CVEs that these KBs address.
pub(super) fn exposure(gaps: &[Arc<MissingKb>]) -> u64 {
    let numbers = gaps.iter().map(|gap| gap.cve_addressed);
    numbers.fold(0, u64::saturating_add)
}
