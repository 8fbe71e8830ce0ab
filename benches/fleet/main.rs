//! Whole runs, and what they take: `cargo bench --bench fleet -- --help`.
//!
//! Machines are noisy, so only ratios within one run count: compared with `oha`, a bare load
//! generator that discards answers, with the csv crate that copies the same bytes, and with the
//! best schedule that the windows allow.

mod bare;
mod bounds;
mod bulk;
mod collecting;
mod feeds;
mod fleet;
mod lake;
mod options;
mod place;
mod process;
mod rendering;
mod schedule;
mod service;
mod start;
mod surroundings;
mod table;
mod tenants;

use std::io;

use clap::Parser;

use self::{
    options::{Options, Size},
    place::Place,
    table::Table,
};

fn main() -> io::Result<()> {
    let options = Options::parse();
    if let Some(url) = &options.bare {
        return bare::ask(url, &options);
    }
    let mut table = Table::default();
    table.title(&surroundings::describe());
    if !special(&options, &mut table)? {
        reports(&options, &mut table)?;
    }
    table.print()
}

/// Measures what is only measured on request, if it is.
fn special(options: &Options, table: &mut Table) -> io::Result<bool> {
    if options.feeds {
        feeds::measure(options, table)?;
    }
    if options.software {
        bulk::software(options, table)?;
    }
    if options.export {
        bulk::export(options, table)?;
    }
    if options.hunting {
        bulk::hunting(options, table)?;
    }
    match options.tenants {
        Some(number) if options.schedule => {
            let machines = u32::try_from(options.machines).map_err(io::Error::other)?;
            schedule::tenants::measure(number, machines, table)?;
        }
        Some(number) => tenants::measure(options, number.into(), table)?,
        None => {}
    }
    let has_tenants = options.tenants.is_some();
    Ok(has_tenants || options.feeds || options.software || options.export || options.hunting)
}

fn reports(options: &Options, table: &mut Table) -> io::Result<()> {
    if options.reports.is_none() {
        runs(options, table)?;
    }
    let size = options.reports.unwrap_or(Size::Small);
    bounds::measure(size, &Place::new(size.fleet(), options)?, table)
}

fn runs(options: &Options, table: &mut Table) -> io::Result<()> {
    schedule::measure(table)?;
    start::measure(table)?;
    for fleet in options.fleets() {
        let place = Place::new(fleet, options)?;
        collecting::measure(&place, table)?;
        lake::measure(&place, table)?;
        rendering::measure(&place, table)?;
    }
    Ok(())
}
