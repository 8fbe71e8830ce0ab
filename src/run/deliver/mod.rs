//! Where the reports go besides their folder: the folders of `--split-by`, the lake, and the place that they are
//! uploaded to.
//!
//! - `lake`, `upload`; `error`: why either fails

pub(super) mod error;
pub(crate) mod lake;
pub(crate) mod upload;

use tracing::error;

use self::upload::{WrittenFiles, put_off, upload_run};
use super::{
    RunError, RunInput,
    prepare::Setup,
    reporting::{answers::Answers, data::RunData, split::write_parts},
};
use crate::domain::{ending::Ending, text::chain};

/// Writes the folders of `--split-by`; then adds the run to the lake, and uploads its reports. If
/// both of these fail, the second failure is only logged.
pub(super) async fn deliver(
    setup: &Setup<'_>,
    data: &RunData<'_>,
    answers: &Answers,
    ending: &Ending,
    mut written: WrittenFiles,
) -> Result<(), RunError> {
    let outcomes = |record: &mut dyn FnMut(_, _)| {
        let passed_on = answers.for_each_outcome(data.record.run, record);
        passed_on.map_err(RunError::Unreadable)
    };
    write_parts(data, &setup.output, &outcomes, &mut written)?;
    let RunInput {
        config,
        started,
        stops,
        ..
    } = setup.input;
    let added = lake::add(data, ending, started.timestamp(), &stops.gentle).await;
    let uploaded = if ending.word().reached_its_goal() {
        upload_run(config, &written, started, &stops.gentle).await
    } else {
        put_off(config);
        Ok(())
    };
    match (added, uploaded) {
        (Err(first), Err(second)) => {
            error!("{}", chain(&second));
            Err(first)
        }
        (added, uploaded) => added.and(uploaded),
    }
}
