//! The steps of one answer, each by itself: `cargo bench --bench micro`.

mod fleet;

use std::{
    hint::black_box,
    io,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use divan::{Bencher, counter::ItemsCount};
use jiff::Timestamp;
use patchgap::{
    aggregate::{Aggregation, RankBy},
    defender::{AnswerBody, Interner},
    domain::{api::Api, gaps::AnswerRef},
    inventory,
    quota::{Gate, Load, Rules},
};

use self::fleet::{MACHINES, Told, answer, inventory as listed, list, numbered_answer};

fn main() {
    divan::main();
}

/// What the interner already contains when an answer arrives.
#[derive(Debug, Clone, Copy)]
enum Known {
    Nothing,
    /// Each of its texts, but not all of them together.
    Texts,
    Answer,
}

/// A page of an answer.
#[divan::bench(args = [
    (8, Known::Nothing),
    (8, Known::Texts),
    (8, Known::Answer),
    (2000, Known::Texts),
])]
fn reply(bencher: Bencher<'_, '_>, (gaps, known): (usize, Known)) {
    let interner = Interner::default();
    let numbers = AtomicUsize::new(0);
    let body = || match known {
        Known::Texts => numbered_answer(gaps, numbers.fetch_add(1, Relaxed)),
        Known::Nothing | Known::Answer => answer(gaps),
    };
    bencher
        .counter(ItemsCount::new(gaps))
        .with_inputs(body)
        .bench_refs(|body| match known {
            Known::Nothing => AnswerBody::read(black_box(body)),
            Known::Texts | Known::Answer => AnswerBody::read_with(black_box(body), &interner),
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
            let mut aggregation = Aggregation::of(&inventory, Timestamp::UNIX_EPOCH);
            for (place, outcome) in (0..).zip(outcomes) {
                aggregation.record(outcome, AnswerRef(place));
            }
            aggregation.finish(RankBy::Cve, Timestamp::UNIX_EPOCH, None)
        });
}

fn gate(limits: &str, pace: &str) -> Gate {
    Gate::new(|_| Rules {
        limits: limits.parse().unwrap_or_default(),
        pace: pace.parse().unwrap_or_default(),
    })
}

/// Permission to send one call, when the windows admit it.
#[divan::bench(args = ["none", "1000000000/min", "100000000/min,1000000000/h"])]
fn permit(bencher: Bencher<'_, '_>, limits: &str) {
    let gate = gate(limits, "none");
    let limiter = gate.limiter(Api::MissingKbs);
    bencher.bench_local(|| futures::FutureExt::now_or_never(limiter.permit()).is_some());
}

/// When a million calls will be answered.
#[divan::bench(args = ["none", "100/min,1500/h", "50/min,300/10min,1500/h"])]
fn forecast(bencher: Bencher<'_, '_>, limits: &str) {
    let gate = gate(limits, "10/s");
    let limiter = gate.limiter(Api::MissingKbs);
    let load = Load {
        calls: 1_000_000,
        latency: Duration::from_millis(300),
        concurrency: 8,
    };
    bencher.bench_local(|| limiter.forecast(black_box(load)));
}

/// Every CSV file of a fleet, written to nowhere.
#[divan::bench]
fn csv_rendered(bencher: Bencher<'_, '_>) {
    let (inventory, told) = (listed(), Told::new());
    let fleet = told.aggregate(&inventory);
    bencher
        .counter(ItemsCount::new(MACHINES))
        .bench_local(|| told.render(&inventory, &fleet, &mut io::sink()).is_ok());
}

/// The same bytes, read by the csv crate cell by cell and written again.
#[divan::bench]
fn csv_copied(bencher: Bencher<'_, '_>) {
    let (inventory, told) = (listed(), Told::new());
    let mut rendered = Vec::new();
    let fleet = told.aggregate(&inventory);
    let is_rendered = told.render(&inventory, &fleet, &mut rendered).is_ok();
    bencher
        .counter(ItemsCount::new(MACHINES))
        .bench_local(|| is_rendered && copy(&rendered, io::sink()).is_ok());
}

fn copy(from: &[u8], to: impl io::Write) -> io::Result<()> {
    // Every file has columns of its own.
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(from);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(to);
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        writer.write_byte_record(&record)?;
    }
    writer.flush()
}

/// The list of a fleet, read.
#[divan::bench]
fn inventory_reading(bencher: Bencher<'_, '_>) {
    let list = list();
    bencher
        .counter(ItemsCount::new(MACHINES))
        .bench(|| inventory::read_from(black_box(list.as_bytes()), "list.csv", None));
}
