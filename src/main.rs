//! The `patchgap` command: parse, gather the surroundings, run, exit code.

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

/// Answers are made on threads that ask, and dropped on the one that writes them down: for that,
/// and on Windows and musl for everything, the platform's own allocator is slow.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    tell_panics();
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
    // A panic is a bug: its message is on standard error, and its exit code is ours.
    let run = AssertUnwindSafe(|| app::run(cli, surroundings));
    catch_unwind(run)
        .unwrap_or(patchgap::domain::exit_code::ExitCode::Unexpected)
        .into()
}

/// All panics are bugs, but for one of somebody else's, which is told as an error.
fn tell_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !is_no_room(panic.payload()) {
            usual(panic);
        }
    }));
}
