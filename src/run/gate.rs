//! The gate of a run, including the quota that earlier processes have used.

use std::sync::Arc;

use parking_lot::Mutex;

use super::{RunError, identity::Identity};
use crate::{
    config::Config,
    domain::{api::Api, limits::Pace},
    quota::{EarlierUsage, Gate, Rules},
    store::{Counting, DirectLedger, Store},
};

/// The gate for an app registration, including the calls of earlier processes.
pub(crate) fn gate(config: &Config, store: &Store, identity: &Identity) -> Result<Gate, RunError> {
    let application = &identity.application;
    let mut gate = unused(config);
    for &api in Api::ALL {
        let counting = counting(config, api);
        let calls = counting.map(|counting| store.call_ages(application, api, counting));
        let earlier = EarlierUsage {
            calls: calls.transpose()?.unwrap_or_default(),
            latency: store.usual_latency(application, api)?,
            pause: store.remaining_pause(application, api)?,
        };
        gate.restore(api, &earlier);
    }
    Ok(gate)
}

/// The gate for the few calls besides those for machines: each is recorded in the store itself.
pub(super) fn recording_gate(
    config: &Config,
    store: &Arc<Mutex<Store>>,
    identity: &Identity,
) -> Result<Gate, RunError> {
    let gate = gate(config, &store.lock(), identity)?;
    let application = &identity.application;
    let ledger = |api| DirectLedger::new(Arc::clone(store), application.clone(), api);
    Ok(gate.recording_in(|api| Arc::new(ledger(api))))
}

/// The gate before the calls of earlier processes are known.
pub(crate) fn unused(config: &Config) -> Gate {
    Gate::new(|api| rules(config, api))
}

/// Which earlier calls the configured windows may still count; `None` if there are no windows.
pub(crate) fn counting(config: &Config, api: Api) -> Option<Counting> {
    let longest = rules(config, api).limits.longest()?;
    Some(Counting {
        longest,
        timeout: config.service.timeout,
    })
}

/// The configured limits and pace for an API.
pub(crate) fn rules(config: &Config, api: Api) -> Rules {
    match api {
        Api::MissingKbs => Rules {
            limits: config.limits.clone(),
            pace: config.pace,
        },
        _ => Rules {
            limits: api.documented_limits().unwrap_or_default(),
            pace: Pace::default(),
        },
    }
}
