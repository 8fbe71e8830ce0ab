//! The page's sections, in display order.

mod actions;
mod census;
mod changes;
mod charts;
mod coverage;
mod cross_check;
mod failures;
mod first_rows;
mod groups;
mod header;
mod kbs;
mod machines;
mod method;
mod moved;
mod notes;
mod rechecks;
mod tiles;

use std::io::{self, Write};

use askama::Template;

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
    kbs::Kbs::of(scene).write_into(out)?;
    machines::Machines::of(scene).write_into(out)?;
    failures::Failures::of(scene).write_into(out)?;
    census::Census::of(scene).write_into(out)?;
    cross_check::CrossCheck::of(scene).write_into(out)?;
    method::Method::of(scene).write_into(out)
}
