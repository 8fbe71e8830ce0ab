//! What is in a lake after several runs, read back by the Parquet crate's own reader.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use parquet::{
    basic::{Compression, Repetition, Type as Physical},
    file::{
        properties::WriterProperties,
        reader::{FileReader, SerializedFileReader},
        writer::SerializedFileWriter,
    },
    schema::types::Type,
};

use super::*;
use crate::report::{fixture::Fixture, parquet::tests::read};

const GAPS: &str = "gaps/tenant=contoso/date=2026-11-23";

fn fixture() -> Fixture {
    let mut fixture = Fixture::small();
    fixture.facts.tenant_id = Some("Contoso".to_owned());
    fixture
}

/// Adds a run, and returns the names of the tables that were added.
fn add(lake: &Path, fixture: &Fixture) -> Result<String, LakeError> {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().unwrap();
    runtime.block_on(async {
        let facts = &fixture.facts;
        let files = Box::new(LakeFolder::new(lake.to_owned()));
        let lake = Lake::prepare(files, facts.tenant_id.as_deref()).await?;
        let extras = fixture.with_run(|run| Extras { ..run.extras() });
        let missing = lake.missing(facts, extras).await?;
        let staged = fixture.with_run(|run| lake.stage(&missing, run))?;
        Ok(lake.add(staged, facts).await?.join(" "))
    })
}

/// The paths of all files, with their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                files.insert(name.replace('\\', "/"), fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn runs_are_added_once_and_nothing_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("new/lake");
    let tables = |added: Result<String, LakeError>| added.unwrap();
    assert_eq!(tables(add(&lake, &fixture())), "gaps machines kbs failures");
    let first = files(&lake);
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    let name = "tenant=contoso/date=2026-11-23/run-20261123T125958Z-1.parquet";
    let expected = ["failures", "gaps", "kbs", "machines"].map(|table| format!("{table}/{name}"));
    assert_eq!(names, expected);
    assert_eq!(tables(add(&lake, &fixture())), "");
    assert_eq!(files(&lake), first);

    // A run of another store that starts in the same second, with a base.
    let mut other = Fixture::second_night();
    other.facts.tenant_id = Some("contoso".to_owned());
    other.facts.started_at = fixture().facts.started_at;
    other.facts.run = Some(77);
    assert_eq!(
        tables(add(&lake, &other)),
        "gaps machines kbs failures changes"
    );
    let second = files(&lake);
    assert!(first.iter().all(|(name, bytes)| second[name] == *bytes));
    assert_eq!(second.len(), 9);
    assert!(second.contains_key(&format!("gaps/{}", name.replace("-1.", "-2."))));
    assert_eq!(tables(add(&lake, &other)), "");

    // What a run could not add is added when it is resumed.
    fs::remove_file(lake.join("kbs").join(name)).unwrap();
    assert_eq!(tables(add(&lake, &fixture())), "kbs");
    assert_eq!(files(&lake), second);
}

#[test]
fn columns_are_the_same_for_every_list() {
    let names = |fixture: &Fixture| {
        let folder = tempfile::tempdir().unwrap();
        add(folder.path(), fixture).unwrap();
        let mut names = BTreeMap::new();
        for (file, bytes) in files(folder.path()) {
            let reader = SerializedFileReader::new(hyper::body::Bytes::from(bytes)).unwrap();
            let metadata = reader.metadata();
            assert!(metadata.row_groups().iter().all(|group| {
                let mut columns = group.columns().iter();
                columns.all(|it| matches!(it.compression(), Compression::ZSTD(_)))
            }));
            let fields = metadata.file_metadata().schema().get_fields().iter();
            let fields: Vec<String> = fields.map(|it| format!("{it:?}")).collect();
            let table = file.split('/').next().unwrap().to_owned();
            for taken in ["\"date\"", "\"tenant\"", "\"Team\""] {
                assert!(!fields.concat().contains(taken), "{table}: {taken}");
            }
            names.insert(table, fields);
        }
        names
    };
    let mut listed = Fixture::second_night();
    listed.inventory.columns = ["machineName", "run", "Team"].map(str::to_owned).into();
    let row = |_: &_| ["a", "b", "c"];
    listed.inventory.cells = listed.inventory.machines.iter().map(row).collect();
    let (bare, listed) = (names(&Fixture::second_night()), names(&listed));
    assert_eq!(bare.len(), 5);
    assert!(format!("{:?}", bare["machines"]).contains("machineName"));
    assert_eq!(bare, listed);
}

#[test]
fn gaps_are_by_kb_and_all_there() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), &fixture()).unwrap();
    let bytes = files(folder.path()).remove(&format!("{GAPS}/run-20261123T125958Z-1.parquet"));
    let rows = read(bytes.unwrap());
    let pairs: Vec<[String; 2]> = rows
        .iter()
        .map(|row| [row[1].clone(), row[0].clone()])
        .collect();
    assert_eq!(pairs.len(), 3);
    assert!(pairs.is_sorted(), "{pairs:?}");
}

/// A file with a column of whole numbers for each name.
fn write_other(path: &Path, columns: &[&str]) {
    let fields = columns.iter().map(|name| {
        let field = Type::primitive_type_builder(name, Physical::INT64);
        Arc::new(field.with_repetition(Repetition::REQUIRED).build().unwrap())
    });
    let schema = Type::group_type_builder("x").with_fields(fields.collect());
    let schema = Arc::new(schema.build().unwrap());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = fs::File::create(path).unwrap();
    let properties = Arc::new(WriterProperties::default());
    let writer = SerializedFileWriter::new(file, schema, properties).unwrap();
    writer.close().unwrap();
}

#[test]
fn lake_with_other_columns_is_refused_and_untouched() {
    let file = format!("{GAPS}/run-20261124T010000Z-1.parquet");
    for (columns, expected) in [
        (
            &["machineId"][..],
            "its column `machineId` has whole numbers, but would get text",
        ),
        (&["kbId"], "it lacks the column `machineId`"),
        (
            &["answers"],
            "it has a column `answers`, which this version does not write",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write_other(&folder.path().join(&file), columns);
        let before = files(folder.path());
        let error = add(folder.path(), &fixture()).unwrap_err();
        let message = error.to_string();
        assert!(message.ends_with(expected), "{message}");
        assert!(message.contains("20261124T010000Z"), "{message}");
        assert!(error.hint().contains("--lake"));
        assert_eq!(files(folder.path()), before);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join(GAPS)).unwrap();
    fs::write(folder.path().join(&file), "no Parquet").unwrap();
    let error = add(folder.path(), &fixture()).unwrap_err();
    assert!(matches!(error, LakeError::Unreadable { .. }), "{error}");
}

#[test]
fn failure_leaves_no_part_of_a_table() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("machines"), "in the way").unwrap();
    let error = add(folder.path(), &fixture()).unwrap_err();
    assert!(error.to_string().contains("machines"), "{error}");
    assert!(error.hint().contains("can be written to"));
    let left = files(folder.path());
    assert!(
        left.keys().all(|name| !name.contains("patchgap")),
        "{left:?}"
    );
    fs::remove_file(folder.path().join("machines")).unwrap();
    add(folder.path(), &fixture()).unwrap();
    assert_eq!(files(folder.path()).len(), 4);
}

#[cfg(unix)]
#[test]
fn files_let_in_whom_the_folder_lets_in() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let file = format!("{GAPS}/run-20261123T125958Z-1.parquet");
    let new = folder.path().join("new");
    add(&new, &fixture()).unwrap();
    assert_eq!((mode(&new), mode(&new.join(&file))), (0o700, 0o600));
    let open = folder.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o750)).unwrap();
    add(&open, &fixture()).unwrap();
    assert_eq!(mode(&open.join(&file)), 0o640);
}
