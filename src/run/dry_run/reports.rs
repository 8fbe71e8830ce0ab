//! Which reports a run would write, and where they would go.

use crate::{
    config::Config,
    console::LabelledLines,
    report::{self, Extras},
};

/// Adds the reports and their folder.
pub(super) fn add_reports(lines: &mut LabelledLines, config: &Config) {
    let reports = report::reports(&config.reports.formats);
    let extras = Extras {
        census: config.census,
        cross_check: config.cross_check.is_some(),
        ..Extras::default()
    };
    let reports = report::file_names(&reports, extras).join(", ");
    lines.add(
        "reports",
        &format!("{reports} in {}", config.reports.out.display()),
    );
    add_places(lines, config);
}

/// Adds the lake and the place of uploads, without checking them.
fn add_places(lines: &mut LabelledLines, config: &Config) {
    if let Some(place) = &config.upload {
        lines.add("upload", &format!("to {place}"));
    }
    match &config.lake {
        Some(place) if config.offline => {
            lines.add("lake", &format!("nothing is added to {place} (offline)"));
        }
        Some(place) => lines.add("lake", &format!("tables are added to {place}")),
        None => {}
    }
}
