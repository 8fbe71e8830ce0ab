//! `--upload`: uploads the reports of a run, once they are written.
//!
//! As with the lake, a stopped run is uploaded only after it has been resumed; one that could not
//! be uploaded is not closed in the store, so that the next start resumes it. Reports that are
//! rendered again are also uploaded.

use jiff::{Timestamp, ZonedDateTime};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::error::DeliveryError;
use crate::{
    config::{Config, Place},
    domain::text::{chain, counted},
    places::{PlaceError, ReportFile, connect, upload},
    report::Facts,
    run::{RunError, messages::inform},
};

/// The reports that a run has written.
#[derive(Debug, Default)]
pub(in crate::run) struct WrittenFiles(Vec<ReportFile>);

impl WrittenFiles {
    /// Adds the reports with these facts. Reports about a part of the machines are uploaded under
    /// the part's name.
    pub(in crate::run) fn add(&mut self, facts: &Facts, part: Option<&str>) {
        let names = facts.files.iter().map(String::as_str);
        self.0.extend(ReportFile::all(&facts.folder, part, names));
    }
}

/// The target of an upload.
#[derive(Clone, Copy)]
pub(crate) struct Upload<'run> {
    pub(crate) config: &'run Config,
    pub(crate) place: &'run Place,
    pub(crate) started: &'run ZonedDateTime,
    /// Cancelled when the process is interrupted.
    pub(crate) stop: &'run CancellationToken,
}

/// Checks before anything is requested that reports can be uploaded to a place, if there is one.
/// Only warns of a problem that may have passed by the end of the run.
pub(crate) async fn check(
    place: Option<&Place>,
    config: &Config,
    started: &ZonedDateTime,
) -> Result<(), RunError> {
    let Some(place) = place else {
        return Ok(());
    };
    let target = connect(place, config, started.timestamp()).map_err(DeliveryError::Upload)?;
    match crate::places::check(target.as_ref()).await {
        Err(problem) if problem.is_passing() => {
            warn!(
                "The reports may not be uploaded at the end: {}",
                chain(&problem)
            );
            Ok(())
        }
        checked => checked.map_err(refused),
    }
}

/// Checks that reports can be uploaded to a place, by writing a file and removing it.
pub(crate) async fn try_out(
    place: &Place,
    config: &Config,
    now: Timestamp,
) -> Result<(), RunError> {
    let target = connect(place, config, now).map_err(DeliveryError::Upload)?;
    let tried = crate::places::try_out(target.as_ref()).await;
    tried.map_err(refused)
}

/// Why nothing can be uploaded. A refused sign-in is reported like one to the API.
fn refused(problem: PlaceError) -> RunError {
    match problem {
        PlaceError::SignIn { source, .. } => RunError::SignIn(*source),
        problem => DeliveryError::Upload(problem).into(),
    }
}

/// Logs that the reports of a stopped run are not uploaded yet.
pub(in crate::run) fn put_off(config: &Config) {
    if let Some(place) = &config.upload {
        let text = format!("{place}: the reports are uploaded when the run has been resumed");
        inform(config.console, &text);
    }
}

/// Uploads the reports of a run.
pub(in crate::run) async fn upload_run(
    config: &Config,
    written: &WrittenFiles,
    started: &ZonedDateTime,
    stop: &CancellationToken,
) -> Result<(), RunError> {
    let Some(place) = &config.upload else {
        return Ok(());
    };
    let upload = Upload {
        config,
        place,
        started,
        stop,
    };
    upload_files(upload, &written.0).await
}

/// Uploads these files.
pub(crate) async fn upload_files(to: Upload<'_>, files: &[ReportFile]) -> Result<(), RunError> {
    let uploaded = to.stop.run_until_cancelled(send(to, files)).await;
    let place = to.place;
    let uploaded = uploaded.unwrap_or_else(|| {
        Err(PlaceError::Interrupted {
            place: place.to_string(),
        })
    });
    uploaded.map_err(DeliveryError::NotUploaded)?;
    let files = counted(files.len() as u64, "file", "files");
    inform(to.config.console, &format!("{place}: {files} uploaded"));
    Ok(())
}

async fn send(to: Upload<'_>, files: &[ReportFile]) -> Result<(), PlaceError> {
    let target = connect(to.place, to.config, to.started.timestamp())?;
    upload(target.as_ref(), files).await
}
