//! `patchgap machines`: the service's machine list as CSV.

use std::{
    fs::File,
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    cli,
    collect::per_machine::Stops,
    config::refuse_path,
    console::printed,
    domain::exit_code::ExitCode,
    inventory::{ServiceList, write_csv},
    report::output::check_output,
    run::{
        inputs::files::inputs,
        interrupt,
        list::{ListInput, fetch},
        messages::{inform, listed_by_service},
    },
    store::StoreFile,
};

pub(super) async fn machines(
    context: &mut Context,
    command: cli::Machines,
) -> Result<ExitCode, AppError> {
    if let Some(output) = &command.output {
        refuse_path("--output", output)?;
    }
    let resolved = context.resolve(&command.settings)?;
    let config = &resolved.config;
    let state = StoreFile::new(state(&config.store)?);
    if let Some(output) = &command.output {
        check_output(output, &inputs(&resolved, state.path(), None))?;
    }
    // Check that output is writable before sending any request.
    let file = command.output.map(OutputFile::create).transpose()?;
    let stops = Stops::default();
    interrupt::watch(stops.clone());
    let list = fetch(ListInput {
        config,
        state: &state,
        now: context.surroundings.started.timestamp(),
        stops: &stops,
    })
    .await?;
    let guard = config.reports.csv_guard;
    match file {
        Some(file) => file.write(&list, guard)?,
        None => write_output(&list, guard)?,
    }
    inform(config.console, &listed_by_service(&list));
    Ok(ExitCode::Complete)
}

/// A file that appears as a whole or not at all.
struct OutputFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl OutputFile {
    fn create(path: PathBuf) -> Result<Self, AppError> {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let created = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
        match created {
            Ok(_) if path.is_dir() => Err(failed(&path, ErrorKind::IsADirectory.into())),
            Ok(file) => Ok(Self { path, file }),
            Err(error) => Err(failed(&path, error.kind().into())),
        }
    }

    fn write(mut self, list: &ServiceList, guard: bool) -> Result<(), AppError> {
        let path = self.path;
        write(list, guard, self.file.as_file_mut()).map_err(|error| failed(&path, error))?;
        let placed = self.file.persist(&path);
        placed.map_err(|error| failed(&path, error.error))?;
        Ok(())
    }
}

fn failed(path: &Path, source: io::Error) -> AppError {
    AppError::Write {
        path: path.display().to_string(),
        source,
    }
}

fn write(list: &ServiceList, guard: bool, file: &mut File) -> io::Result<()> {
    let mut out = BufWriter::new(&mut *file);
    write_csv(list, guard, &mut out)?;
    out.flush()?;
    drop(out);
    file.sync_all()
}

fn write_output(list: &ServiceList, guard: bool) -> Result<(), AppError> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write_csv(list, guard, &mut out).and_then(|()| out.flush());
    Ok(printed(written)?)
}
