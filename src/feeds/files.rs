//! The files of feeds: their names, and which of them are in a folder.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::domain::release::ReleaseMonth;

/// The names of CISA's catalogue; the first one that exists is read.
pub(super) const KEV: [&str; 2] = [
    "known_exploited_vulnerabilities.json",
    "known_exploited_vulnerabilities.csv",
];

/// The names of the EPSS scores; the first one that exists is read.
pub(super) const EPSS: [&str; 2] = ["epss_scores-current.csv.gz", "epss_scores-current.csv"];

/// The months in the names of MSRC's files, such as `2026-Nov.json`.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The feeds in a folder.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) kev: Option<FeedFile>,
    pub(super) epss: Option<FeedFile>,
    /// The months, by name.
    pub(super) months: Vec<FeedFile>,
}

/// A file as it is in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FeedFile {
    pub(super) path: PathBuf,
    pub(super) state: FileState,
}

/// Distinguishes a file from one that replaced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileState {
    pub(super) size: u64,
    /// When it was last modified, in nanoseconds since 1970.
    pub(super) modified: u64,
}

impl FileState {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        let modified = found.modified()?.duration_since(SystemTime::UNIX_EPOCH);
        let nanoseconds = modified.unwrap_or_default().as_nanos();
        Ok(Self {
            size: found.len(),
            modified: u64::try_from(nanoseconds).unwrap_or(u64::MAX),
        })
    }
}

impl Files {
    /// The feeds in this folder.
    pub(super) fn list(folder: &Path) -> io::Result<Self> {
        let mut months: Vec<String> = names(folder)?;
        months.retain(|name| month_of(name).is_some());
        months.sort_unstable();
        let file = |name: &String| FeedFile::find(folder.join(name)).transpose();
        Ok(Self {
            kev: first(folder, KEV)?,
            epss: first(folder, EPSS)?,
            months: months.iter().filter_map(file).collect::<io::Result<_>>()?,
        })
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &FeedFile> {
        let first = self.kev.iter().chain(&self.epss);
        first.chain(&self.months)
    }
}

impl FeedFile {
    fn find(path: PathBuf) -> io::Result<Option<Self>> {
        match FileState::of(&path) {
            Ok(state) => Ok(Some(Self { path, state })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The first of these files that exists.
fn first(folder: &Path, names: [&str; 2]) -> io::Result<Option<FeedFile>> {
    let [one, other] = names.map(|name| folder.join(name));
    match FeedFile::find(one)? {
        Some(file) => Ok(Some(file)),
        None => FeedFile::find(other),
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?;
    let names = entries.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default()));
    names.collect()
}

/// The month of a file of MSRC, by its name.
pub(super) fn month_of(name: &str) -> Option<ReleaseMonth> {
    let (id, extension) = name.split_once('.')?;
    let month = extension.eq_ignore_ascii_case("json").then_some(id)?;
    month_of_id(month)
}

/// The month of an id such as `2026-Nov`, in any case.
pub(super) fn month_of_id(id: &str) -> Option<ReleaseMonth> {
    let (year, name) = id.split_once('-')?;
    let is_year = year.len() == 4 && year.bytes().all(|it| it.is_ascii_digit());
    let year = is_year.then(|| year.parse().ok())??;
    let place = MONTHS.iter().position(|it| it.eq_ignore_ascii_case(name))?;
    ReleaseMonth::new(year, u16::try_from(place + 1).ok()?)
}

/// The id of a month, such as `2026-Nov`.
pub(super) fn id_of_month(month: ReleaseMonth) -> String {
    let name = MONTHS[usize::from(month.month() - 1) % MONTHS.len()];
    format!("{}-{name}", month.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_by_their_names() {
        for (name, expected) in [
            ("2026-Nov.json", Some("2026-Nov")),
            ("2026-nov.JSON", Some("2026-Nov")),
            ("2016-Jan.json", Some("2016-Jan")),
            ("2026-November.json", None),
            ("26-Nov.json", None),
            ("2026-Nov.json.part", None),
            ("2026-11.json", None),
            ("2017-May-B.json", None),
            ("Nov.json", None),
        ] {
            let month = month_of(name).map(id_of_month);
            assert_eq!(month.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn first_existing_name_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), name).unwrap();
        let names = |files: &Files| -> Vec<String> {
            let names = files.all().map(|it| it.path.file_name().unwrap());
            names.map(|it| it.to_str().unwrap().to_owned()).collect()
        };
        let first = [
            KEV[1],
            EPSS[1],
            "2026-Nov.json",
            "2025-Dec.json",
            "notes.txt",
        ];
        first.into_iter().for_each(write);
        let files = Files::list(folder.path()).unwrap();
        let expected = [KEV[1], EPSS[1], "2025-Dec.json", "2026-Nov.json"];
        assert_eq!(names(&files), expected);
        [KEV[0], EPSS[0]].into_iter().for_each(write);
        let files = Files::list(folder.path()).unwrap();
        assert_eq!(names(&files)[..2], [KEV[0], EPSS[0]]);
        assert_eq!(files.kev.unwrap().state.size, KEV[0].len() as u64);
        let missing = Files::list(&folder.path().join("missing"));
        assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    }
}
