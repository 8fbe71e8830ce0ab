//! `--metrics`: the results of a run, in a text file that Prometheus' exporters read.
//!
//! - `samples`: what is measured
//! - `error`: why the file is not written
//! - `text`: the file, which may have the samples of several tenants: a run replaces those of its
//!   own
//!
//! The file is replaced in one step. A run that ended before it had reports only replaces the
//! samples about the attempt: the last success and the last figures stay.

mod error;
mod samples;
mod text;

use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
};

use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::warn;

pub(super) use self::{error::MetricsError, samples::figures, text::Sample};
use self::{
    samples::attempt,
    text::{Samples, is_ours, tenant_label},
};
use crate::{
    config::Config,
    domain::exit_code::ExitCode,
    report::output::{temporary, write_public},
};

/// Held while the file is read and replaced, so that tenants write one after the other.
static WRITING: Mutex<()> = Mutex::new(());

/// Checks that the metrics can be written, and would not replace anything else.
pub(super) fn check(config: &Config) -> Result<(), MetricsError> {
    let Some(path) = &config.metrics else {
        return Ok(());
    };
    let unwritable = |source| MetricsError::Unwritable {
        path: path.clone(),
        source,
    };
    let text = read(path).map_err(unwritable)?;
    if !text.is_empty() && !is_ours(&text) {
        return Err(MetricsError::Others(path.clone()));
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(unwritable)?;
    temporary(folder).map(drop).map_err(unwritable)
}

/// Writes the metrics of a run whose reports have these figures.
pub(super) fn write(config: &Config, figures: Vec<Sample>, started: Timestamp, code: ExitCode) {
    let mut samples = attempt(started, Timestamp::now(), code);
    samples.extend(figures);
    replace(config, |old, tenant| old.with_run(tenant, samples));
}

/// Writes the metrics of a failed run. A dry run requests nothing, so it writes none.
pub(super) fn write_failure(config: &Config, started: Timestamp, code: ExitCode) {
    if config.dry_run {
        return;
    }
    let samples = attempt(started, Timestamp::now(), code);
    replace(config, |old, tenant| old.with_failure(tenant, samples));
}

fn replace(config: &Config, change: impl FnOnce(Samples, &str) -> Samples) {
    let Some(path) = &config.metrics else {
        return;
    };
    let tenant = tenant_label(config.sign_in.tenant_id.as_deref());
    let _writing = WRITING.lock();
    let written = read(path).and_then(|old| {
        let samples = change(Samples::read(&old), &tenant);
        write_public(path, samples.to_string().as_bytes())
    });
    if let Err(error) = written {
        warn!("the metrics {} cannot be written: {error}", path.display());
    }
}

/// The text of the file; empty if there is none.
fn read(path: &Path) -> io::Result<String> {
    match fs::read(path) {
        Ok(text) => Ok(String::from_utf8_lossy(&text).into_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
    }
}
