//! The `patchgap` command: parses the arguments, runs the command, and returns its exit code.

use std::{
    env,
    panic::{self, AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use mimalloc::MiMalloc;
use patchgap::{
    app::{self, Surroundings},
    cli::Cli,
    config::{Environment, Folders},
    report::is_no_room,
};

/// Answers are allocated on the collecting threads and freed on the writer thread, which the system
/// allocator handles slowly; on Windows and musl it is slow in general.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    set_panic_hook();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return app::show(&answer).into(),
    };
    let environment = Environment::new(env::vars_os(), Folders::of_platform());
    let surroundings = Surroundings {
        started: environment.now(),
        environment,
        // Empty: paths stay as they were typed, and messages short.
        working_directory: PathBuf::new(),
    };
    // A panic is a bug: the hook has printed its message, and it has an exit code of its own.
    let run = AssertUnwindSafe(|| app::run(cli, surroundings));
    catch_unwind(run)
        .unwrap_or(patchgap::domain::exit_code::ExitCode::Unexpected)
        .into()
}

/// Prints every panic except one in `rust_xlsxwriter` when the disk is full, which is reported as
/// an error of the report.
fn set_panic_hook() {
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !is_no_room(panic.payload()) {
            default_hook(panic);
        }
    }));
}
