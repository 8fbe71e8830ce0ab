//! The files of a dataset without the program: downloaded four at a time, and grouped with `DuckDB`.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Client;
use serde_json::Value;

use super::{place::Place, seconds};
use crate::{
    process::{is_installed, run},
    table::Table,
};

/// Files that are downloaded side by side.
const AT_ONCE: usize = 4;

/// Files of a dataset, and what is made of them.
pub(super) struct Files {
    /// Where the service says where they are.
    pub(super) export: &'static str,
    /// The same as the program finds out from their rows, in SQL.
    pub(super) grouping: &'static str,
}

impl Files {
    /// Downloads the files, and groups their rows; `None` without `DuckDB`.
    pub(super) fn bare(&self, place: &Place, table: &mut Table) -> io::Result<Option<Duration>> {
        self.make(place)?;
        let download = self.download(place)?;
        let name = "downloading the files four at a time";
        table.figure(name, seconds(download), "");
        if !is_installed("duckdb") {
            table.figure("DuckDB is not installed: no comparison", "", "");
            return Ok(None);
        }
        let mut grouping = Command::new("duckdb");
        grouping.args(["-c", self.grouping]);
        let grouping = run(grouping.current_dir(place.folder.path()))?.0.wall;
        table.figure("grouping their rows with DuckDB", seconds(grouping), "");
        Ok(Some(download + grouping))
    }

    /// Has the simulated service make the files, as it does when they are first downloaded.
    pub(super) fn make(&self, place: &Place) -> io::Result<()> {
        self.download(place).map(drop)
    }

    fn download(&self, place: &Place) -> io::Result<Duration> {
        let began = Instant::now();
        place.runtime.block_on(self.download_all(place))?;
        Ok(began.elapsed())
    }

    async fn download_all(&self, place: &Place) -> io::Result<()> {
        let client = Client::builder().no_proxy().build();
        let client = client.map_err(io::Error::other)?;
        let url = place.tenant.api_url().join(self.export);
        let token = place.tenant.tokens().pop().unwrap_or_default();
        let export = client
            .get(url.map_err(io::Error::other)?)
            .bearer_auth(token);
        let export = export.send().await.map_err(io::Error::other)?;
        let export = export.bytes().await.map_err(io::Error::other)?;
        let export: Value = serde_json::from_slice(&export)?;
        let files = export["exportFiles"].as_array().into_iter().flatten();
        let files = files.filter_map(Value::as_str).enumerate();
        stream::iter(files)
            .map(|(number, url)| one_file(&client, url, part(place.folder.path(), number)))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }
}

fn part(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("part-{number:05}.json.gz"))
}

async fn one_file(client: &Client, url: &str, path: impl AsRef<Path>) -> io::Result<()> {
    let mut response = client.get(url).send().await.map_err(io::Error::other)?;
    let mut file = File::create(path)?;
    while let Some(chunk) = response.chunk().await.map_err(io::Error::other)? {
        file.write_all(&chunk)?;
    }
    Ok(())
}
