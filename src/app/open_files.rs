//! How many files and connections the process may have open.

/// Raises the limit as far as the system lets every process: what many tenants at once need, each with its
/// connections and its files. Where that fails, opening one too many is the error.
#[cfg(unix)]
pub(super) fn allow_many() {
    if let Err(problem) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::debug!("the limit of open files stays as it is: {problem}");
    }
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(super) fn allow_many() {}
