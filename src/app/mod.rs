//! The commands.
//!
//! - A file or folder for each command: `report`, `machines`, `demo`, `simulate`, `feeds`, `check`, `runs`,
//!   `diff`, `show`, `forget`, `completions`, `man`
//! - `all_tenants`: the tenants of a file, each with its configuration, for `report` and `check`
//! - `simulated_tenants`: several simulated tenants, for `demo` and `simulate`
//! - `context`: what all commands share: environment, configuration and logging
//! - `logging`: the log on standard error, as text or JSON, and in a file
//! - `error`: errors that end a command, with their exit codes and hints; `console`: prints them
//! - `first_error`: a writer that keeps its first error, for `diff`
//! - `placeholders`: checks `{tenant}` in paths; `open_files`: raises the limit of open files

mod all_tenants;
mod check;
mod completions;
mod console;
mod context;
mod demo;
mod diff;
mod error;
mod feeds;
mod first_error;
mod forget;
mod logging;
mod machines;
mod man;
mod open_files;
mod placeholders;
mod report;
mod runs;
mod show;
mod simulate;
mod simulated_tenants;

use std::io;

use tokio::runtime::{Builder, Runtime};

use self::context::Context;
pub use self::{console::show, context::Surroundings, error::AppError};
use crate::{
    cli::{Cli, Command},
    domain::exit_code::ExitCode,
};

/// Runs a command to its end, and prints the error if it ends early.
pub fn run(cli: Cli, surroundings: Surroundings) -> ExitCode {
    let mut context = Context::new(surroundings);
    command(&mut context, cli.command)
        .unwrap_or_else(|problem| console::print_error(&problem, context.log_format))
}

fn command(context: &mut Context, command: Command) -> Result<ExitCode, AppError> {
    let runtime = runtime(&command).map_err(AppError::Start)?;
    runtime.block_on(async {
        match command {
            Command::Report(report) => report::report(context, *report).await,
            Command::Machines(command) => machines::machines(context, *command).await,
            Command::Demo(demo) => Box::pin(demo::demo(context, demo)).await,
            Command::Simulate(simulate) => simulate::simulate(context, *simulate).await,
            Command::Feeds(command) => feeds::feeds(context, command).await,
            Command::Check(settings) => check::check(context, *settings).await,
            Command::Runs(runs) => runs::runs(context, runs),
            Command::Diff(diff) => diff::diff(context, diff),
            Command::Show(command) => show::show(context, command),
            Command::Forget(command) => forget::forget(context, command),
            Command::Completions(command) => completions::completions(&command),
            Command::Man(command) => man::man(command),
        }
    })
}

/// The async runtime for a command. Commands with a simulated tenant use all cores. Collecting uses
/// a single thread: handling a call and its reply then wakes no other thread, which would cost more
/// than the handling itself. Additional worker threads have their own runtimes.
fn runtime(command: &Command) -> io::Result<Runtime> {
    match command {
        Command::Demo(_) | Command::Simulate(_) => Runtime::new(),
        Command::Report(_)
        | Command::Machines(_)
        | Command::Feeds(_)
        | Command::Check(_)
        | Command::Runs(_)
        | Command::Diff(_)
        | Command::Show(_)
        | Command::Forget(_)
        | Command::Completions(_)
        | Command::Man(_) => Builder::new_current_thread().enable_all().build(),
    }
}
