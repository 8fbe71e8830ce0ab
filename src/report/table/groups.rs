//! The figures by device group, platform and tag: the largest groups of each first.

use std::io;

use super::{Cell, RowWriter, Table, column::columns, scope::Condition::Software};
use crate::{
    aggregate::{Group, Share},
    report::Run,
};

/// The figures of groups of machines.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Groups;

/// The display text for an empty value.
const NO_VALUE: &str = "(none)";

/// The display text of a group's value. Text from outside.
pub(in crate::report) fn shown_value(group: &Group) -> &str {
    match group.value.as_str() {
        "" => NO_VALUE,
        value => value,
    }
}

impl Table for Groups {
    type Row<'run> = &'run Group;

    const FILE: &'static str = "summary.json";

    const COLUMNS: &'static [super::Column<Self>] = columns! {
        "by" Word [sheet("By", 12)] |it| Cell::Word(it.by.as_str());
        "value" Text [sheet("Value", 36) page("Value")] |it| Cell::Foreign(shown_value(it));
        "machines" Number [sheet("Machines", 12) page("Machines")] |it| it.figures.machines;
        "answered" Number [sheet("Answered", 12) page("Answered")] |it| it.figures.answered;
        "fullyPatched" Number [sheet("Fully patched", 15) page("Fully patched")] |it| it.figures.fully_patched;
        "percentFullyPatched" Percent [sheet("% fully patched", 17) page("% fully patched")] |it| Share { part: it.figures.fully_patched, whole: it.figures.answered };
        "unsupported" Number [only_if(Software) sheet("Unsupported", 14) page("Unsupported")] |it| it.figures.unsupported;
        "gaps" Number [sheet("Gaps", 12) page("Gaps")] |it| it.figures.gaps;
        "exposure" Number [sheet("Exposure", 15) page("Exposure")] |it| it.figures.exposure;
    };

    fn count(run: &Run<'_>) -> u64 {
        run.fleet.breakdown.len() as u64
    }

    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        run.fleet.breakdown.iter().try_for_each(|row| write(&row))
    }
}
