//! Which machines a run requests, if not all.

use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::warn;

use crate::{
    collect::{census::ServiceCensus, selective::Selector},
    config::AnswerSource,
    domain::{call_selection::CallSelection, ending::Ending, machine::MachineId, text::chain},
    run::bulk::source::BulkSource,
    store::{RunRecord, Store},
};

/// Which machines a run requests.
pub(in crate::run) enum RequestedMachines {
    /// All of them.
    Every,
    /// All of them, because the others' answers could not be kept or inferred.
    EveryBecause(CallSelection),
    /// Some of them.
    Selected(Selection),
    /// None: a bulk source was read instead.
    Bulk(BulkSource),
    /// None: a bulk source could not be read, which ends the run.
    NoBulk(Ending),
}

impl RequestedMachines {
    /// The selection, if not all machines are requested.
    pub(in crate::run) const fn selection(&self) -> Option<&Selection> {
        match self {
            Self::Selected(selection) => Some(selection),
            _ => None,
        }
    }

    /// The result of the selection; `None` if none was wanted.
    pub(in crate::run) fn result(&self) -> Option<CallSelection> {
        match self {
            Self::EveryBecause(why) => Some(why.clone()),
            Self::Selected(selection) => Some(selection.result()),
            Self::Every | Self::Bulk(_) | Self::NoBulk(_) => None,
        }
    }
}

/// The selection of the machines to request.
pub(in crate::run) struct Selection {
    pub(in crate::run) selector: Arc<Mutex<Selector>>,
    /// The service's own count, from before the calls.
    pub(in crate::run) census: ServiceCensus,
    pub(in crate::run) source: AnswerSource,
    /// The number of machines that the service named as changed, if they were requested.
    pub(in crate::run) named: Option<u64>,
    /// The time up to which the service's changes are taken into account; `None` if they are not.
    pub(in crate::run) watermark: Option<Timestamp>,
}

impl Selection {
    /// Stores the last answers of the machines for which nothing can have changed as answers of
    /// this run, and the result of the selection. If that fails, these machines stay pending.
    pub(in crate::run) fn keep(&self, record: &RunRecord, ending: &Ending, store: &mut Store) {
        let kept: Vec<MachineId> = self.selector.lock().kept().collect();
        let kept = store.keep_answers(record, kept);
        let kept = kept.and_then(|()| store.set_selection(record.run, Some(&self.result())));
        let kept = kept.and_then(|()| match (self.watermark, ending) {
            // A run that ended early has not requested all changed machines.
            (Some(watermark), Ending::Finished) => {
                store.set_changes_watermark(record.service_number, watermark)
            }
            _ => Ok(()),
        });
        if let Err(problem) = kept {
            warn!("Kept answers could not be stored: {}", chain(&problem));
        }
    }

    /// The result of the selection.
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
