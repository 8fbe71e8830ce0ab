//! The steps of one answer, each by itself: `cargo bench --bench micro`.

mod fleet;

use std::{hint::black_box, io, time::Duration};

use divan::{Bencher, counter::ItemsCount};
use patchgap::{
    aggregate::{Aggregation, RankBy},
    defender::{AnswerBody, Vocabulary},
    fetch::quota::{Load, Quota},
    gaps::Place,
    inventory,
    report::{Format, Run, reports},
};

use self::fleet::{MACHINES, Told, answer, facts, inventory as listed, list};

fn main() {
    divan::main();
}

/// A page of an answer whose texts are new, and one whose texts were read before.
#[divan::bench(args = [(8, false), (8, true), (2000, true)])]
fn reply(bencher: Bencher<'_, '_>, (gaps, known): (usize, bool)) {
    let body = answer(gaps);
    let vocabulary = Vocabulary::default();
    bencher.counter(ItemsCount::new(gaps)).bench(|| {
        if known {
            AnswerBody::read_with(black_box(&body), &vocabulary)
        } else {
            AnswerBody::read(black_box(&body))
        }
    });
}

/// Outcomes of a fleet, put together.
#[divan::bench]
fn aggregate(bencher: Bencher<'_, '_>) {
    let (inventory, told) = (listed(), Told::new());
    bencher
        .counter(ItemsCount::new(MACHINES))
        .with_inputs(|| told.outcomes())
        .bench_values(|outcomes| {
            let mut aggregation = Aggregation::of(&inventory);
            for (place, outcome) in (0..).zip(outcomes) {
                aggregation.take_in(outcome, Place(place));
            }
            aggregation.finish(RankBy::Cve)
        });
}

/// Leave to send one call, when there is a place.
#[divan::bench(args = ["none", "1000000000/min", "100000000/min,1000000000/h"])]
fn permit(bencher: Bencher<'_, '_>, limits: &str) {
    let quota = Quota::new(
        &limits.parse().unwrap_or_default(),
        "none".parse().unwrap_or_default(),
    );
    bencher.bench_local(|| futures::FutureExt::now_or_never(quota.permit()).is_some());
}

/// When a million calls will be answered.
#[divan::bench(args = ["none", "100/min,1500/h", "50/min,300/10min,1500/h"])]
fn forecast(bencher: Bencher<'_, '_>, limits: &str) {
    let quota = Quota::new(
        &limits.parse().unwrap_or_default(),
        "10/s".parse().unwrap_or_default(),
    );
    let load = Load {
        calls: 1_000_000,
        latency: Duration::from_millis(300),
        concurrency: 8,
    };
    bencher.bench_local(|| quota.forecast(black_box(load)));
}

/// Every CSV file of a fleet.
#[divan::bench]
fn csv(bencher: Bencher<'_, '_>) {
    let (inventory, told) = (listed(), Told::new());
    let fleet = told.aggregate(&inventory);
    let facts = facts();
    let run = Run {
        inventory: &inventory,
        fleet: &fleet,
        gaps: &told,
        facts: &facts,
    };
    let reports = reports(&[Format::Csv]);
    bencher.counter(ItemsCount::new(MACHINES)).bench_local(|| {
        let mut rendered = reports.iter().map(|it| it.render(&run, &mut io::sink()));
        rendered.all(|rendered| rendered.is_ok())
    });
}

/// The list of a fleet, read.
#[divan::bench]
fn inventory_reading(bencher: Bencher<'_, '_>) {
    let list = list();
    bencher
        .counter(ItemsCount::new(MACHINES))
        .bench(|| inventory::read_from(black_box(list.as_bytes()), "list.csv", None));
}
