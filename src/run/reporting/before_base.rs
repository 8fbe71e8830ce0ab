//! The answers of the runs before the base of a comparison.

use std::{collections::BTreeSet, io};

use crate::{
    domain::{
        gaps::{AnswerRef, DatedAnswer, Gaps, History},
        kb::MissingKbs,
        machine::MachineId,
        since::MissingSince,
    },
    store::{RunId, Snapshot},
};

/// Reads today's answers, those of the base, and those of the runs before it. Each comparison has
/// its own base, and so its own reader.
#[derive(Debug, Clone, Copy)]
pub(super) struct BeforeBase<'run> {
    /// The answers of today and of the base.
    pub(super) answers: &'run dyn Gaps,
    /// The earlier answers.
    pub(super) kept: &'run Snapshot,
    /// The base.
    pub(super) base: RunId,
}

impl Gaps for BeforeBase<'_> {
    fn missing(&self, answer: AnswerRef) -> io::Result<MissingKbs> {
        self.answers.missing(answer)
    }

    fn since(&self, answer: AnswerRef) -> io::Result<MissingSince> {
        self.answers.since(answer)
    }
}

impl History for BeforeBase<'_> {
    fn before_base(&self, machine: MachineId) -> io::Result<Vec<DatedAnswer>> {
        let answers = self.kept.answers_before(self.base, machine);
        answers.map_err(io::Error::other)
    }

    fn changed_products(&self, then: AnswerRef, now: AnswerRef) -> io::Result<BTreeSet<String>> {
        let products = self.kept.changed_products(then, now);
        products.map_err(io::Error::other)
    }
}
