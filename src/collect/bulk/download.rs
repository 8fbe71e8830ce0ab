//! Downloads one file and decodes it at the same time; continues after a failure.

use std::time::Duration;

use futures::StreamExt;
use hyper::body::{Buf, Bytes};
use tokio::{
    sync::mpsc::{Sender, channel},
    task::spawn_blocking,
    time::{sleep, timeout},
};
use tracing::warn;

use super::{
    chunks::ChunkReader,
    decode::{FileLimits, decode},
};
use crate::{
    defender::{BulkApi, BulkRows, ExportFile, FileError, FileProblem},
    domain::{bulk::Dataset, text::span},
    quota::Limiter,
};

/// The number of chunks that may wait to be decoded.
const CHUNKS_AHEAD: usize = 16;
/// The time limit for a file, from the first byte to the last row.
const FILE_TIMEOUT: Duration = Duration::from_hours(1);
/// The delay before the first retry; doubled for each further one.
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(1);
/// The maximum delay before a retry.
const MAX_RETRY_DELAY: Duration = Duration::from_mins(1);

/// Downloads and decodes one file.
pub(super) struct Download<'run, A> {
    pub(super) api: &'run A,
    pub(super) limiter: &'run Limiter,
    pub(super) file: &'run ExportFile,
    /// The number of remaining retries.
    pub(super) retries: u32,
    delay: Duration,
}

impl<'run, A: BulkApi> Download<'run, A> {
    pub(super) fn new(
        api: &'run A,
        limiter: &'run Limiter,
        file: &'run ExportFile,
        retries: u32,
    ) -> Self {
        Self {
            api,
            limiter,
            file,
            retries,
            delay: FIRST_RETRY_DELAY,
        }
    }

    /// The rows of the file, with retries.
    pub(super) async fn rows<R: BulkRows>(mut self) -> Result<R, FileError> {
        let Ok(rows) = timeout(FILE_TIMEOUT, self.rows_in_time()).await else {
            let problem = format!("it took longer than {}", span(FILE_TIMEOUT));
            return Err(FileError::new(FileProblem::Final, problem));
        };
        rows
    }

    async fn rows_in_time<R: BulkRows>(&mut self) -> Result<R, FileError> {
        loop {
            match self.attempt().await {
                Ok(rows) => return Ok(rows),
                Err(error) => self.wait_to_retry(R::DATASET, error).await?,
            }
        }
    }

    /// The rows, read from the beginning of the file.
    async fn attempt<R: BulkRows>(&mut self) -> Result<R, FileError> {
        let (sender, receiver) = channel(CHUNKS_AHEAD);
        let decoder =
            spawn_blocking(|| decode::<R>(ChunkReader::new(receiver), FileLimits::of(R::DATASET)));
        let downloaded = self.download(R::DATASET, sender).await;
        let rows = decoder.await;
        downloaded?;
        rows.unwrap_or_else(|_| {
            let problem = "it could not be decoded";
            Err(FileError::new(FileProblem::Final, problem))
        })
    }

    /// Sends the file's bytes to the decoder. After a failure, the download continues where it stopped; the
    /// checksum at the end of the file shows whether the parts belong together.
    async fn download(
        &mut self,
        dataset: Dataset,
        decoder: Sender<Bytes>,
    ) -> Result<(), FileError> {
        let mut received = 0;
        while let Err(error) = self.download_rest(&decoder, &mut received).await {
            self.wait_to_retry(dataset, error).await?;
        }
        Ok(())
    }

    async fn download_rest(
        &self,
        decoder: &Sender<Bytes>,
        received: &mut u64,
    ) -> Result<(), FileError> {
        let permit = self.limiter.permit().await.map_err(|_| {
            let problem = "the call could not be recorded";
            FileError::new(FileProblem::Final, problem)
        })?;
        let body = self.api.export_file(self.file, *received, &permit).await?;
        let mut known = received.saturating_sub(body.start);
        let mut chunks = body.chunks;
        while let Some(chunk) = chunks.next().await {
            let mut chunk = chunk?;
            let skipped = chunk
                .len()
                .min(usize::try_from(known).unwrap_or(usize::MAX));
            chunk.advance(skipped);
            known -= skipped as u64;
            *received += chunk.len() as u64;
            if !chunk.is_empty() && decoder.send(chunk).await.is_err() {
                // The decoder has found an error and needs no more data.
                return Ok(());
            }
        }
        Ok(())
    }

    /// Waits before the next attempt, or returns the error if there is none.
    async fn wait_to_retry(&mut self, dataset: Dataset, error: FileError) -> Result<(), FileError> {
        let FileProblem::Passing(wait) = error.problem else {
            return Err(error);
        };
        if self.retries == 0 {
            return Err(error);
        }
        self.retries -= 1;
        warn!("{} of the {dataset}: {error}; retrying", self.file);
        sleep(wait.unwrap_or(self.delay)).await;
        self.delay = (self.delay * 2).min(MAX_RETRY_DELAY);
        Ok(())
    }
}
