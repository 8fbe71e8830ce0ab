//! Records the origin and version of the files in the folder, in a file next to them.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use serde_json::{Value, json};
use tracing::debug;

use super::target::Target;
use crate::{
    defender::Known,
    feeds::files::FileState,
    report::output::{replace, temporary},
};

/// The name of the file.
const NOTES_FILE: &str = ".patchgap-feeds.json";

/// The notes of a folder. If they are lost, every file is requested again.
#[derive(Debug)]
pub(super) struct Notes {
    path: PathBuf,
    notes: BTreeMap<String, Note>,
}

/// The record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// The URL that it was fetched from.
    pub(super) url: String,
    /// The version according to the server.
    pub(super) known: Known,
    /// The revision according to its index.
    pub(super) revision: Option<String>,
    /// The state of the file when it was written.
    pub(super) state: FileState,
    /// The date of its content.
    pub(super) date: Option<Date>,
    /// The number of its entries.
    pub(super) entries: u64,
}

impl Notes {
    /// Reads the notes of this folder.
    pub(super) fn read(folder: &Path) -> Self {
        let path = folder.join(NOTES_FILE);
        let text = fs::read(&path).unwrap_or_default();
        let document: Value = serde_json::from_slice(&text).unwrap_or_default();
        let notes = document.as_object().into_iter().flatten();
        let notes = notes.filter_map(|(name, note)| Some((name.clone(), Note::read(note)?)));
        Self {
            notes: notes.collect(),
            path,
        }
    }

    /// The note of a file, if the file has not changed since it was fetched from this URL.
    pub(super) fn of(&self, target: &Target, path: &Path) -> Option<&Note> {
        let note = self.notes.get(&target.name)?;
        let is_there = FileState::of(path).is_ok_and(|it| it == note.state);
        (is_there && note.url == target.url.as_str()).then_some(note)
    }

    /// Records a file, with the revision in its index.
    pub(super) fn set(&mut self, target: &Target, note: Note) -> &Note {
        let note = Note {
            revision: target.revision.clone(),
            ..note
        };
        self.notes.insert(target.name.clone(), note);
        if let Err(error) = self.write() {
            debug!("{}: cannot be written: {error}", self.path.display());
        }
        &self.notes[&target.name]
    }

    fn write(&self) -> io::Result<()> {
        let notes = self.notes.iter().map(|(name, note)| (name, note.written()));
        let notes: BTreeMap<_, _> = notes.collect();
        let mut file = temporary(self.path.parent().unwrap_or(Path::new(".")))?;
        file.write_all(&serde_json::to_vec_pretty(&notes)?)?;
        replace(file, &self.path)?;
        Ok(())
    }
}

impl Note {
    /// Whether the file is the revision in its index, so that it need not be requested.
    pub(super) fn is_current(&self, target: &Target) -> bool {
        target.revision.is_some() && self.revision == target.revision
    }

    fn written(&self) -> Value {
        json!({
            "url": self.url,
            "etag": self.known.etag,
            "lastModified": self.known.last_modified,
            "revision": self.revision,
            "size": self.state.size,
            "modified": self.state.modified,
            "date": self.date.map(|it| it.to_string()),
            "entries": self.entries,
        })
    }

    fn read(note: &Value) -> Option<Self> {
        let text = |key: &str| note[key].as_str().map(str::to_owned);
        Some(Self {
            url: text("url")?,
            known: Known {
                etag: text("etag"),
                last_modified: text("lastModified"),
            },
            revision: text("revision"),
            state: FileState {
                size: note["size"].as_u64()?,
                modified: note["modified"].as_u64()?,
            },
            date: text("date").and_then(|it| it.parse().ok()),
            entries: note["entries"].as_u64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::target::FeedKind, *};

    fn target(url: &str) -> Target {
        Target::new(FeedKind::Kev, "kev.json", &url.parse().unwrap())
    }

    #[test]
    fn notes_hold_for_the_same_file_from_the_same_address() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kev.json");
        fs::write(&path, "content").unwrap();
        let target_here = target("https://host/kev.json");
        let note = Note {
            url: "https://host/kev.json".to_owned(),
            known: Known {
                etag: Some("\"1\"".to_owned()),
                last_modified: None,
            },
            revision: None,
            state: FileState::of(&path).unwrap(),
            date: Some("2026-11-25".parse().unwrap()),
            entries: 2,
        };
        Notes::read(folder.path()).set(&target_here, note.clone());
        let notes = Notes::read(folder.path());
        assert_eq!(notes.of(&target_here, &path), Some(&note));
        assert_eq!(notes.of(&target("https://mirror/kev.json"), &path), None);
        fs::write(&path, "other content").unwrap();
        assert_eq!(notes.of(&target_here, &path), None);
        fs::write(folder.path().join(NOTES_FILE), "{\"kev.json\":{\"size\":").unwrap();
        assert!(Notes::read(folder.path()).notes.is_empty());
    }
}
