//! Which machines a run calls for, if not all.

use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::warn;

use super::bulk_source::BulkSource;
use crate::{
    collect::{census::ServiceCensus, selective::Selector},
    config::AnswerSource,
    domain::{
        bulk::BulkRun, call_selection::CallSelection, ending::Ending, machine::MachineId,
        text::chain,
    },
    store::{RunRecord, Store},
};

/// Which machines a run calls for.
pub(super) enum Calls {
    /// All of them.
    Every,
    /// All of them, because the others' answers could not be kept or inferred.
    EveryBecause(CallSelection),
    /// Some of them.
    Selected(Selection),
    /// None: a source that has all machines at once was read.
    Bulk(BulkSource),
    /// None: such a source could not be read, and that ends the run.
    NoBulk(Ending),
}

impl Calls {
    /// What selects them, if not all are called for.
    pub(super) const fn selection(&self) -> Option<&Selection> {
        match self {
            Self::Selected(selection) => Some(selection),
            _ => None,
        }
    }

    /// How the selection went; `None` if none was wanted.
    pub(super) fn result(&self) -> Option<CallSelection> {
        match self {
            Self::EveryBecause(why) => Some(why.clone()),
            Self::Selected(selection) => Some(selection.result()),
            Self::Every | Self::Bulk(_) | Self::NoBulk(_) => None,
        }
    }

    /// The source that has all machines at once, if that is where the answers come from.
    pub(super) const fn bulk(&self) -> Option<BulkRun> {
        match self {
            Self::Bulk(source) => Some(source.run),
            _ => None,
        }
    }
}

/// What a run starts with that does not call for every machine.
pub(super) struct Selection {
    pub(super) selector: Arc<Mutex<Selector>>,
    /// The service's own count, from before the calls.
    pub(super) census: ServiceCensus,
    pub(super) source: AnswerSource,
    /// The number of machines that the service named as changed, if it was asked for them.
    pub(super) named: Option<u64>,
    /// The time up to which the service's changes are taken into account, if they are.
    pub(super) watermark: Option<Timestamp>,
}

impl Selection {
    /// Keeps the last answers of the machines for which nothing can have changed, and records how the
    /// selection went. If that fails, these machines are pending.
    pub(super) fn keep(&self, record: &RunRecord, ending: &Ending, store: &mut Store) {
        let kept: Vec<MachineId> = self.selector.lock().kept().collect();
        let kept = store.keep_answers(record, kept);
        let kept = kept.and_then(|()| store.set_selection(record.run, Some(&self.result())));
        let kept = kept.and_then(|()| match (self.watermark, ending) {
            // A run that ended early has not queried all that changed.
            (Some(watermark), Ending::Finished) => {
                store.set_changes_watermark(record.service_number, watermark)
            }
            _ => Ok(()),
        });
        if let Err(problem) = kept {
            warn!("Kept answers could not be stored: {}", chain(&problem));
        }
    }

    /// How the selection went.
    fn result(&self) -> CallSelection {
        let selector = self.selector.lock();
        CallSelection {
            source: self.source.to_string(),
            cohorts: self.source.cohorts.then(|| selector.cohorts() as u64),
            rechecked: selector.accuracy(),
            named: self.named,
            announced: selector.announced(),
            everyone_because: selector
                .missed_too_many()
                .then(|| selector.accuracy().sentence()),
        }
    }
}
