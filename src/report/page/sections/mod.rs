//! The page's sections, in display order.

mod actions;
mod changes;
mod charts;
mod coverage;
mod failures;
mod first_rows;
mod header;
mod kbs;
mod machines;
mod method;
mod moved;
mod tiles;

use std::io::{self, Write};

use super::{Scene, write::write as put};

pub(super) use self::header::title;

/// Writes all sections.
pub(super) fn write(scene: &Scene<'_>, out: &mut dyn Write) -> io::Result<()> {
    put(&header::Header::of(&scene.run), out)?;
    put(&coverage::Section::of(&scene.run), out)?;
    put(&tiles::Tiles::of(scene), out)?;
    put(&actions::Actions::of(scene), out)?;
    put(&charts::Charts::of(scene), out)?;
    put(&changes::Section::of(scene), out)?;
    put(&kbs::Kbs::of(scene), out)?;
    put(&machines::Machines::of(scene), out)?;
    put(&failures::Failures::of(scene), out)?;
    put(&method::Method::of(scene), out)
}
