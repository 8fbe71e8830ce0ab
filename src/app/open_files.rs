//! The limit of open files and connections.

/// Raises the limit to the hard limit: concurrent tenants each need connections and files. If that
/// fails, opening one file too many is reported as an error.
#[cfg(unix)]
pub(super) fn allow_many() {
    if let Err(problem) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::debug!("the limit of open files stays as it is: {problem}");
    }
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(super) fn allow_many() {}
