//! The session with a bulk source.

use jiff::Timestamp;

use crate::{
    collect::{
        bulk::{BulkFetcher, NoRows},
        export,
        hunting::HuntingFetcher,
    },
    defender::Session,
    domain::{requests::Requests, vulnerabilities::BulkAnswers},
    quota::Gate,
    run::prepare::Setup,
};

/// Where the source is read from.
#[derive(Clone, Copy)]
pub(in crate::run) enum BulkSession<'run> {
    Export(&'run Session),
    Hunting(&'run Session),
}

impl BulkSession<'_> {
    /// Fetches the answers for all machines. Also returns how many calls were sent.
    pub(in crate::run) async fn fetch(
        self,
        setup: &Setup<'_>,
        gate: &Gate,
    ) -> Result<(BulkAnswers, Requests), NoRows> {
        let retries = setup.input.config.service.retries;
        let clock = Timestamp::now;
        match self {
            Self::Export(api) => {
                let fetcher = BulkFetcher {
                    api,
                    gate,
                    retries,
                    clock,
                };
                export::fetch(&fetcher).await
            }
            Self::Hunting(api) => {
                let fetcher = HuntingFetcher {
                    api,
                    gate,
                    retries,
                    clock,
                    machines: setup.input.inventory.machines.len() as u64,
                };
                fetcher.fetch().await
            }
        }
    }
}
