//! `patchgap machines`: the service's machine list as CSV.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

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
    run::{
        interrupt,
        list::{ListInput, fetch},
        messages::{inform, listed_by_service},
    },
};

pub(super) async fn machines(
    context: &mut Context,
    command: cli::Machines,
) -> Result<ExitCode, AppError> {
    if let Some(output) = &command.output {
        refuse_path("--output", output)?;
    }
    let config = context.resolve(command.settings)?.config;
    let stops = Stops::default();
    interrupt::watch(stops.clone());
    let list = fetch(ListInput {
        config: &config,
        state: state(&config.store)?,
        now: context.surroundings.started.timestamp(),
        stops: &stops,
    })
    .await?;
    let guard = config.reports.csv_guard;
    match &command.output {
        Some(path) => write_file(&list, guard, path)?,
        None => write_output(&list, guard)?,
    }
    inform(config.console, &listed_by_service(&list));
    Ok(ExitCode::Complete)
}

/// Writes the file as a whole or not at all.
fn write_file(list: &ServiceList, guard: bool, path: &Path) -> Result<(), AppError> {
    let failed = |source| AppError::Write {
        path: path.display().to_string(),
        source,
    };
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut file =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    write(list, guard, file.as_file_mut()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
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
