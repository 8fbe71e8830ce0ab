//! Runs that read everything in bulk: the software inventory, the export, hunting.
//!
//! Beside each of them: the same data without the program.

mod files;
mod place;
mod queries;

use std::io;

use patchgap::simulator::ApiName;

use self::{files::Files, place::Place, queries::replay};
use crate::{
    collecting::{amount, megabytes},
    options::Options,
    process::Taken,
    table::{Table, seconds, whole},
};

/// Which versions of Microsoft's products each machine has.
const SOFTWARE: Files = Files {
    export: "api/machines/SoftwareInventoryExport?sasValidHours=6",
    grouping: "COPY (SELECT DeviceId, list(DISTINCT SoftwareName || ' ' || SoftwareVersion)
        FROM read_json('part-*.json.gz', format = 'newline_delimited')
        WHERE SoftwareVendor = 'microsoft' GROUP BY DeviceId) TO 'grouped.parquet'",
};

/// Which updates each machine misses, with their products and the number of their CVEs.
const VULNERABILITIES: Files = Files {
    export: "api/machines/SoftwareVulnerabilitiesExport?sasValidHours=6",
    grouping: "COPY (SELECT DeviceId, RecommendedSecurityUpdateId, \
        any_value(RecommendedSecurityUpdate), count(DISTINCT CveId), list(DISTINCT SoftwareName)
        FROM read_json('part-*.json.gz', format = 'newline_delimited', columns = {
            DeviceId: 'VARCHAR', RecommendedSecurityUpdateId: 'VARCHAR',
            RecommendedSecurityUpdate: 'VARCHAR', CveId: 'VARCHAR', SoftwareName: 'VARCHAR'})
        WHERE RecommendedSecurityUpdateId IS NOT NULL
        GROUP BY DeviceId, RecommendedSecurityUpdateId) TO 'grouped.parquet'",
};

/// Measures a first night by cohorts.
pub(crate) fn software(options: &Options, table: &mut Table) -> io::Result<()> {
    let place = begun(options, table, "by cohorts")?;
    let bare = SOFTWARE.bare(&place, table)?;
    let arguments = reporting("--source=cohorts", options);
    let (taken, arrived) = place.counted(ApiName::MissingKbs, &arguments.as_strs())?;
    let (Some(first), Some(last)) = (arrived.first(), arrived.last()) else {
        return Err(io::Error::other("no machine was called for"));
    };
    let calling = *last - *first;
    figures(table, taken, "at most 350 MB");
    let calls = whole(amount(arrived.len() as u64));
    table.figure("calls for machines", calls, "");
    table.figure("from the first of them to the last", seconds(calling), "");
    if let Some(bare) = bare {
        let name = "without these calls, of downloading and grouping";
        let without = taken.wall.saturating_sub(calling);
        table.ratio(name, [without, bare], "at most 1.3");
    }
    Ok(())
}

/// Measures a run by the export.
pub(crate) fn export(options: &Options, table: &mut Table) -> io::Result<()> {
    let place = begun(options, table, "by the export")?;
    // Some machines are not in the export: their software is requested.
    SOFTWARE.make(&place)?;
    let bare = VULNERABILITIES.bare(&place, table)?;
    let arguments = reporting("--source=export", options);
    let taken = place.patchgap(&arguments.as_strs())?;
    figures(table, taken, "at most 250 MB");
    if let Some(bare) = bare {
        let name = "of downloading and grouping";
        table.ratio(name, [taken.wall, bare], "at most 1.0");
    }
    Ok(())
}

/// Measures a run by hunting.
pub(crate) fn hunting(options: &Options, table: &mut Table) -> io::Result<()> {
    let place = begun(options, table, "by hunting")?;
    SOFTWARE.make(&place)?;
    let arguments = reporting("--source=hunting", options);
    let (taken, queries) = place.counted(ApiName::Hunting, &arguments.as_strs())?;
    let (Some(first), Some(last)) = (queries.first(), queries.last()) else {
        return Err(io::Error::other("no query was sent"));
    };
    // Some machines are in no answer: once all are read, the software inventory is requested.
    let read = place
        .next_call(*last)
        .ok_or_else(|| io::Error::other("nothing was requested after the queries"))?;
    let reading = read - *first;
    let bare = replay(&place)?;
    table.figure("queries", whole(amount(queries.len() as u64)), "");
    table.figure(
        "from the first of them to the last row",
        seconds(reading),
        "",
    );
    let name = "the same queries, read with serde_json into typed rows";
    table.figure(name, seconds(bare), "");
    table.ratio("ratio", [reading, bare], "at most 1.2");
    figures(table, taken, "");
    Ok(())
}

/// A tenant that has been signed in to, as a section of the table.
fn begun(options: &Options, table: &mut Table, how: &str) -> io::Result<Place> {
    let place = Place::new(options)?;
    let machines = whole(amount(options.machines));
    table.title(&format!("{machines} machines {how}, without limits"));
    place.patchgap(&["check"])?;
    Ok(place)
}

/// The command line of a run.
struct Reporting {
    source: &'static str,
    connections: String,
}

fn reporting(source: &'static str, options: &Options) -> Reporting {
    Reporting {
        source,
        connections: format!("--concurrency={}", options.connections),
    }
}

impl Reporting {
    fn as_strs(&self) -> [&str; 5] {
        let format = "--format=csv";
        ["report", "list.csv", self.source, format, &self.connections]
    }
}

fn figures(table: &mut Table, taken: Taken, bound: &str) {
    table.figure("from the start to the CSV files", seconds(taken.wall), "");
    table.figure("peak memory", megabytes(taken), bound);
}
