//! `--lake`: adds the tables of a run to those of all runs, once its reports are written.
//!
//! A stopped run is added only after it has been resumed and has all its answers. A run that
//! reached its time limit is added as it is. A run that is in the lake is not added again; if it
//! could not be added, it is not closed in the store, so that the next start resumes it.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::error::DeliveryError;
use crate::{
    config::{Config, Place},
    defender::auth::SignInError,
    domain::ending::Ending,
    places::{PlaceError, connect_lake},
    report::lake::{Lake, LakeError, Trouble},
    run::{RunError, messages::inform, reporting::data::RunData},
};

/// Checks before anything is requested that the run can be added.
pub(in crate::run) async fn check(config: &Config, now: Timestamp) -> Result<(), RunError> {
    match &config.lake {
        Some(place) => checked(place, config, now).await.map(drop),
        None => Ok(()),
    }
}

/// Also checks write access with a temporary file. Returns the error if the file could not be
/// removed.
pub(crate) async fn try_out(
    place: &Place,
    config: &Config,
    now: Timestamp,
) -> Result<Option<Trouble>, RunError> {
    let lake = checked(place, config, now).await?;
    lake.try_out().await.map_err(of_sign_in)
}

async fn checked(place: &Place, config: &Config, now: Timestamp) -> Result<Lake, RunError> {
    let tenant = config.sign_in.tenant_id.as_deref();
    let lake = prepare(place, config, now, tenant).await;
    lake.map_err(|problem| match problem {
        DeliveryError::Lake(error) => of_sign_in(error),
        problem => problem.into(),
    })
}

/// The failed sign-in behind an error, if there is one.
fn of_sign_in(error: LakeError) -> RunError {
    let place = error.trouble().and_then(|it| it.problem::<PlaceError>());
    match place {
        Some(PlaceError::SignIn { source, .. }) => RunError::SignIn(SignInError::clone(source)),
        _ => DeliveryError::from(error).into(),
    }
}

/// Adds the tables of a run, if there is a lake.
pub(in crate::run) async fn add(
    data: &RunData<'_>,
    ending: &Ending,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<(), RunError> {
    let config = data.sources.config;
    let Some(place) = &config.lake else {
        return Ok(());
    };
    let message = if ending.word().reached_its_goal() {
        let added = stop.run_until_cancelled(add_to(place, data, now)).await;
        let added = added.ok_or_else(|| DeliveryError::NotAdded(place.to_string()))?;
        in_words(&added.map_err(|problem| DeliveryError::NotInLake(Box::new(problem)))?)
    } else {
        "the run is added when it has been resumed".to_owned()
    };
    inform(config.console, &format!("lake {place}: {message}"));
    Ok(())
}

/// Adds the tables of a run that the lake lacks. Returns their names.
async fn add_to(
    place: &Place,
    data: &RunData<'_>,
    now: Timestamp,
) -> Result<Vec<&'static str>, DeliveryError> {
    let (facts, extras) = data.with_run(|run| (run.facts.clone(), run.extras()));
    let tenant = facts.tenant_id.as_deref();
    let lake = prepare(place, data.sources.config, now, tenant).await?;
    let missing = lake.missing(&facts, extras).await?;
    let staged = data.with_run(|run| lake.stage(&missing, run))?;
    Ok(lake.add(staged, &facts).await?)
}

async fn prepare(
    place: &Place,
    config: &Config,
    now: Timestamp,
    tenant: Option<&str>,
) -> Result<Lake, DeliveryError> {
    let files = connect_lake(place, config, now).map_err(DeliveryError::NoLake)?;
    Ok(Lake::prepare(files, tenant).await?)
}

fn in_words(added: &[&str]) -> String {
    if added.is_empty() {
        "it has this run already, and nothing is added again".to_owned()
    } else {
        format!("{} added", added.join(", "))
    }
}
