//! Passes outcomes on while they are collected.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{collect::selective::Selector, domain::outcome::Outcome};

/// Hears every outcome, if somebody needs it before the end.
#[derive(Debug, Clone, Default)]
pub(super) struct Listener(Option<Arc<Mutex<Selector>>>);

impl Listener {
    pub(super) fn of(selector: &Arc<Mutex<Selector>>) -> Self {
        Self(Some(Arc::clone(selector)))
    }

    pub(super) fn hear(&self, outcome: &Outcome) {
        if let Some(selector) = &self.0 {
            selector.lock().record(outcome);
        }
    }
}
