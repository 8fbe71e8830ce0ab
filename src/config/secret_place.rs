//! Secrets in a variable or a file.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use secrecy::SecretString;

use super::{
    ConfigError, environment,
    secret::{LONGEST, from_bytes, from_text},
};

/// The secret in the text of this variable; `None` if it is empty.
pub(super) fn in_variable(name: &str, text: &str) -> Result<Option<SecretString>, ConfigError> {
    from_text(text).map_err(|problem| ConfigError::Secret {
        place: environment::place(name),
        problem,
    })
}

/// The secret in a file; `None` if it is empty. `what` is the file, for messages.
pub(super) fn in_file(
    what: &'static str,
    path: &Path,
) -> Result<Option<SecretString>, ConfigError> {
    let bytes = read(path).map_err(|source| ConfigError::Read {
        what,
        path: path.to_owned(),
        source,
    })?;
    from_bytes(&bytes).map_err(|problem| ConfigError::Secret {
        place: file_place(what, path),
        problem,
    })
}

/// The beginning of an error message about a file.
pub(super) fn file_place(what: &str, path: &Path) -> String {
    format!("{what} {}", path.display())
}

/// Reads just enough bytes to detect that a file is too long for a secret.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A warning if users other than the owner may read a file with a secret; `what` it is.
#[cfg(unix)]
pub(super) fn accessible_to_others(what: &str, path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        let path = path.display();
        format!(
            "{what} {path} is accessible to others (mode {mode:o}): \
                 chmod 600 {path}"
        )
    })
}

/// On Windows a file inherits the access list of its folder, which says nothing about intent.
#[cfg(not(unix))]
pub(super) fn accessible_to_others(_: &str, _: &Path) -> Option<String> {
    None
}
