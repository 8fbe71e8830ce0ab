//! Passes outcomes on while they are collected.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{collect::selective::Selector, domain::outcome::Outcome};

/// Receives every outcome, if the selector of machines needs them before the end.
#[derive(Debug, Clone, Default)]
pub(super) struct Listener(Option<Arc<Mutex<Selector>>>);

impl Listener {
    pub(super) fn of(selector: &Arc<Mutex<Selector>>) -> Self {
        Self(Some(Arc::clone(selector)))
    }

    pub(super) fn record(&self, outcome: &Outcome) {
        if let Some(selector) = &self.0 {
            selector.lock().record(outcome);
        }
    }
}
