//! Writes templates to the file.

use std::io::{self, Write};

use askama::Template;

pub(super) fn write(template: &impl Template, out: &mut dyn Write) -> io::Result<()> {
    Template::write_into(template, out)
}
