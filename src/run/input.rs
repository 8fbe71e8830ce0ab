//! The input of a run.

use jiff::{Timestamp, ZonedDateTime};

use crate::{
    collect::per_machine::Stops,
    config::Config,
    domain::ending::Ending,
    inventory::Inventory,
    progress::Bar,
    report::output::Input,
    run::{deadline, inputs::criteria::Criteria},
    store::StoreFile,
};

/// The input of a run. `report` and `demo` differ only in its origin.
#[derive(Clone, Copy)]
pub(crate) struct RunInput<'run> {
    pub(crate) config: &'run Config,
    /// The files that reports must not replace.
    pub(crate) inputs: &'run [Input],
    /// The file of the store.
    pub(crate) state: &'run StoreFile,
    pub(crate) inventory: &'run Inventory,
    pub(crate) criteria: &'run Criteria,
    pub(crate) started: &'run ZonedDateTime,
    pub(crate) bar: &'run Bar,
    /// Cancelled when the run is interrupted.
    pub(crate) stops: &'run Stops,
}

impl RunInput<'_> {
    /// The result of the work; fails if the run is interrupted or reaches its time limit meanwhile.
    pub(super) async fn in_time<T>(self, work: impl Future<Output = T>) -> Result<T, Ending> {
        tokio::select! {
            biased;
            () = self.stops.gentle.cancelled() => Err(Ending::Interrupted),
            () = deadline::reached(self.config.until, Timestamp::now) => Err(Ending::OutOfTime),
            result = work => Ok(result),
        }
    }
}

/// Why something is missing from a run that ended like this, as worded in the reports.
pub(super) fn missing_because(ending: &Ending) -> String {
    let because = match ending {
        Ending::OutOfTime => "the time limit was reached",
        Ending::Interrupted => "the run was interrupted",
        Ending::StoreFailed => "the store could not be written",
        _ => "the run ended early",
    };
    because.to_owned()
}
