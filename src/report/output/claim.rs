//! Detects files that must not be replaced: the run's own inputs and state, and files in the output folder
//! that patchgap did not write. Both are checked before the first request.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    conflict::{Conflict, NAME},
    owned::Owned,
    placing::beside,
    same_file::{Located, is_same},
    temporary::is_temporary,
};
use crate::report::csv::{TARGETS, is_target};

/// A file that a run reads or keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// A description of the file for error messages.
    pub what: &'static str,
    /// The path of the file, which need not exist yet.
    pub path: PathBuf,
}

/// The files to be written to a folder.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'claim> {
    /// The folder, which need not exist.
    pub folder: &'claim Path,
    /// The names of the files.
    pub names: &'claim [&'claim str],
    /// Whether there will be files of targets as well, whichever KBs they are about.
    pub has_targets: bool,
    /// The command-line option that sets the folder.
    pub option: &'static str,
}

/// Fails if the file that `--output` names is one of the inputs.
pub fn check_output(output: &Path, inputs: &[Input]) -> Result<(), Conflict> {
    let hit = inputs.iter().find(|input| is_same(output, &input.path));
    match hit {
        Some(input) => Err(Conflict::Input {
            what: input.what,
            path: input.path.clone(),
            written: output.to_owned(),
            option: "--output",
        }),
        None => Ok(()),
    }
}

impl Claim<'_> {
    /// Fails if writing would replace one of the inputs, or a file that patchgap did not write.
    /// Writes nothing.
    pub fn check(&self, inputs: &[Input]) -> Result<(), Conflict> {
        let written = Written::of(self);
        for input in inputs {
            self.spares(input, &written)?;
        }
        let owned = Owned::of(self.folder)?;
        let others = self.names.iter();
        let others = others.filter(|name| owned.is_others(self.folder, name));
        let mut names: Vec<String> = others.map(|name| (*name).to_owned()).collect();
        if self.has_targets {
            names.extend(self.other_targets(&owned));
        }
        if names.is_empty() {
            return Ok(());
        }
        Err(Conflict::Others {
            folder: self.folder.to_owned(),
            names,
            option: self.option,
        })
    }

    /// Existing files with the names of targets that patchgap did not write.
    fn other_targets(&self, owned: &Owned) -> Vec<String> {
        let subfolder = self.folder.join(TARGETS);
        if fs::symlink_metadata(&subfolder).is_ok() && !subfolder.is_dir() {
            return vec![TARGETS.to_owned()];
        }
        let entries = fs::read_dir(&subfolder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let names = names.filter(|name| is_target(name));
        let names = names.map(|name| format!("{TARGETS}/{name}"));
        let mut names: Vec<String> = names.filter(|name| !owned.has(name)).collect();
        names.sort();
        names
    }

    fn spares(&self, input: &Input, written: &Written) -> Result<(), Conflict> {
        let Some(written) = self.overwriting(&input.path, written) else {
            return Ok(());
        };
        Err(Conflict::Input {
            what: input.what,
            path: input.path.clone(),
            written,
            option: self.option,
        })
    }

    /// The path to be written that would replace the input, or prevent it from being created.
    fn overwriting(&self, input: &Path, written: &Written) -> Option<PathBuf> {
        let located = Located::new(input);
        // A parent folder does no harm. If it is used as a file, reading it reports that error.
        let is_above = written.folder.is_below(&located) && !input.is_dir();
        if is_above || written.folder.is_same(&located) {
            return Some(self.folder.to_owned());
        }
        let is_hit = |file: &Located| file.is_same(&located) || located.is_below(file);
        let mut files = written.files.iter();
        let hit = files.find_map(|(name, file)| is_hit(file).then(|| self.folder.join(name)));
        hit.or_else(|| {
            let is_hit = self.swept(input) || self.is_target(input);
            is_hit.then(|| input.to_owned())
        })
    }

    /// Whether the file may be replaced or removed as one of the targets of an earlier run.
    fn is_target(&self, input: &Path) -> bool {
        let name = input.file_name().and_then(|name| name.to_str());
        let folder = input.parent();
        name.is_some_and(is_target)
            && folder.is_some_and(|folder| is_same(folder, &self.folder.join(TARGETS)))
    }

    /// Whether the file would be removed together with leftover temporary files.
    fn swept(&self, input: &Path) -> bool {
        let folder = input.parent().filter(|it| !it.as_os_str().is_empty());
        input.file_name().is_some_and(is_temporary)
            && is_same(folder.unwrap_or(Path::new(".")), self.folder)
    }
}

/// All paths that may be written.
struct Written {
    folder: Located,
    /// By name: the reports, the `.new` variants of reports that cannot be placed, and the list of owned
    /// files.
    files: Vec<(PathBuf, Located)>,
}

impl Written {
    fn of(claim: &Claim<'_>) -> Self {
        let folder = Located::new(claim.folder);
        let names = claim.names.iter().map(Path::new);
        let names = names.flat_map(|name| [beside(name), name.to_owned()]);
        let names = std::iter::once(PathBuf::from(NAME)).chain(names);
        let files = names.map(|name| {
            let file = folder.file(claim.folder, &name);
            (name, file)
        });
        Self {
            files: files.collect(),
            folder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["kbs.csv", "machines.csv"];

    fn conflict(folder: &Path, input: &Path) -> Option<String> {
        let claim = Claim {
            folder,
            names: &NAMES,
            has_targets: true,
            option: "--out",
        };
        let input = Input {
            what: "store",
            path: input.to_owned(),
        };
        claim.check(&[input]).err().map(|error| error.to_string())
    }

    #[test]
    fn inputs_that_a_report_would_overwrite_are_refused() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("out");
        for there in [false, true] {
            for (input, is_lost) in [
                ("out/kbs.csv", true),
                ("out/../out/machines.csv", true),
                ("out/kbs.new.csv", true),
                ("out/.patchgap-files", true),
                ("out/.patchgap-x.tmp", true),
                ("out/kbs.csv/store", true),
                ("out", true),
                ("out/gaps.csv", false),
                ("out/store", false),
                ("out/below/kbs.csv", false),
                ("out/targets/KB5.csv", true),
                ("out/targets/list.csv", false),
                ("kbs.csv", false),
                (".patchgap-x.tmp", false),
            ] {
                let found = conflict(&out, &place.path().join(input));
                assert_eq!(found.is_some(), is_lost, "{there} {input} {found:?}");
            }
            fs::create_dir_all(&out).unwrap();
        }
        assert_eq!(conflict(&out, place.path()), None);
        let below = out.join("kbs.csv").join("deep");
        assert!(conflict(&below, &out.join("kbs.csv")).is_some());
    }

    #[test]
    fn foreign_file_is_named() {
        let place = tempfile::tempdir().unwrap();
        for name in ["machines.csv", "notes.txt"] {
            fs::write(place.path().join(name), "mine").unwrap();
        }
        let error = || conflict(place.path(), Path::new("elsewhere")).unwrap();
        let found = error();
        assert!(found.ends_with("did not write: machines.csv"), "{found}");
        fs::create_dir(place.path().join("targets")).unwrap();
        for name in ["KB5.csv", "kb6.csv", "notes.txt"] {
            fs::write(place.path().join("targets").join(name), "mine").unwrap();
        }
        let found = error();
        let expected = "did not write: machines.csv, targets/KB5.csv, targets/kb6.csv";
        assert!(found.ends_with(expected), "{found}");
    }
}
