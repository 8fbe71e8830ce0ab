//! Many tenants in one run, compared with one tenant with as many machines as all of them.

use std::{fmt::Write as _, fs, io};

use tempfile::TempDir;

use super::{
    collecting::{amount, megabytes},
    fleet::Fleet,
    options::Options,
    place::Place,
    process::{Taken, run},
    table::{Table, seconds, whole},
};

/// Each figure is the best of this number of runs, because the machine is shared.
const RUNS: usize = 3;

/// A run, with the command line that begins it.
struct Measured<'run> {
    arguments: &'run [&'run str],
    best: Option<Taken>,
    /// What the runs wrote. It is deleted at the end of all: some file systems pass over inodes that were
    /// freed a moment ago one by one, so that the next run would pay for many files of an earlier one.
    folders: Vec<TempDir>,
}

/// Measures runs over this number of tenants with a few machines each, and over one tenant with all
/// of these machines.
pub(crate) fn measure(options: &Options, tenants: u64, table: &mut Table) -> io::Result<()> {
    let fleet = Fleet {
        machines: options.machines * tenants,
        gaps: options.gaps,
        is_varied: false,
    };
    let place = Place::new(fleet, options)?;
    write_tenants(&place, options.machines)?;
    table.title(&format!(
        "{} tenants of {} machines with {} gaps each, by calls without limits, and one tenant with all of them",
        whole(amount(tenants)),
        whole(amount(options.machines)),
        options.gaps
    ));
    let mut folders = Vec::new();
    for (formats, arguments) in [("CSV files", &["--format=csv"][..]), ("every report", &[])] {
        folders.extend(compare(&place, arguments, formats, table)?);
    }
    Ok(())
}

/// Divides the list into those of the tenants, and writes the file of tenants. Machines that miss the same are in
/// the same tenant, or nearly every machine of a small one would miss what no other does.
fn write_tenants(place: &Place, machines: u64) -> io::Result<()> {
    let list = fs::read_to_string(place.path("list.csv"))?;
    let lines: Vec<&str> = list.lines().collect();
    let (header, machines_of_all) = lines.split_at(1);
    let mut machines_of_all = machines_of_all.to_vec();
    let answers = place.fleet.answers().len();
    machines_of_all.sort_by_key(|line| {
        let id = line.split(',').nth(1).unwrap_or_default();
        Fleet::answer_of(&format!("/api/machines/{id}"), answers)
    });
    let each = usize::try_from(machines).map_err(io::Error::other)?;
    let mut tables = String::new();
    for (number, own) in machines_of_all.chunks(each).enumerate() {
        let name = format!("tenant-{number:04}");
        let own = [header, own].concat().join("\n");
        fs::write(place.path(&format!("{name}.csv")), own)?;
        let table = writeln!(
            tables,
            "[[tenant]]\nname = '{name}'\ntenant_id = '{number:08}-aaaa-4000-8000-000000000000'\n\
             machines = '{name}.csv'\n"
        );
        table.map_err(io::Error::other)?;
    }
    fs::write(place.path("tenants.toml"), tables)
}

/// Runs both by turns, each with a new store and into a new folder, and returns the folders.
fn compare(
    place: &Place,
    more: &[&str],
    formats: &str,
    table: &mut Table,
) -> io::Result<Vec<TempDir>> {
    let mut one = Measured {
        arguments: &["list.csv"],
        best: None,
        folders: Vec::new(),
    };
    let mut many = Measured {
        arguments: &["--tenants=tenants.toml"],
        best: None,
        folders: Vec::new(),
    };
    for _ in 0..RUNS {
        one.run(place, more)?;
        many.run(place, more)?;
    }
    let folders = one.folders.into_iter().chain(many.folders).collect();
    let (Some(one), Some(many)) = (one.best, many.best) else {
        return Ok(folders);
    };
    let name = |what: &str| format!("{what}, with {formats}");
    table.figure(&name("one tenant"), seconds(one.wall), "");
    table.figure(&name("many tenants"), seconds(many.wall), "");
    table.ratio(&name("time"), [many.wall, one.wall], "at most 1.15");
    table.ratio(&name("CPU"), [many.cpu, one.cpu], "");
    table.figure(&name("peak memory of one"), megabytes(one), "");
    table.figure(
        &name("peak memory of many"),
        megabytes(many),
        "at most 250 MB",
    );
    Ok(folders)
}

impl Measured<'_> {
    fn run(&mut self, place: &Place, more: &[&str]) -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let [state, out] = ["store.sqlite", "reports"].map(|it| folder.path().join(it));
        let connections = place.connections.to_string();
        let mut command = place.report(self.arguments);
        command.args([
            "--rate-limit=none",
            "--pace=none",
            "--concurrency",
            &connections,
        ]);
        command.args(more).arg("--out").arg(out);
        let (taken, _) = run(command.env("PATCHGAP_STATE", state))?;
        if self.best.is_none_or(|best| taken.wall < best.wall) {
            self.best = Some(taken);
        }
        self.folders.push(folder);
        Ok(())
    }
}
