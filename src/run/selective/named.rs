//! Before selecting: the machines that the service itself names as changed.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use jiff::Timestamp;
use tracing::warn;

use crate::{
    collect::{bulk::BulkFetcher, delta},
    config::ChangesFrom,
    defender::{
        Session,
        refusal::{EXPORT_ROLE, lacks},
    },
    domain::{machine::MachineId, text::chain},
    run::{gate::recording_gate, prepare::Prepared},
};

/// The changes that the service names.
#[derive(Default)]
pub(super) struct Named {
    /// The machines that it names; `None` if the time of the last query is not known.
    pub(super) machines: Option<HashSet<MachineId, RandomState>>,
    /// The time up to which its changes are taken into account by this run.
    pub(super) watermark: Option<Timestamp>,
}

/// Queries the service for changed machines, if that is configured. With `auto` a failure is only
/// logged, and more machines are requested; otherwise it is returned.
pub(super) async fn named(prepared: &Prepared<'_>, session: &Session) -> Result<Named, String> {
    let Prepared { setup, started, .. } = prepared;
    let source = setup.input.config.source;
    if !source.answers.changes || source.changes_from == ChangesFrom::Software {
        return Ok(Named::default());
    }
    let claims = setup.identity.claims.as_ref();
    let is_auto = source.changes_from == ChangesFrom::Auto;
    if is_auto && claims.is_none_or(|claims| lacks(claims, &[EXPORT_ROLE]).is_some()) {
        return Ok(Named::default());
    }
    match query_changes(prepared, session).await {
        Err(because) if is_auto => {
            warn!("The service was not asked for changed machines: {because}");
            Ok(Named::default())
        }
        Ok(named) if !is_auto && named.machines.is_none() => {
            let because = "the service does not remember the changes since the last such run";
            if started.machines.iter().any(|it| it.last_answered.is_some()) {
                warn!("Every machine is queried: {because}");
            }
            Ok(named)
        }
        queried => queried,
    }
}

async fn query_changes(prepared: &Prepared<'_>, session: &Session) -> Result<Named, String> {
    let Prepared {
        setup,
        started,
        store,
        ..
    } = prepared;
    let config = setup.input.config;
    let gate = recording_gate(config, store, &setup.identity).map_err(|error| chain(&error))?;
    let fetcher = BulkFetcher {
        api: session,
        gate: &gate,
        retries: config.service.retries,
        clock: Timestamp::now,
    };
    let stops = &setup.input.stops.gentle;
    let latest = stops.run_until_cancelled(delta::latest_export(&fetcher));
    let latest = latest.await.ok_or("the run was interrupted")?;
    let watermark = latest.map_err(|problem| problem.because)?;
    let earlier = store
        .lock()
        .changes_watermark(started.record.service_number);
    let earlier = earlier.map_err(|error| chain(&error))?;
    let since = earlier.and_then(|it| delta::begin(it, Timestamp::now()));
    let Some(since) = since else {
        return Ok(Named {
            machines: None,
            watermark,
        });
    };
    let changed = stops.run_until_cancelled(delta::changed_since(&fetcher, since));
    let changed = changed.await.ok_or("the run was interrupted")?;
    Ok(Named {
        machines: Some(changed.map_err(|problem| problem.because)?),
        watermark,
    })
}
