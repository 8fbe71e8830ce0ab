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

/// Measures a run compared with `oha` and the bare HTTP client, on the same service with as many
/// connections.
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
    let client = (bare::measure(place)?, place.service.take_asked());
    table.figure("reqwest alone, calls a second", whole(rate(client.1)), "");
    table.figure("reqwest alone, CPU a call", micros(client.0, client.1), "");
    let csv = ask(place, &["--format", "csv", "--state", "csv.sqlite"])?;
    let all = ask(place, &[])?;
    own(table, csv, all);
    if let Some(bare) = bare {
        beside(table, "reqwest alone", (client, bare), ["", ""]);
        let targets = ["at least 0.6; 0.8 is the aim", "at most 3; 2 is the aim"];
        beside(table, "with CSV files", (csv, bare), targets);
        beside(table, "with every report", (all, bare), targets);
    }
    Ok(())
}

/// Asks for every machine; what is typed last counts.
pub(crate) fn ask(place: &Place, more: &[&str]) -> io::Result<(Taken, Asked)> {
    let connections = place.connections.to_string();
    let run_for_all = ["list.csv", "--rate-limit=none", "--pace=none"];
    let mut collecting = place.report(&run_for_all);
    collecting.args(["--concurrency", &connections]).args(more);
    let (taken, _) = run(&mut collecting)?;
    Ok((taken, place.service.take_asked()))
}

fn own(table: &mut Table, csv: (Taken, Asked), all: (Taken, Asked)) {
    table.figure("calls a second while collecting", whole(rate(csv.1)), "");
    table.figure("machines a second, start to CSV files", overall(csv), "");
    table.figure("machines a second, start to every report", overall(all), "");
    table.figure("CPU a machine, with CSV files", micros(csv.0, csv.1), "");
    table.figure("CPU a machine, with every report", micros(all.0, all.1), "");
    let memory = megabytes(all.0);
    table.figure("peak memory", memory, "at most 300 MB for 1,000,000");
}

/// Machines a second, from the start to the end.
pub(crate) fn overall((taken, asked): (Taken, Asked)) -> String {
    whole(amount(asked.calls) / taken.wall.as_secs_f64())
}

/// A measurement compared with `oha`.
fn beside(
    table: &mut Table,
    what: &str,
    (ours, bare): ((Taken, Asked), (Taken, Asked)),
    [share, times]: [&str; 2],
) {
    let of_rate = format!("{:.2}", rate(ours.1) / rate(bare.1));
    let name = format!("{what}: calls a second, of oha's");
    table.figure(&name, of_rate, share);
    let of_cpu = format!("{:.1}", per_call(ours.0, ours.1) / per_call(bare.0, bare.1));
    table.figure(&format!("{what}: CPU, times oha's"), of_cpu, times);
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
