//! The summary at the end of a run: on standard output, and on the page of a workflow.

use tracing::{error, warn};

use super::step_summary::add_step_summary;
use crate::{
    config::Config,
    console::{PrintError, print, screen_width, terminal_style, terminal_width},
    domain::{
        ending::RunOutcome,
        text::{counted, thousands},
    },
    report::{self, Run, terminal},
};

/// The text to print after the end of the run has been recorded in the store.
pub(in crate::run) enum Show {
    /// The summary, on standard output.
    Summary(String),
    /// With `--quiet`: a single line, unless the run is complete.
    Line(RunOutcome, String),
    Nothing,
}

impl Show {
    pub(in crate::run) fn show(&self) -> Result<(), PrintError> {
        match self {
            Self::Summary(text) => return print(text),
            Self::Line(outcome @ RunOutcome::Refused, line) => error!(%outcome, "{line}"),
            Self::Line(outcome, line) => warn!(target: "patchgap::end", %outcome, "{line}"),
            Self::Nothing => {}
        }
        Ok(())
    }
}

/// Creates the summary of a run, and adds it to the page of a workflow.
pub(in crate::run) fn summary(config: &Config, run: &Run<'_>) -> Show {
    if let Some(path) = &config.step_summary {
        add_step_summary(path, &report::markdown(run));
    }
    match run.facts.outcome {
        _ if !config.console.quiet => rendered(config, run),
        RunOutcome::Complete => Show::Nothing,
        outcome => Show::Line(outcome, line(run)),
    }
}

fn rendered(config: &Config, run: &Run<'_>) -> Show {
    let style = terminal_style(config.console.color);
    let rendered = match screen_width() {
        Some(width) => terminal::screen(run, width, style),
        None => terminal::render(run, terminal_width(), style),
    };
    Show::Summary(rendered)
}

fn line(run: &Run<'_>) -> String {
    let outcome = run.facts.outcome;
    let coverage = &run.fleet.coverage;
    let machines = counted(coverage.machines(), "machine", "machines");
    let answered = thousands(coverage.answered);
    let sources = report::sources(run).map_or_else(String::new, |it| format!(" ({it})"));
    let folder = run.facts.folder.display();
    format!("{outcome}: {answered} of {machines} answered{sources}; reports in {folder}")
}
