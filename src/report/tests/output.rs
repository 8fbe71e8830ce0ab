//! What becomes of files: whole or not at all.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use super::super::{
    Format, Report, Run, file_names,
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
    Fixture::small().with_run(|run| folder.write_all(reports, run))
}

#[test]
fn reports_replace_earlier_ones_and_nothing_else() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("night").join("2026-11-23");
    let folder = OutputFolder::prepare(&path, &all()).unwrap();
    assert_eq!(names_in(&path), [""; 0], "the probe is gone");

    fs::write(path.join("kbs.csv"), "earlier").unwrap();
    fs::write(path.join("changes.csv"), "of a night before that").unwrap();
    fs::write(path.join("notes.txt"), "an admin's").unwrap();
    write(&folder, &all()).unwrap();

    let mut expected = file_names(&all(), false);
    expected.push("notes.txt".to_owned());
    expected.sort();
    assert_eq!(names_in(&path), expected, "nothing to compare with");
    for report in all().iter().filter(|it| !it.needs_base()) {
        assert_eq!(
            fs::read_to_string(path.join(report.file_name())).unwrap(),
            Fixture::small().render(report.as_ref())
        );
    }
    Fixture::second_night()
        .with_run(|run| folder.write_all(&all(), run))
        .unwrap();
    assert!(path.join("changes.csv").is_file());
}

#[test]
fn a_report_that_fails_leaves_the_earlier_ones_whole() {
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
    let mut expected = file_names(&failing, true);
    expected.sort();
    assert_eq!(names_in(folder.path()), expected, "no temporary file stays");
    for name in expected {
        let content = fs::read_to_string(folder.path().join(&name)).unwrap();
        assert_eq!(content, "earlier", "{name}");
    }
}

#[test]
fn a_file_is_no_folder() {
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
fn a_folder_in_a_reports_place_is_found_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("gaps.csv");
    fs::create_dir(&taken).unwrap();
    let error = OutputFolder::prepare(folder.path(), &all()).unwrap_err();
    assert!(matches!(error, OutputError::Taken { path } if path == taken));
}

#[test]
fn a_place_that_cannot_be_taken_is_named_and_no_report_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::prepare(folder.path(), &all()).unwrap();
    let taken = folder.path().join("machines.csv");
    fs::create_dir(&taken).unwrap();
    let error = write(&output, &all()).unwrap_err();
    assert!(matches!(&error, OutputError::Replace { path, .. } if *path == taken));
    assert!(error.to_string().contains("machines.new.csv"), "{error}");
    let mut names = file_names(&all(), false);
    names.push("machines.new.csv".to_owned());
    names.sort();
    assert_eq!(names_in(folder.path()), names);
}

#[test]
fn a_folder_that_went_away_is_made_again() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("reports");
    let output = OutputFolder::prepare(&path, &all()).unwrap();
    fs::remove_dir_all(&path).unwrap();
    write(&output, &all()).unwrap();
    assert_eq!(names_in(&path).len(), file_names(&all(), false).len());
}

#[cfg(unix)]
#[test]
fn a_report_is_its_owners_alone() {
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
fn what_a_kill_left_behind_goes_away_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let leave = |name: &str, hours: u64| {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        let then = std::time::SystemTime::now() - std::time::Duration::from_hours(hours);
        file.set_modified(then).unwrap();
    };
    leave(".patchgap-old.tmp", 13);
    leave(".patchgap-young.tmp", 11);
    leave(".patchgap-other", 13);
    leave("old.tmp", 13);
    OutputFolder::prepare(folder.path(), &all()).unwrap();
    let left = [".patchgap-other", ".patchgap-young.tmp", "old.tmp"];
    assert_eq!(names_in(folder.path()), left);
}
