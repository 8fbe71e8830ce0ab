//! The gaps in their order, in groups that fit into memory.

use std::{io, mem, sync::Arc};

use jiff::Timestamp;

use crate::{
    aggregate::MachineRow,
    domain::{kb::MissingKb, machine::MachineId},
    report::Run,
};

/// The rows of a row group.
pub(super) type Group<'run> = [Row<'run>];

/// A gap, and whose it is.
#[derive(Debug)]
pub(super) struct Row<'run> {
    pub(super) machine: &'run MachineId,
    pub(super) answered_at: Timestamp,
    pub(super) gap: Arc<MissingKb>,
}

/// Hands over all gaps by machine id, then by KB id: about `most` at a time.
pub(super) fn rows<'run>(
    run: &Run<'run>,
    most: usize,
    take: &mut dyn FnMut(&Group<'run>) -> io::Result<()>,
) -> io::Result<()> {
    let mut group = Vec::new();
    for machine in run.fleet.machines_by_id() {
        push(run, machine, &mut group)?;
        if group.len() >= most {
            take(&mem::take(&mut group))?;
        }
    }
    if group.is_empty() {
        return Ok(());
    }
    take(&group)
}

fn push<'run>(
    run: &Run<'run>,
    machine: &'run MachineRow,
    group: &mut Vec<Row<'run>>,
) -> io::Result<()> {
    let Ok(answered) = &machine.result else {
        return Ok(());
    };
    let missing = machine.missing(run.gaps)?;
    group.extend(missing.iter().map(|gap| Row {
        machine: &machine.id,
        answered_at: answered.answered_at(),
        gap: Arc::clone(gap),
    }));
    Ok(())
}
