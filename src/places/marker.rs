//! The marker: a file that lists the files of a run, written when all of them are complete.
//!
//! It lists them with their hashes, in the format of `sha256sum`. Spark and similar tools give a file of this
//! name the same meaning, and skip it because of its first letter.

use std::{collections::BTreeSet, fmt::Write};

use crate::report::output::{Digest, is_plain};

/// Its name.
pub(super) const MARKER: &str = "_SUCCESS";

/// The first line, by which our markers are recognised.
const HEADER: &str = "# The files of a run of patchgap, all of which are here.";

/// The content of the marker for these files.
pub(super) fn content(mut files: Vec<(String, Digest)>) -> String {
    files.sort();
    let mut text = format!("{HEADER}\n");
    for (name, digest) in files {
        let _ = writeln!(text, "{digest}  {name}");
    }
    text
}

/// The names that a marker lists; `None` if it is not ours. Names that could not be ours are skipped, because
/// the listed files may be removed.
pub(super) fn names(content: &[u8]) -> Option<BTreeSet<String>> {
    let text = std::str::from_utf8(content).ok()?;
    let lines = text.strip_prefix(HEADER)?.lines();
    let names = lines.filter_map(|line| line.split_once("  "));
    let names = names.filter(|(digest, name)| digest.parse::<Digest>().is_ok() && is_ours(name));
    Some(names.map(|(_, name)| name.to_owned()).collect())
}

/// Whether a name is inside the place: a plain file, in at most two folders.
fn is_ours(name: &str) -> bool {
    name != MARKER && name.split('/').count() <= 3 && name.split('/').all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn names_are_read_back() {
        let files = ["summary.json", "Zürich, CH/targets/KB1.csv", "a  b.csv"];
        let files = files.map(|name| (name.to_owned(), HASH.parse().unwrap()));
        let text = content(files.to_vec());
        assert_eq!(text.lines().last(), Some(&*format!("{HASH}  summary.json")));
        let found = names(text.as_bytes()).unwrap();
        assert_eq!(found, files.map(|(name, _)| name).into());
    }

    #[test]
    fn only_own_names_are_taken_from_an_own_marker() {
        for foreign in [&b""[..], b"{}", b"\xff", b"# another program"] {
            assert_eq!(names(foreign), None);
        }
        for name in [
            "../kbs.csv",
            "/kbs.csv",
            "a//b",
            "a/../b",
            "a\\b",
            "C:kbs.csv",
            "a/b/c/d",
            "_SUCCESS",
            "",
        ] {
            let text = format!("{HEADER}\n{HASH}  {name}\nnonsense  kbs.csv\n");
            assert_eq!(names(text.as_bytes()), Some(BTreeSet::new()), "{name}");
        }
    }
}
