//! The run's figures: what `summary.json` says, and `report.json` with it.

use serde::Serialize;

use crate::{
    aggregate::Fleet,
    changes::{self, Tally},
    collect::Requests,
    domain::ending::{EndingWord, RunOutcome},
    inventory::Inventory,
    report::{Run, Tool, time::rfc3339},
};

/// Goes up when a field changes its meaning or goes away, not when one is added.
pub(super) const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'run> {
    schema_version: u32,
    tool: Tool,
    tenant_id: Option<&'run str>,
    outcome: RunOutcome,
    ended: Option<EndingWord>,
    started_at: String,
    finished_at: String,
    api_url: &'run str,
    inventory: InventoryRows<'run>,
    machines: Machines,
    kbs: usize,
    gaps: u64,
    exposure: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<ChangeCounts>,
    requests: Requests,
    files: &'run [String],
    /// Numbers in the answers that could not be read.
    unreadable: u64,
}

#[derive(Serialize)]
struct InventoryRows<'run> {
    file: &'run str,
    #[serde(rename = "rows")]
    all: u64,
    machines: usize,
    duplicates: u64,
    invalid: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Machines {
    answered: u64,
    reused: u64,
    not_found: u64,
    failed: u64,
    pending: u64,
    with_gaps: u64,
    clean: u64,
    no_current_data: u64,
    /// Of the clean ones, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_not_understood: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeCounts {
    base: Base,
    new: u64,
    resolved: u64,
    replaced: u64,
    still_missing: u64,
    returned: u64,
    not_answered: u64,
    out_of_scope: u64,
    appeared: u64,
    exposure: ExposureChanges,
    machines: MachineChanges,
}

/// What each class did to the exposure.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExposureChanges {
    new: i64,
    resolved: i64,
    replaced: i64,
    still_missing: i64,
    returned: i64,
    not_answered: i64,
    out_of_scope: i64,
    appeared: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Base {
    run: i64,
    started_at: String,
    finished_at: String,
    machines: u64,
    same_fleet: bool,
    enough: bool,
    answered: u64,
    with_gaps: u64,
    kbs: u64,
    gaps: u64,
    exposure: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MachineChanges {
    newly_clean: u64,
    newly_affected: u64,
    appeared: u64,
    left: u64,
    not_answered: u64,
}

impl<'run> Document<'run> {
    pub(super) fn of(run: &Run<'run>) -> Self {
        let Run {
            inventory,
            fleet,
            facts,
            ..
        } = *run;
        Self {
            schema_version: SCHEMA_VERSION,
            tool: facts.tool,
            tenant_id: facts.tenant_id.as_deref(),
            outcome: facts.outcome,
            ended: facts.ended,
            started_at: rfc3339(facts.started_at),
            finished_at: rfc3339(facts.finished_at),
            api_url: &facts.api_url,
            inventory: inventory.into(),
            machines: fleet.into(),
            kbs: fleet.kbs.len(),
            gaps: fleet.gaps,
            exposure: fleet.exposure,
            changes: run.past.map(|past| past.changes.into()),
            requests: facts.requests,
            files: &facts.files,
            unreadable: fleet.unreadable.values,
        }
    }
}

impl<'run> From<&'run Inventory> for InventoryRows<'run> {
    fn from(inventory: &'run Inventory) -> Self {
        Self {
            file: &inventory.file,
            all: inventory.rows(),
            machines: inventory.machines.len(),
            duplicates: inventory.duplicates,
            invalid: inventory.rejected.len(),
        }
    }
}

impl From<&Fleet> for Machines {
    fn from(fleet: &Fleet) -> Self {
        let coverage = fleet.coverage;
        Self {
            answered: coverage.answered,
            reused: coverage.reused,
            not_found: coverage.not_found,
            failed: coverage.failed,
            pending: coverage.pending,
            with_gaps: coverage.with_gaps,
            clean: coverage.clean,
            no_current_data: coverage.no_current_data,
            last_seen_not_understood: fleet.unread_last_seen.as_ref().map(|it| it.machines),
        }
    }
}

impl From<&changes::Changes> for ChangeCounts {
    fn from(changes: &changes::Changes) -> Self {
        let tally = changes.tally;
        Self {
            base: (&changes.base).into(),
            new: tally.new,
            resolved: tally.resolved,
            replaced: tally.replaced,
            still_missing: tally.still_missing,
            returned: tally.returned,
            not_answered: tally.not_answered,
            out_of_scope: tally.out_of_scope,
            appeared: tally.appeared,
            exposure: changes.exposure.into(),
            machines: changes.machines.into(),
        }
    }
}

impl From<changes::Exposure> for ExposureChanges {
    fn from(exposure: changes::Exposure) -> Self {
        let of = |class: fn(&Tally) -> u64| difference(class(&exposure.now), class(&exposure.then));
        Self {
            new: of(|it| it.new),
            resolved: of(|it| it.resolved),
            replaced: of(|it| it.replaced),
            still_missing: of(|it| it.still_missing),
            returned: of(|it| it.returned),
            not_answered: of(|it| it.not_answered),
            out_of_scope: of(|it| it.out_of_scope),
            appeared: of(|it| it.appeared),
        }
    }
}

/// What one number is more than another, as far as JSON's readers can hold it.
fn difference(now: u64, then: u64) -> i64 {
    let difference = i128::from(now) - i128::from(then);
    i64::try_from(difference).unwrap_or(if now > then { i64::MAX } else { i64::MIN })
}

impl From<&changes::Base> for Base {
    fn from(base: &changes::Base) -> Self {
        let figures = base.figures;
        Self {
            run: base.run,
            started_at: rfc3339(base.started_at),
            finished_at: rfc3339(base.finished_at),
            machines: base.machines,
            same_fleet: base.is_same_fleet,
            enough: base.is_enough(),
            answered: figures.answered,
            with_gaps: figures.with_gaps,
            kbs: figures.kbs,
            gaps: figures.gaps,
            exposure: figures.exposure,
        }
    }
}

impl From<changes::MachineTally> for MachineChanges {
    fn from(machines: changes::MachineTally) -> Self {
        Self {
            newly_clean: machines.newly_clean,
            newly_affected: machines.newly_affected,
            appeared: machines.appeared,
            left: machines.left,
            not_answered: machines.not_answered,
        }
    }
}
