//! Whole runs, and what they take: `cargo bench --bench fleet -- --help`.
//!
//! Machines are noisy, so that what counts are ratios within one run: beside `oha`, a bare
//! load generator that throws answers away, beside the csv crate that copies the same bytes,
//! and beside the best schedule that the windows allow.

mod asking;
mod bare;
mod fleet;
mod options;
mod place;
mod process;
mod rendering;
mod schedule;
mod service;
mod start;
mod surroundings;
mod table;

use std::io;

use clap::Parser;

use self::{options::Options, place::Place, table::Table};

fn main() -> io::Result<()> {
    let options = Options::parse();
    let mut table = Table::default();
    table.title(&surroundings::describe());
    schedule::measure(&mut table)?;
    start::measure(&mut table)?;
    for machines in options.sizes() {
        let place = Place::new(machines, &options)?;
        asking::measure(&place, &mut table)?;
        rendering::measure(&place, &mut table)?;
    }
    table.print()
}
