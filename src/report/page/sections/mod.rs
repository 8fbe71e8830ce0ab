//! The page's sections: a file and a template for each.
//!
//! In display order:
//!
//! - `header`: title, headline and run; `coverage`: how many machines answered, and warnings
//! - `tiles`: the main figures; `notes`: what to know about them, in sentences
//! - `actions`: the updates to install first; `charts`
//! - `changes`: what changed since the base; `moved`: the machines whose status changed
//! - `groups`: figures by device group, platform and tag
//! - `tables`: the tables; `first_rows`: their rows that need no script
//! - `differences`: comparisons with other counts; `rechecks`: the samples of kept answers
//! - `method`: what the figures mean

mod actions;
mod changes;
mod charts;
mod coverage;
mod differences;
mod first_rows;
mod groups;
mod header;
mod method;
mod moved;
mod notes;
mod rechecks;
mod tables;
mod tiles;

use std::io::{self, Write};

use askama::Template;

use self::differences::Differences;
use super::Scene;

pub(super) use self::header::title;

/// Writes all sections.
pub(super) fn write(scene: &Scene<'_>, out: &mut dyn Write) -> io::Result<()> {
    header::Header::of(&scene.run).write_into(out)?;
    coverage::Section::of(&scene.run).write_into(out)?;
    tiles::Tiles::of(scene).write_into(out)?;
    actions::Actions::of(scene).write_into(out)?;
    notes::Notes::of(&scene.run).write_into(out)?;
    charts::Charts::of(scene).write_into(out)?;
    rechecks::Rechecks::of(&scene.run).write_into(out)?;
    changes::Section::of(scene).write_into(out)?;
    groups::Groups::of(scene).write_into(out)?;
    tables::Kbs::of(scene).write_into(out)?;
    tables::Machines::of(scene).write_into(out)?;
    tables::Failures::of(scene).write_into(out)?;
    Differences::from_census(scene).write_into(out)?;
    Differences::from_second_source(scene).write_into(out)?;
    method::Method::of(scene).write_into(out)
}
