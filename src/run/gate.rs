//! The gate of a run, including the quota that earlier processes have used.

use std::sync::Arc;

use jiff::Timestamp;

use super::{RunError, identity::Identity, shared_store::SharedStore};
use crate::{
    config::Config,
    domain::{api::Api, limits::Pace},
    quota::{Gate, RateLimits, Rules},
    store::{CallLog, Counting, LearnedLimit, Store, StoreError},
};

/// The gate for an app registration, including the calls of earlier processes and the limits that they
/// learned.
pub(crate) fn gate(config: &Config, store: &Store, identity: &Identity) -> Result<Gate, RunError> {
    let log = CallLog::of(store, &identity.application);
    log.prune_limits()?;
    let learned = log.limits()?;
    let mut gate = unused(config, &learned);
    let counting = |api| counting(config, api, &learned);
    for (api, earlier) in log.earlier_usage(counting)? {
        gate.restore(api, &earlier);
    }
    Ok(gate)
}

/// With `--forget-limits`: deletes the limits that earlier processes learned, but not those that
/// this process has learned since it started.
pub(crate) fn forget_limits(
    config: &Config,
    store: &Store,
    identity: &Identity,
    started: Timestamp,
) -> Result<(), StoreError> {
    if config.store.forget_limits {
        CallLog::of(store, &identity.application).forget_limits(started)?;
    }
    Ok(())
}

/// The limits and the pace of the calls for machines; also the configured limits if they differ
/// from learned ones.
pub(crate) fn described(config: &Config, gate: &Gate) -> String {
    let limits = gate.limiter(Api::MissingKbs).limits();
    let paced = format!("{limits}, paced at {}", config.pace);
    if limits == config.limits {
        return paced;
    }
    let configured = &config.limits;
    format!("{paced}; {configured} is configured, but the service allowed less")
}

/// The gate for the few calls besides those for machines: each is recorded in the store itself.
pub(super) fn recording_gate(
    config: &Config,
    store: &SharedStore,
    identity: &Identity,
) -> Result<Gate, RunError> {
    let gate = gate(config, &store.lock(), identity)?;
    Ok(gate.recording_in(|api| Arc::new(store.ledger(&identity.application, api))))
}

/// The gate before the calls of earlier processes are known.
pub(crate) fn unused(config: &Config, learned: &[LearnedLimit]) -> Gate {
    Gate::new(|api| rules(config, api, learned))
}

/// Which earlier calls the windows may still count; `None` if there are no windows.
pub(crate) fn counting(config: &Config, api: Api, learned: &[LearnedLimit]) -> Option<Counting> {
    let longest = rules(config, api, learned).limits.longest()?;
    Some(Counting {
        longest,
        timeout: config.service.timeout,
    })
}

/// The limits and the pace for an API: as configured, but no wider than what was learned.
fn rules(config: &Config, api: Api, learned: &[LearnedLimit]) -> Rules {
    let rules = match api {
        Api::MissingKbs => Rules {
            limits: config.limits.clone(),
            pace: config.pace,
        },
        _ => Rules {
            limits: api.documented_limits().unwrap_or_default(),
            pace: Pace::default(),
        },
    };
    let learned = learned.iter().filter(|it| it.api == api);
    let narrow =
        |limits: RateLimits, it: &LearnedLimit| limits.narrowed_by(it.limit).unwrap_or(limits);
    Rules {
        limits: learned.fold(rules.limits, narrow),
        ..rules
    }
}
