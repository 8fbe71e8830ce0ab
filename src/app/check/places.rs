//! Whether reports can be uploaded, and runs added to the lake: writes a small file to each place,
//! and removes it.

use jiff::Timestamp;
use tracing::{error, warn};

use crate::{
    config::{Config, Place},
    console::{LabelledLines, PrintError, print},
    domain::text::chain,
    run::{
        RunError,
        deliver::{lake, upload},
    },
};

/// Tests the places of a run, and prints whether they work. Returns the first failure.
pub(super) async fn places(config: &Config, now: Timestamp) -> Result<(), RunError> {
    let (upload, lake) = both(config, now).await;
    if let Some(place) = &config.upload {
        print_upload("upload", place, upload.is_ok())?;
    }
    if let Some(place) = &config.lake {
        print_line("lake", place, lake.is_ok(), "tables can be added")?;
    }
    first(upload, lake)
}

/// Tests the places of a tenant. Returns which of them work, as text.
pub(super) async fn places_of_tenant(config: &Config, now: Timestamp) -> Result<String, RunError> {
    let (upload, lake) = both(config, now).await;
    first(upload, lake)?;
    let upload = config.upload.as_ref().map(|_| ", upload works");
    let lake = config.lake.as_ref().map(|_| ", lake works");
    Ok([upload, lake].into_iter().flatten().collect())
}

/// Tests the place that the overview of all tenants is uploaded to, and prints whether it works.
pub(super) async fn place_of_overview(
    place: Option<&Place>,
    common: &Config,
    now: Timestamp,
) -> Result<(), RunError> {
    let Some(place) = place else {
        return Ok(());
    };
    let tried = upload::try_out(place, common, now).await;
    print_upload("overview", place, tried.is_ok())?;
    tried
}

/// Tests both places, if they are configured.
async fn both(config: &Config, now: Timestamp) -> (Result<(), RunError>, Result<(), RunError>) {
    let upload = match &config.upload {
        Some(place) => upload::try_out(place, config, now).await,
        None => Ok(()),
    };
    let lake = match &config.lake {
        Some(place) => try_lake(place, config, now).await,
        None => Ok(()),
    };
    (upload, lake)
}

async fn try_lake(place: &Place, config: &Config, now: Timestamp) -> Result<(), RunError> {
    if let Some(problem) = lake::try_out(place, config, now).await? {
        warn!(
            "The file of this check stays in the lake, which is harmless: {}",
            chain(&problem)
        );
    }
    Ok(())
}

/// The first failure. The second one is logged.
fn first(one: Result<(), RunError>, other: Result<(), RunError>) -> Result<(), RunError> {
    match (one, other) {
        (Err(first), Err(second)) => {
            log(&second);
            Err(first)
        }
        (one, other) => one.and(other),
    }
}

/// Logs a failure if another one is returned.
pub(super) fn log(failure: &RunError) {
    error!(hint = failure.hint(), "{}", chain(failure));
}

fn print_upload(label: &str, place: &Place, works: bool) -> Result<(), PrintError> {
    print_line(label, place, works, "files can be written and removed")
}

fn print_line(label: &str, place: &Place, works: bool, ability: &str) -> Result<(), PrintError> {
    let said = if works { ability } else { "fails" };
    print(&LabelledLines::one(label, &format!("{place}: {said}")))
}
