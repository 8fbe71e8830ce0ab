//! The rows from the files of an export.

use futures::{StreamExt, stream};
use tracing::info;

use super::{BulkFetcher, Fetched, NoRows, download::Download};
use crate::{
    collect::retrying::Retrying,
    defender::{BulkApi, BulkRows, Export, FileProblem},
    domain::{api::Api, bulk::Dataset, requests::Requests},
    quota::Permit,
};

/// The number of concurrent downloads.
const CONCURRENT_DOWNLOADS: usize = 4;
/// The maximum number of further exports requested when the URLs of the previous one have expired.
const MAX_NEW_EXPORTS: u32 = 2;

/// Why the files of an export could not be read.
struct NoFiles {
    /// Whether a new export may help.
    is_expired: bool,
    because: String,
}

impl<A: BulkApi> BulkFetcher<'_, A> {
    /// The rows of all files, or why one of them could not be read.
    pub(super) async fn read_files<R: BulkRows>(&self) -> Result<Fetched<R>, NoRows> {
        let mut new_exports = 0;
        let mut requests = Requests::default();
        loop {
            let export = self.export(R::DATASET, &mut requests).await?;
            let generated_at = export.generated_at.unwrap_or_else(self.clock);
            let problem = match self.rows_of(&export).await {
                Ok(rows) => return Fetched::new(rows, generated_at, requests),
                Err(problem) => problem,
            };
            if !problem.is_expired || new_exports == MAX_NEW_EXPORTS {
                return Err(problem.because.into());
            }
            new_exports += 1;
            info!(
                "The addresses of the files of the {} are no longer accepted ({}): requesting new ones",
                R::DATASET,
                problem.because
            );
        }
    }

    pub(in crate::collect) async fn export(
        &self,
        dataset: Dataset,
        requests: &mut Requests,
    ) -> Result<Export, NoRows> {
        let calls = Retrying::new(self.gate.limiter(dataset.export()), self.retries);
        let send = async |permit: &Permit<'_>| self.api.export(dataset, permit).await;
        let what = format!("the files of the {dataset}");
        Ok(calls.call(&what, requests, send).await?)
    }

    /// The rows of all files. The first failure ends the other downloads.
    async fn rows_of<R: BulkRows>(&self, export: &Export) -> Result<R, NoFiles> {
        let limiter = self.gate.limiter(Api::ExportFiles);
        let downloads = stream::iter(&export.files).map(|file| async move {
            let rows = Download::new(self.api, limiter, file, self.retries).rows();
            rows.await.map_err(|error| NoFiles {
                is_expired: error.problem == FileProblem::Expired,
                because: format!("{file}: {error}"),
            })
        });
        let mut downloads = downloads.buffer_unordered(CONCURRENT_DOWNLOADS);
        let mut all = R::default();
        while let Some(rows) = downloads.next().await {
            all.merge(rows?);
        }
        Ok(all)
    }
}
