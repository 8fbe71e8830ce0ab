//! What a run would do, before it does it.

use std::fmt::Write;

use jiff::{SignedDuration, ZonedDateTime};
use tokio::time::Instant;

use crate::{
    config::Config,
    fetch::quota::{Load, Quota},
    inventory::Inventory,
    report,
    text::{span, thousands},
};

/// How long an answer usually takes.
const USUAL_LATENCY: std::time::Duration = std::time::Duration::from_millis(300);

/// The plan, for people: machines, calls, and how long the quota makes them take.
pub(super) fn plan(config: &Config, inventory: &Inventory, now: &ZonedDateTime) -> String {
    let machines = inventory.machines.len() as u64;
    let load = Load {
        calls: machines,
        latency: USUAL_LATENCY,
        concurrency: config.service.concurrency.get(),
    };
    let takes = Quota::new(&config.limits, config.pace).forecast(load) - Instant::now();
    let end = SignedDuration::try_from(takes)
        .ok()
        .and_then(|takes| now.checked_add(takes).ok());
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{name:<10} {value}");
    };
    line("inventory", &rows(inventory));
    line(
        "calls",
        &format!(
            "{}, one for each machine; more where an answer fails",
            thousands(machines)
        ),
    );
    line(
        "quota",
        &format!("{}, paced at {}", config.limits, config.pace),
    );
    line(
        "time",
        &format!(
            "about {}{}",
            span(takes),
            end.map(|end| format!(": started now, done {}", end.strftime("%a %Y-%m-%d %H:%M")))
                .unwrap_or_default()
        ),
    );
    let reports = report::reports(&config.reports.formats);
    line(
        "reports",
        &format!(
            "{} in {}",
            report::file_names(&reports).join(", "),
            config.reports.out.display()
        ),
    );
    text
}

fn rows(inventory: &Inventory) -> String {
    let mut text = format!(
        "{}: {} machines",
        inventory.file,
        thousands(inventory.machines.len() as u64)
    );
    for (count, what) in [
        (inventory.duplicates, "rows repeat one of them"),
        (inventory.rejected.len() as u64, "rows hold no machine id"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {} {what}", thousands(count));
        }
    }
    text
}
