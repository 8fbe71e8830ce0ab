//! What a run says at its end: on standard output, and on the page of a workflow.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

use tracing::{error, warn};

use crate::{
    config::Config,
    console::{PrintError, print, screen_width, terminal_style, terminal_width},
    domain::{
        ending::RunOutcome,
        text::{chain, counted, thousands},
    },
    report::{self, Run, terminal},
};

/// Shows something, and says whether it could.
type Show = Box<dyn FnOnce() -> Result<(), PrintError>>;

/// The summary; and for those who want quiet one line, unless all is well. It is made while
/// the gaps can be read, and shown when it is called for.
pub(crate) fn summary(config: &Config, run: &Run<'_>) -> Show {
    if let Some(path) = &config.step_summary
        && let Err(problem) = add_step_summary(path, run)
    {
        warn!("no summary in {}: {}", path.display(), chain(&problem));
    }
    let outcome = run.facts.outcome;
    if !config.console.quiet {
        let style = terminal_style(config.console.color);
        let rendered = match screen_width() {
            Some(width) => terminal::screen(run, width, style),
            None => terminal::render(run, terminal_width(), style),
        };
        return match rendered {
            Ok(summary) => Box::new(move || print(&summary)),
            Err(problem) => Box::new(move || {
                warn!("no summary: {}", chain(&problem));
                Ok(())
            }),
        };
    }
    if outcome == RunOutcome::Complete {
        return Box::new(|| Ok(()));
    }
    let coverage = &run.fleet.coverage;
    let machines = counted(coverage.machines(), "machine", "machines");
    let answered = thousands(coverage.answered);
    let folder = run.facts.folder.display();
    let line = format!("{outcome}: {answered} of {machines} answered; reports in {folder}");
    Box::new(move || {
        error!(%outcome, "{line}");
        Ok(())
    })
}

/// Adds the summary to what the steps of a workflow have written there already.
fn add_step_summary(path: &Path, run: &Run<'_>) -> io::Result<()> {
    let text = report::markdown(run)?;
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())
}
