//! Files are replaced completely or not at all.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

use super::super::{
    Extras, Format, Report, Run, file_names,
    fixture::Fixture,
    output::{OutputError, OutputFolder},
    reports,
};

/// Fails after a few bytes, as a full disk does.
struct FailsMidway;

impl Report for FailsMidway {
    fn file_name(&self) -> &'static str {
        "summary.json"
    }

    fn render(&self, _: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"half")?;
        Err(io::ErrorKind::StorageFull.into())
    }
}

fn all() -> Vec<Box<dyn Report>> {
    reports(&[Format::Csv, Format::Json])
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn write(folder: &OutputFolder, reports: &[Box<dyn Report>]) -> Result<(), OutputError> {
    Fixture::small().with_run(|run| folder.write_all(reports, &[], run))
}

/// The list of own files.
const LIST: &str = ".patchgap-files";

/// The names of these reports, of the list of own files, and these others.
fn with(reports: &[Box<dyn Report>], others: &[&str]) -> Vec<String> {
    let others = others.iter().map(|name| (*name).to_owned());
    let mut names = file_names(reports, Extras::default());
    names.extend(others.chain([LIST.to_owned()]));
    names.sort();
    names
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn reports_replace_only_earlier_reports() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("night").join("2026-11-23");
    let folder = OutputFolder::prepare(&path, &all()).unwrap();
    assert_eq!(names_in(parent.path()), [""; 0], "nothing is written yet");

    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("notes.txt"), "an admin's").unwrap();
    Fixture::second_night()
        .with_run(|run| folder.write_all(&all(), &[], run))
        .unwrap();
    assert!(path.join("changes.csv").is_file());
    write(&folder, &all()).unwrap();
    let names = names_in(&path);
    assert_eq!(
        names,
        with(&all(), &["notes.txt"]),
        "nothing to compare with"
    );
    for report in all().iter().filter(|it| it.is_written(Extras::default())) {
        assert_eq!(
            fs::read_to_string(path.join(report.file_name())).unwrap(),
            Fixture::small().render(report.as_ref())
        );
    }
}

#[test]
fn own_files_are_listed_in_sha256sum_format() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::prepare(folder.path(), &all()).unwrap();
    write(&output, &reports(&[Format::Csv])).unwrap();
    write(&output, &reports(&[Format::Json])).unwrap();
    let list = read(folder.path(), LIST);
    let listed: Vec<(&str, &str)> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .collect();
    let mut names: Vec<String> = listed.iter().map(|it| it.1.to_owned()).collect();
    names.push(LIST.to_owned());
    names.sort();
    assert_eq!(names, with(&all(), &[]));
    for (hash, name) in listed {
        let found = Sha256::digest(fs::read(folder.path().join(name)).unwrap());
        let digits: Vec<String> = found.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digits.concat(), hash, "{name}");
    }
}

/// It was put there during the run.
#[test]
fn foreign_file_stays_and_the_report_is_written_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let output = OutputFolder::prepare(path, &all()).unwrap();
    for name in ["kbs.csv", "kbs.new.csv", "changes.csv"] {
        fs::write(path.join(name), "mine").unwrap();
    }
    for _ in 0..2 {
        let error = write(&output, &all()).unwrap_err().to_string();
        assert!(error.contains("kbs.new-2.csv"), "{error}");
        let names = ["changes.csv", "kbs.new.csv", "kbs.new-2.csv"];
        assert_eq!(names_in(path), with(&all(), &names));
        for name in ["kbs.csv", "kbs.new.csv", "changes.csv"] {
            assert_eq!(read(path, name), "mine");
        }
    }
}

#[test]
fn edited_report_is_kept_beside_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let output = OutputFolder::prepare(path, &all()).unwrap();
    write(&output, &all()).unwrap();
    let whole = read(path, "kbs.csv");
    for copy in ["kbs.edited.csv", "kbs.edited-2.csv"] {
        fs::write(path.join("kbs.csv"), format!("my notes for {copy}")).unwrap();
        write(&output, &all()).unwrap();
        assert_eq!(read(path, copy), format!("my notes for {copy}"));
        assert_eq!(read(path, "kbs.csv"), whole);
    }
    write(&output, &all()).unwrap();
    let copies = ["kbs.edited.csv", "kbs.edited-2.csv"];
    assert_eq!(names_in(path), with(&all(), &copies));
}

/// Killed between two files, or between the list and the first file.
#[test]
fn files_of_a_killed_process_stay_own_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let output = OutputFolder::prepare(path, &all()).unwrap();
    write(&output, &reports(&[Format::Csv])).unwrap();
    let old = read(path, "kbs.csv");
    let mut list = read(path, LIST);
    let next = Sha256::digest("next");
    let digits: Vec<String> = next.iter().map(|byte| format!("{byte:02x}")).collect();
    for name in ["kbs.csv", "gaps.csv", "report.json"] {
        list += &[&digits.concat(), "  ", name, "\n"].concat();
    }
    fs::write(path.join(LIST), list).unwrap();
    fs::write(path.join("gaps.csv"), "next").unwrap();
    write(&output, &all()).unwrap();
    assert_eq!(read(path, "kbs.csv"), old);
    assert_eq!(names_in(path), with(&all(), &[]), "nothing was edited");
}

#[test]
fn failed_report_leaves_earlier_ones_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut failing = reports(&[Format::Csv]);
    failing.push(Box::new(FailsMidway));
    let output = OutputFolder::prepare(folder.path(), &failing).unwrap();
    for report in &failing {
        fs::write(folder.path().join(report.file_name()), "earlier").unwrap();
    }

    let error = write(&output, &failing).unwrap_err();

    assert!(matches!(&error, OutputError::Stage { path, .. } if path.ends_with("summary.json")));
    assert!(error.hint().unwrap().contains("make room"));
    let mut expected = file_names(
        &failing,
        Extras {
            base: true,
            census: true,
            cross_check: true,
            list_check: true,
        },
    );
    expected.sort();
    assert_eq!(names_in(folder.path()), expected, "no temporary file stays");
    for name in expected {
        let content = fs::read_to_string(folder.path().join(&name)).unwrap();
        assert_eq!(content, "earlier", "{name}");
    }
}

#[test]
fn file_as_folder_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("reports");
    fs::write(&path, "").unwrap();
    let error = OutputFolder::prepare(&path, &all()).unwrap_err();
    assert!(matches!(&error, OutputError::Create { folder, .. } if *folder == path));
    assert!(error.hint().unwrap().contains("--out"));

    let error = OutputFolder::prepare(&path.join("below"), &all()).unwrap_err();
    assert!(matches!(error, OutputError::Create { .. }));
}

#[test]
fn folder_in_place_of_a_report_is_refused_early() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("gaps.csv");
    fs::create_dir(&taken).unwrap();
    let error = OutputFolder::prepare(folder.path(), &all()).unwrap_err();
    assert!(matches!(error, OutputError::Taken { path } if path == taken));
}

#[test]
fn irreplaceable_path_is_named_and_the_report_written_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::prepare(folder.path(), &all()).unwrap();
    let taken = folder.path().join("machines.csv");
    fs::create_dir(&taken).unwrap();
    let error = write(&output, &all()).unwrap_err();
    assert!(matches!(&error, OutputError::Replace { path, .. } if *path == taken));
    assert!(error.to_string().contains("machines.new.csv"), "{error}");
    let names = with(&all(), &["machines.new.csv"]);
    assert_eq!(names_in(folder.path()), names);
}

#[test]
fn folder_is_checked_without_creating_it() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("taken"), "a file").unwrap();
    let long = "x".repeat(300);
    for (below, can_be_made) in [
        ("reports", true),
        ("a/b/c/d", true),
        ("a/../b", true),
        ("taken", false),
        ("taken/below", false),
        (&long, false),
        (&format!("a/{long}/b"), false),
    ] {
        let prepared = OutputFolder::prepare(&parent.path().join(below), &all());
        assert_eq!(prepared.is_ok(), can_be_made, "{below}");
        let error = prepared.err();
        assert!(error.is_none_or(|error| matches!(error, OutputError::Create { .. })));
        assert_eq!(names_in(parent.path()), ["taken"], "{below}");
    }
}

/// Also if the parent folder exists but is not writable.
#[cfg(unix)]
#[test]
fn folder_in_an_unwritable_parent_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let parent = tempfile::tempdir().unwrap();
    fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o500)).unwrap();
    // `root` may write there nevertheless.
    let is_free = fs::write(parent.path().join("probe"), "").is_ok();
    let prepared = OutputFolder::prepare(&parent.path().join("reports"), &all());
    assert_eq!(prepared.is_ok(), is_free);
}

#[test]
fn removed_folder_is_created_again() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("reports");
    fs::create_dir(&path).unwrap();
    let output = OutputFolder::prepare(&path, &all()).unwrap();
    fs::remove_dir_all(&path).unwrap();
    write(&output, &all()).unwrap();
    assert_eq!(names_in(&path), with(&all(), &[]));
}

#[cfg(unix)]
#[test]
fn reports_are_readable_only_by_their_owner() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::prepare(folder.path(), &all()).unwrap();
    write(&output, &all()).unwrap();
    let permissions = fs::metadata(folder.path().join("kbs.csv"))
        .unwrap()
        .permissions();
    assert_eq!(permissions.mode() & 0o777, 0o600);
}

#[test]
fn only_stale_temporary_files_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let leave = |name: &str, hours: u64| {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        let then = std::time::SystemTime::now() - std::time::Duration::from_hours(hours);
        file.set_modified(then).unwrap();
        file
    };
    leave(".patchgap-old.tmp", 13);
    leave(".patchgap-young.tmp", 0);
    leave(".patchgap-other", 13);
    leave("old.tmp", 13);
    let at_work = leave(".patchgap-at-work.tmp", 0);
    at_work.try_lock().unwrap();
    OutputFolder::prepare(folder.path(), &all()).unwrap();
    let left = [".patchgap-at-work.tmp", ".patchgap-other", "old.tmp"];
    assert_eq!(names_in(folder.path()), left);
}

/// Two processes that prepare and write the same folder at the same time: neither removes the
/// temporary files of the other.
#[test]
fn files_of_an_active_process_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::prepare(folder.path(), &all()).unwrap();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                OutputFolder::prepare(folder.path(), &all()).unwrap();
            }
        });
        let written = (0..20).try_for_each(|_| write(&output, &all()));
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        written.unwrap();
    });
    assert_eq!(names_in(folder.path()), with(&all(), &[]));
}
