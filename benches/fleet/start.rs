//! What it takes to begin at all.

use std::{io, process::Command, time::Duration};

use super::{process::run, table::Table};

const RUNS: usize = 21;

/// Measures `patchgap --version`.
pub(crate) fn measure(table: &mut Table) -> io::Result<()> {
    let mut walls = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let (taken, _) = run(Command::new(env!("CARGO_BIN_EXE_patchgap")).arg("--version"))?;
        walls.push(taken.wall);
    }
    walls.sort_unstable();
    let median: Duration = walls[RUNS / 2];
    table.title(&format!("start-up, the median of {RUNS}"));
    let milliseconds = format!("{:.1} ms", median.as_secs_f64() * 1000.0);
    table.figure("patchgap --version", milliseconds, "at most 10 ms");
    Ok(())
}
