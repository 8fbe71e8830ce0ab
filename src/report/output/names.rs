//! The names of files in an output folder: plain ones, and those in its subfolder of targets.

use std::path::{Component, Path, PathBuf};

use crate::report::csv::TARGETS;

/// The path of a file in the folder. In names, `/` separates folders on every platform.
pub(super) fn path_of(folder: &Path, name: &str) -> PathBuf {
    let parts = name.split('/');
    parts.fold(folder.to_owned(), |path, part| path.join(part))
}

/// Whether the name is one that patchgap gives: a plain file name on every platform, in the folder or
/// in its subfolder of targets. It cannot leave the folder.
pub(super) fn is_own(name: &str) -> bool {
    match name.split_once('/') {
        Some((folder, name)) => folder == TARGETS && is_plain(name),
        None => is_plain(name),
    }
}

/// Whether the file is one of the subfolder of targets.
pub(super) fn is_in_targets(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(folder, _)| folder == TARGETS)
}

/// The name of a file in the same folder as the file of this name.
pub(super) fn sibling(name: &str, path: &Path) -> Option<String> {
    let file = path.file_name()?.to_str()?;
    Some(match name.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{file}"),
        None => file.to_owned(),
    })
}

/// Whether the name is a plain file name on every platform.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let is_alone = matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(part)), None) if part == name
    );
    is_alone && !name.contains(['/', '\\', ':']) && !name.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_the_folder_or_its_targets_are_own() {
        for (name, expected) in [
            ("kbs.csv", true),
            ("a name.csv", true),
            ("targets/KB5059339.csv", true),
            ("targets", true),
            ("targets/", false),
            ("targets/..", false),
            ("targets/a/b", false),
            ("targets/a\\b", false),
            ("targets//a", false),
            ("other/KB5059339.csv", false),
            ("../kbs.csv", false),
            ("/kbs.csv", false),
            ("C:kbs.csv", false),
            ("", false),
        ] {
            assert_eq!(is_own(name), expected, "{name}");
        }
    }

    #[test]
    fn neighbour_of_a_target_is_a_target() {
        let path = path_of(Path::new("out"), "targets/KB1.csv");
        assert_eq!(path, Path::new("out").join("targets").join("KB1.csv"));
        let path = path.with_extension("new.csv");
        assert_eq!(
            sibling("targets/KB1.csv", &path).unwrap(),
            "targets/KB1.new.csv"
        );
        assert_eq!(
            sibling("kbs.csv", Path::new("out/kbs.new.csv")).unwrap(),
            "kbs.new.csv"
        );
    }
}
