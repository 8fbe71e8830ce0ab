//! Moves complete files to their paths, each atomically.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use tracing::warn;

use super::{
    background::Staged,
    conflict::NAME,
    error::OutputError,
    names::{path_of, sibling},
    owned::{Existing, Owned},
    temporary::replace,
};
use crate::report::csv::TARGETS;

/// Moves these files to their paths, and removes patchgap's files that no longer apply. Other files
/// stay, and files that were edited are kept as copies. After a failure, the remaining files are
/// still placed.
pub(super) fn place_all(
    folder: &Path,
    staged: Vec<Staged>,
    stale: &[String],
) -> Result<(), OutputError> {
    let mut owned = Owned::of(folder)?;
    owned.adopt(folder);
    let existing = staged.iter().map(|it| owned.existing(folder, &it.name));
    let existing: Vec<Existing> = existing.collect();
    for (staged, existing) in staged.iter().zip(&existing) {
        if *existing != Existing::Others {
            owned.intend(&staged.name, staged.hash);
        }
    }
    if !staged.is_empty() {
        note(&owned, folder)?;
    }
    let removed = stale.iter().map(|name| remove(&owned, folder, name));
    let mut ended: Vec<Result<(), OutputError>> = removed.collect();
    for (staged, existing) in staged.into_iter().zip(existing) {
        ended.push(place(staged, folder, existing, &mut owned));
    }
    owned.forget_missing(folder);
    // If this fails, the list contains more files than exist, as after a kill.
    let _ = owned.write(folder);
    ended.into_iter().collect()
}

/// Removes patchgap's files from a folder, and the folder unless it holds others. Files that were
/// edited are kept as copies.
pub(super) fn remove_all(folder: &Path) -> Result<(), OutputError> {
    let is_there = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    if !is_there {
        return Ok(());
    }
    let owned = Owned::of(folder)?;
    owned
        .names()
        .try_for_each(|name| remove(&owned, folder, name))?;
    let list = folder.join(NAME);
    match fs::remove_file(&list) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(OutputError::Remove { path: list, source });
        }
        _ => {}
    }
    for folder in [&folder.join(TARGETS), folder] {
        // It stays if it holds other files.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}

/// Writes the list of owned files before the files are placed.
pub(super) fn note(owned: &Owned, folder: &Path) -> Result<(), OutputError> {
    owned.write(folder).map_err(|source| OutputError::Stage {
        path: folder.join(NAME),
        source,
    })
}

/// Removes an earlier report that does not apply to this run.
fn remove(owned: &Owned, folder: &Path, name: &str) -> Result<(), OutputError> {
    let path = path_of(folder, name);
    let removed = match owned.existing(folder, name) {
        Existing::Nothing | Existing::Others => Ok(()),
        Existing::Edited => keep_copy(&path).and_then(|()| fs::remove_file(&path)),
        Existing::Ours => fs::remove_file(&path),
    };
    removed.map_err(|source| OutputError::Remove { path, source })
}

fn place(
    staged: Staged,
    folder: &Path,
    existing: Existing,
    owned: &mut Owned,
) -> Result<(), OutputError> {
    let Staged { file, hash, name } = staged;
    let path = path_of(folder, &name);
    let ready = match existing {
        Existing::Nothing | Existing::Ours => Ok(()),
        Existing::Edited => keep_copy(&path),
        Existing::Others => Err(io::Error::other("patchgap did not write it")),
    };
    let placed = match ready {
        Ok(()) => replace(file, &path),
        Err(error) => Err(tempfile::PersistError { error, file }),
    };
    match placed {
        Ok(()) => {
            owned.settle(&name, hash);
            Ok(())
        }
        Err(failed) => Err(OutputError::Replace {
            kept: stay_beside(
                Staged {
                    file: failed.file,
                    hash,
                    name,
                },
                folder,
                owned,
            ),
            path,
            source: failed.error,
        }),
    }
}

/// Keeps a report next to the path that it could not be moved to. Returns its new path.
fn stay_beside(staged: Staged, folder: &Path, owned: &mut Owned) -> Option<PathBuf> {
    let Staged {
        mut file,
        hash,
        name,
    } = staged;
    for beside in variants(&path_of(folder, &name), "new") {
        let name = sibling(&name, &beside)?;
        let kept = match owned.existing(folder, &name) {
            Existing::Ours => replace(file, &beside),
            _ => file.persist_noclobber(&beside).map(drop),
        };
        match kept {
            Ok(()) => {
                owned.settle(&name, hash);
                return Some(beside);
            }
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
                file = failed.file;
            }
            Err(_) => return None,
        }
    }
    None
}

/// Keeps a copy of an earlier report that was edited.
fn keep_copy(path: &Path) -> io::Result<()> {
    for copy in variants(path, "edited") {
        match fs::hard_link(path, &copy).or_else(|_| copy_to_new(path, &copy)) {
            Ok(()) => {
                warn!(
                    "{} was changed since patchgap wrote it: what it was is kept as {}",
                    path.display(),
                    copy.display()
                );
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Copies to a new file, for file systems without hard links.
fn copy_to_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut new = OpenOptions::new().write(true).create_new(true).open(to)?;
    io::copy(&mut fs::File::open(from)?, &mut new)?;
    new.sync_all()
}

/// The path with `new` before the extension: `kbs.new.csv` for `kbs.csv`.
pub(super) fn beside(path: &Path) -> PathBuf {
    variant(path, "new")
}

/// Candidate paths: `kbs.new.csv`, `kbs.new-2.csv` and so on.
fn variants<'path>(path: &'path Path, word: &'path str) -> impl Iterator<Item = PathBuf> + 'path {
    let more = (2..1000).map(move |number| variant(path, &format!("{word}-{number}")));
    std::iter::once(variant(path, word)).chain(more)
}

fn variant(path: &Path, word: &str) -> PathBuf {
    let mut extension = std::ffi::OsString::from(word);
    if let Some(usual) = path.extension() {
        extension.push(".");
        extension.push(usual);
    }
    path.with_extension(extension)
}
