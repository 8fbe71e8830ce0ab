//! Feeds of CVEs: read for the first time, and again.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};

use super::{
    collecting::amount,
    fleet::Fleet,
    options::Options,
    place::Place,
    process::{Taken, run},
    table::{Table, whole},
};

/// Rows of EPSS.
const SCORES: u32 = 300_000;
/// Months of MSRC.
const MONTHS: u32 = 36;
/// CVEs of a month, and products in which each of them is fixed.
const CVES: u32 = 110;
const PRODUCTS: u32 = 80;
/// Updates of a month.
const UPDATES: u32 = 40;
/// One of this number of CVEs is known to be exploited.
const EXPLOITED_EVERY: u32 = 200;
/// Each figure is the best of this number of runs, because the machine is shared.
const RUNS: usize = 5;

const NAMES: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Measures the CSV files of a stored run, with and without feeds: of a few machines, so that reading the feeds is
/// most of it, and of many, where saying what each gap is worth is.
pub(crate) fn measure(options: &Options, table: &mut Table) -> io::Result<()> {
    let feeds = tempfile::tempdir()?;
    let bytes = write_feeds(feeds.path())?;
    let rows = whole(f64::from(SCORES));
    let megabytes = bytes / 1_000_000;
    table.title(&format!(
        "feeds: {rows} rows of EPSS, {MONTHS} months of MSRC with {megabytes} MB"
    ));
    let feeds = format!("--feeds={}", feeds.path().display());
    reading(&stored(10, options)?, &feeds, table)?;
    reporting(&stored(10_000, options)?, &feeds, table)
}

/// A run of this number of machines with 30 gaps each, in a store.
fn stored(machines: u64, options: &Options) -> io::Result<Place> {
    let fleet = Fleet {
        machines,
        gaps: 30,
        is_varied: true,
    };
    let place = Place::new(fleet, options)?;
    let stored = [
        "list.csv",
        "--rate-limit=none",
        "--pace=none",
        "--format=csv",
    ];
    run(&mut place.report(&stored))?;
    Ok(place)
}

fn reading(place: &Place, feeds: &str, table: &mut Table) -> io::Result<()> {
    let csv = "--format=csv";
    let without = best(place, &[csv], false)?;
    let first = best(place, &[csv, feeds], true)?;
    let again = best(place, &[csv, feeds], false)?;
    let more = |taken: Taken| {
        let [wall, cpu] = [
            taken.wall.saturating_sub(without.wall),
            taken.cpu.saturating_sub(without.cpu),
        ];
        format!("{}, {} of CPU", seconds(wall), seconds(cpu))
    };
    let memory = first.memory.saturating_sub(without.memory);
    let memory = format!("{:.0} MB", amount(memory) / 1e6);
    table.figure("reading them, the first time", more(first), "at most 1.5 s");
    table.figure("memory for that", memory, "at most 120 MB");
    table.figure("reading them from the cache", more(again), "at most 0.2 s");
    Ok(())
}

fn reporting(place: &Place, feeds: &str, table: &mut Table) -> io::Result<()> {
    let formats = [
        ("CSV files", "--format=csv", ""),
        ("all reports", "--format=csv,json,html,xlsx", "at most 1.2"),
    ];
    for (what, format, target) in formats {
        let without = best(place, &[format], false)?;
        let with = best(place, &[format, feeds], false)?;
        let ratio = with.cpu.as_secs_f64() / without.cpu.as_secs_f64();
        let name = format!("{what} of 300,000 gaps: CPU without feeds");
        table.figure(&name, seconds(without.cpu), "");
        let ratio = format!("{ratio:.2}");
        table.figure("with feeds, times that", ratio, target);
    }
    Ok(())
}

/// The best of several runs, each with or without what an earlier one kept.
fn best(place: &Place, arguments: &[&str], is_first: bool) -> io::Result<Taken> {
    let mut best: Option<Taken> = None;
    for _ in 0..RUNS {
        if is_first {
            // There is none before the first run.
            let _ = fs::remove_file(place.path("store.sqlite.feeds"));
        }
        let offline = ["--offline", "--out=again"];
        let (taken, _) = run(&mut place.report(&[&offline[..], arguments].concat()))?;
        best = match best {
            Some(best) if best.wall < taken.wall => Some(best),
            _ => Some(taken),
        };
    }
    best.ok_or_else(|| io::Error::other("nothing was measured"))
}

/// Writes all feeds, and returns how many bytes the months have.
fn write_feeds(folder: &Path) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    write_scores(&folder.join("epss_scores-current.csv.gz"))?;
    write_catalogue(&folder.join("known_exploited_vulnerabilities.json"))?;
    let mut bytes = 0;
    for month in 0..MONTHS {
        let text = document(month);
        bytes += text.len() as u64;
        fs::write(folder.join(format!("{}.json", id(month))), text)?;
    }
    Ok(bytes)
}

/// The year and the number of a month: the last of them is October 2026.
fn calendar(month: u32) -> (u32, usize) {
    let months = 2023 * 12 + 10 + month;
    (months / 12, (months % 12) as usize)
}

fn id(month: u32) -> String {
    let (year, month) = calendar(month);
    format!("{year}-{}", NAMES[month])
}

/// The CVE with this place among all; those of the months come first.
fn cve(place: u32) -> String {
    format!(
        "CVE-{}-{:05}",
        2026 - place / 90_000,
        1_000 + place % 90_000
    )
}

fn write_scores(path: &Path) -> io::Result<()> {
    let mut out = GzEncoder::new(BufWriter::new(File::create(path)?), Compression::default());
    writeln!(
        out,
        "#model_version:v2025.03.14,score_date:2026-10-20T00:00:00Z"
    )?;
    writeln!(out, "cve,epss,percentile")?;
    for place in 0..SCORES {
        let score = f64::from(place * 7_919 % 97_000) / 100_000.0;
        writeln!(out, "{},{score:.5},{:.5}", cve(place), score)?;
    }
    out.finish()?.flush()
}

fn write_catalogue(path: &Path) -> io::Result<()> {
    let exploited = (0..SCORES).step_by(EXPLOITED_EVERY as usize);
    let entries: Vec<String> = exploited
        .map(|place| {
            let cve = cve(place);
            format!(
                r#"{{"cveID":"{cve}","vendorProject":"Microsoft","product":"Windows","dateAdded":"2026-09-10",
                "shortDescription":"It is known to be exploited.","dueDate":"2026-10-01",
                "knownRansomwareCampaignUse":"Unknown","notes":"","cwes":["CWE-416"]}}"#
            )
        })
        .collect();
    let count = entries.len();
    let entries = entries.join(",");
    let head = r#""title":"CISA Catalog","dateReleased":"2026-10-20T08:00:00Z""#;
    fs::write(
        path,
        format!(r#"{{{head},"count":{count},"vulnerabilities":[{entries}]}}"#),
    )
}

fn document(month: u32) -> String {
    let (year, number) = calendar(month);
    let tracking = format!(
        r#"{{"InitialReleaseDate":"{year}-{:02}-10T08:00:00","CurrentReleaseDate":"{year}-{:02}-11T08:00:00"}}"#,
        number + 1,
        number + 1
    );
    let cves = (0..CVES).map(|number| vulnerability(month, number));
    let cves: Vec<String> = cves.collect();
    format!(
        "{{\"DocumentTracking\":{tracking},\"Vulnerability\":[\n{}]}}",
        cves.join(",\n")
    )
}

fn vulnerability(month: u32, number: u32) -> String {
    let ids: Vec<String> = (0..PRODUCTS)
        .map(|it| format!("\"{}\"", 11_000 + it))
        .collect();
    let cve = cve(month * CVES + number);
    let products = ids.join(",");
    let (mut scores, mut fixes) = (String::new(), String::new());
    for product in 0..PRODUCTS {
        let separator = if product == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(
            scores,
            r#"{separator}{{"BaseScore":7.8,"TemporalScore":6.8,"Vector":"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C","ProductID":["{}"]}}"#,
            11_000 + product
        );
        let _ = write!(fixes, "{separator}{}", fix(month, product));
    }
    format!(
        r#"{{"Title":{{"Value":"Windows elevation of privilege"}},"Notes":[{{"Title":"Description","Type":1,"Value":"{}"}}],
        "CVE":"{cve}","ProductStatuses":[{{"ProductID":[{products}],"Type":3}}],
        "Threats":[{{"Type":0,"Description":{{"Value":"Elevation of Privilege"}},"ProductID":[{products}]}},
        {{"Type":3,"Description":{{"Value":"Important"}},"ProductID":[{products}]}}],
        "CVSSScoreSets":[{scores}],"Remediations":[{fixes}]}}"#,
        "What it is about. ".repeat(40)
    )
}

fn fix(month: u32, product: u32) -> String {
    // The months are those of the updates that the machines miss, and of many others.
    let update = (month * UPDATES + product % UPDATES) % 1_500;
    let (kb, older) = (5_000_000 + update * 131, 4_000_000 + update * 131);
    let product = 11_000 + product;
    format!(
        r#"{{"Type":2,"SubType":"Security Update","Description":{{"Value":"{kb}"}},"URL":"https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB{kb}","Supercedence":"{older}","FixedBuild":"10.0.22621.6200","RestartRequired":{{"Value":"Yes"}},"ProductID":["{product}"]}}"#
    )
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
