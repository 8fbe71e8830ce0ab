//! A run without a quota: what the answers cost, from the first call to the reports.

use std::{io, process::Command};

use super::{
    bare,
    fleet::machine_id,
    place::Place,
    process::{Taken, is_installed, run},
    service::Asked,
    table::{Table, whole},
};

/// Measures a run beside `oha` on the same service with as many connections.
pub(crate) fn measure(place: &Place, table: &mut Table) -> io::Result<()> {
    let machines = whole(amount(place.fleet.machines));
    table.title(&format!(
        "without a quota: {machines} machines with {} gaps each, {} connections",
        place.fleet.gaps, place.connections
    ));
    let bare = is_installed("oha").then(|| oha(place)).transpose()?;
    if let Some((taken, asked)) = bare {
        table.figure("oha, calls a second", whole(rate(asked)), "");
        table.figure("oha, CPU a call", micros(taken, asked), "");
    } else {
        table.figure("oha is not installed: no comparison", "", "");
    }
    bare::ask(place)?;
    let by_client = rate(place.service.take_asked());
    table.figure("reqwest alone, calls a second", whole(by_client), "");
    let (taken, _) = run(&mut place.report(&[
        "list.csv",
        "--rate-limit=none",
        "--pace=none",
        "--concurrency",
        &place.connections.to_string(),
    ]))?;
    let asked = place.service.take_asked();
    let overall = amount(asked.calls) / taken.wall.as_secs_f64();
    table.figure("calls a second while asking", whole(rate(asked)), "");
    table.figure("machines a second, start to end", whole(overall), "");
    table.figure("CPU a machine, everything", micros(taken, asked), "");
    table.figure(
        "peak memory",
        megabytes(taken),
        "at most 300 MB for 1,000,000",
    );
    if let Some((bare, bare_asked)) = bare {
        let share = format!("{:.2}", rate(asked) / rate(bare_asked));
        table.figure(
            "calls a second, of oha's",
            share,
            "at least 0.6; 0.8 is the aim",
        );
        let times = per_call(taken, asked) / per_call(bare, bare_asked);
        let times = format!("{times:.1}");
        table.figure("CPU, times oha's", times, "at most 3; 2 is the aim");
    }
    Ok(())
}

fn oha(place: &Place) -> io::Result<(Taken, Asked)> {
    let machine = machine_id(0);
    let url = format!(
        "{}/api/machines/{machine}/getmissingkbs",
        place.service.url()
    );
    let (taken, _) = run(Command::new("oha").args([
        "-n",
        &place.fleet.machines.to_string(),
        "-c",
        &place.connections.to_string(),
        "--no-tui",
        &url,
    ]))?;
    Ok((taken, place.service.take_asked()))
}

fn rate(asked: Asked) -> f64 {
    amount(asked.calls) / asked.took.as_secs_f64()
}

/// Seconds of CPU for each call.
fn per_call(taken: Taken, asked: Asked) -> f64 {
    taken.cpu.as_secs_f64() / amount(asked.calls)
}

fn micros(taken: Taken, asked: Asked) -> String {
    format!("{:.1} µs", per_call(taken, asked) * 1e6)
}

pub(crate) fn megabytes(taken: Taken) -> String {
    format!("{:.0} MB", amount(taken.memory) / 1e6)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts beyond 2^53 lose digits that nobody reads"
)]
pub(crate) fn amount(count: u64) -> f64 {
    count as f64
}
