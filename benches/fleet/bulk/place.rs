//! A first night by cohorts: what it takes to read the software inventory, and to infer from it.
//!
//! Beside it: downloading the same files four at a time, and grouping their rows with `DuckDB`, if that
//! is installed.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use patchgap::simulator::{self, ApiName, Simulator};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    collecting::{amount, megabytes},
    options::Options,
    process::{Taken, is_installed, run},
    table::{Table, whole},
};

/// Files that are downloaded side by side.
const AT_ONCE: usize = 4;

/// The same as the program finds out: which versions of Microsoft's products each machine has.
const GROUPING: &str =
    "COPY (SELECT DeviceId, list(DISTINCT SoftwareName || ' ' || SoftwareVersion)
    FROM read_json('part-*.json.gz', format = 'newline_delimited')
    WHERE SoftwareVendor = 'microsoft' GROUP BY DeviceId) TO 'grouped.parquet'";

/// A simulated tenant, and a folder to work in.
struct Place {
    runtime: Runtime,
    tenant: Simulator,
    folder: TempDir,
}

/// Measures a night of this many machines.
pub(crate) fn measure(options: &Options, table: &mut Table) -> io::Result<()> {
    let place = Place::new(options)?;
    let machines = whole(amount(options.machines));
    table.title(&format!("{machines} machines by cohorts, without limits"));
    // The files are made when they are first downloaded.
    place.patchgap(&["check"])?;
    place.download()?;
    let bare = place.bare(table)?;
    let report = ["report", "list.csv", "--source=cohorts", "--format=csv"];
    let connections = format!("--concurrency={}", options.connections);
    let (taken, calls) = place.counted(&[&report[..], &[&connections]].concat())?;
    table.figure("from the start to the CSV files", seconds(taken.wall), "");
    table.figure("calls for machines", whole(amount(calls.number)), "");
    table.figure(
        "from the first of them to the last",
        seconds(calls.took),
        "",
    );
    table.figure("peak memory", megabytes(taken), "at most 350 MB");
    if let Some(bare) = bare {
        let without_calls = taken.wall.saturating_sub(calls.took);
        let ratio = without_calls.as_secs_f64() / bare.as_secs_f64();
        let name = "without these calls, of downloading and grouping";
        table.figure(name, format!("{ratio:.2}"), "at most 1.3");
    }
    Ok(())
}

/// The calls for machines.
struct Calls {
    number: u64,
    took: Duration,
}

impl Place {
    fn new(options: &Options) -> io::Result<Self> {
        let runtime = Runtime::new()?;
        let settings = simulator::Settings {
            machines: usize::try_from(options.machines).unwrap_or(usize::MAX),
            limits: "none".parse().map_err(io::Error::other)?,
            ..simulator::Settings::default()
        };
        let start = Simulator::start(settings, Timestamp::now());
        let tenant = runtime.block_on(start).map_err(io::Error::other)?;
        let folder = tempfile::tempdir()?;
        let root = tenant.root_certificate_pem();
        fs::write(folder.path().join("root.pem"), root)?;
        fs::write(folder.path().join("list.csv"), tenant.inventory_csv())?;
        Ok(Self {
            runtime,
            tenant,
            folder,
        })
    }

    fn patchgap(&self, arguments: &[&str]) -> io::Result<Taken> {
        let tenant = &self.tenant;
        let mut command = Command::new(env!("CARGO_BIN_EXE_patchgap"));
        command
            .args(arguments)
            .args(["--quiet", "--ca-cert", "root.pem"])
            .args(["--api-url", tenant.api_url().as_str()])
            .args(["--authority-url", tenant.authority_url().as_str()])
            .env("PATCHGAP_STATE", "store.sqlite")
            .env("PATCHGAP_RATE_LIMIT", "none")
            .env("PATCHGAP_PACE", "none")
            .env("PATCHGAP_MIN_COVERAGE", "50")
            .env("PATCHGAP_PROGRESS", "off")
            .env("AZURE_TENANT_ID", tenant.tenant_id())
            .env("AZURE_CLIENT_ID", tenant.client_id())
            .env("AZURE_CLIENT_SECRET", tenant.client_secret())
            .current_dir(self.folder.path());
        Ok(run(&mut command)?.0)
    }

    /// The same, and the calls for machines that it made.
    fn counted(&self, arguments: &[&str]) -> io::Result<(Taken, Calls)> {
        let before = self.tenant.log().calls.len();
        let taken = self.patchgap(arguments)?;
        let calls = self.tenant.log().calls.into_iter().skip(before);
        let calls = calls.filter(|call| call.api == Some(ApiName::MissingKbs));
        let arrived: Vec<Instant> = calls.map(|call| call.arrived.into_std()).collect();
        let [Some(first), Some(last)] = [arrived.iter().min(), arrived.iter().max()] else {
            return Err(io::Error::other("no machine was called for"));
        };
        let calls = Calls {
            number: arrived.len() as u64,
            took: *last - *first,
        };
        Ok((taken, calls))
    }

    /// Downloads the files, and groups their rows; `None` without `DuckDB`.
    fn bare(&self, table: &mut Table) -> io::Result<Option<Duration>> {
        let download = self.download()?;
        table.figure(
            "downloading the files four at a time",
            seconds(download),
            "",
        );
        if !is_installed("duckdb") {
            table.figure("DuckDB is not installed: no comparison", "", "");
            return Ok(None);
        }
        let mut grouping = Command::new("duckdb");
        grouping.args(["-c", GROUPING]);
        let grouping = run(grouping.current_dir(self.folder.path()))?.0.wall;
        table.figure("grouping their rows with DuckDB", seconds(grouping), "");
        Ok(Some(download + grouping))
    }

    fn download(&self) -> io::Result<Duration> {
        let began = Instant::now();
        self.runtime.block_on(self.download_all())?;
        Ok(began.elapsed())
    }

    async fn download_all(&self) -> io::Result<()> {
        let client = Client::builder().no_proxy().build();
        let client = client.map_err(io::Error::other)?;
        let path = "api/machines/SoftwareInventoryExport?sasValidHours=6";
        let url = self.tenant.api_url().join(path);
        let token = self.tenant.tokens().pop().unwrap_or_default();
        let export = client
            .get(url.map_err(io::Error::other)?)
            .bearer_auth(token);
        let export = export.send().await.map_err(io::Error::other)?;
        let export = export.bytes().await.map_err(io::Error::other)?;
        let export: Value = serde_json::from_slice(&export)?;
        let files = export["exportFiles"].as_array().into_iter().flatten();
        let files = files.filter_map(Value::as_str).enumerate();
        stream::iter(files)
            .map(|(number, url)| one_file(&client, url, self.part(number)))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    fn part(&self, number: usize) -> PathBuf {
        let name = format!("part-{number:05}.json.gz");
        self.folder.path().join(name)
    }
}

async fn one_file(client: &Client, url: &str, path: impl AsRef<Path>) -> io::Result<()> {
    let mut response = client.get(url).send().await.map_err(io::Error::other)?;
    let mut file = File::create(path)?;
    while let Some(chunk) = response.chunk().await.map_err(io::Error::other)? {
        file.write_all(&chunk)?;
    }
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
