//! `--lake`: adds the tables of a run to a folder with those of all runs, once its reports are written.
//!
//! A run that was stopped is to be resumed, and then has all its answers: nothing is added until that. A run that
//! reached its time limit is done, whether or not it is resumed. A run that is in the lake is not added again; if it
//! could not be added, it does not end in the store, so that the next start resumes it.

use super::{messages::inform, reporting::data::RunData};
use crate::{
    config::Config,
    domain::ending::Ending,
    report::{
        self,
        lake::{Added, Lake, LakeError},
    },
};

/// Checks before anything is requested that a run can be added.
pub(super) fn check(config: &Config) -> Result<(), LakeError> {
    let Some(folder) = &config.lake else {
        return Ok(());
    };
    Lake::prepare(folder, &report::lake_tables()).map(drop)
}

/// Adds the tables of a run, if there is a lake.
pub(super) fn add(data: &RunData<'_>, ending: &Ending) -> Result<(), LakeError> {
    let config = data.sources.config;
    let Some(folder) = &config.lake else {
        return Ok(());
    };
    let said = if ending.is_as_far_as_meant() {
        let tables = report::lake_tables();
        let lake = Lake::prepare(folder, &tables)?;
        let added = data.with_run(|run| lake.add(&tables, run))?;
        in_words(&added)
    } else {
        "the run is added when it has been resumed".to_owned()
    };
    inform(
        config.console,
        &format!("lake {}: {said}", folder.display()),
    );
    Ok(())
}

fn in_words(added: &Added) -> String {
    match added {
        Added::Tables(tables) => format!("{} added", tables.join(", ")),
        Added::Before => "it has this run already, and nothing is added again".to_owned(),
    }
}
