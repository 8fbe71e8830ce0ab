//! Allows one run at a time per app registration, because its runs share one quota.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::time::sleep;

use crate::store::{
    error::{Problem, StoreError},
    tables::calls::Application,
};

/// The interval between attempts to take the lock.
const LOCK_POLL_INTERVAL: Duration = Duration::from_millis(250);

/// The number of attempts before another process counts as active, and the interval between them: a process
/// that only checks the lock holds it briefly.
const PROBE_ATTEMPTS: u32 = 4;
const PROBE_INTERVAL: Duration = Duration::from_millis(5);

/// The exclusive right to send calls with this app registration. The operating system releases it when the
/// process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until no other process sends calls with the same app registration. Calls `busy` once
    /// if there is such a process.
    ///
    /// Several processes could share the windows call by call, but then both would finish late. Usually the
    /// second is the same job started again, which would request everything twice.
    pub async fn acquire(
        store: &Path,
        application: &Application,
        busy: impl FnOnce(),
    ) -> Result<Self, StoreError> {
        let failed = |error| StoreError::new(store, Problem::Lock(error));
        let file = open(&lock_path(store, application)).map_err(failed)?;
        let mut busy = Some(busy);
        for tries in 0_u32.. {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries < PROBE_ATTEMPTS => {
                    sleep(PROBE_INTERVAL).await;
                    continue;
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            if let Some(busy) = busy.take() {
                busy();
            }
            sleep(LOCK_POLL_INTERVAL).await;
        }
        Ok(Self { _file: file })
    }
}

impl Lock {
    /// Whether a process is sending calls with this app registration now. Creates no file, and does
    /// not disturb processes that want to take the lock.
    pub(crate) fn is_held(store: &Path, application: &Application) -> bool {
        let tried = File::open(lock_path(store, application)).map(|file| file.try_lock_shared());
        matches!(tried, Ok(Err(TryLockError::WouldBlock)))
    }
}

/// The path of the lock file. It is specific to the app registration, so that several tenants can share a
/// store and run concurrently. The store's path is canonicalised first, so that all its names lead to the
/// same lock.
fn lock_path(store: &Path, application: &Application) -> PathBuf {
    let store = fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
    let mut name = store.file_name().unwrap_or_default().to_owned();
    let digest = Sha256::new()
        .chain_update(&application.tenant_id)
        .chain_update([0])
        .chain_update(&application.client_id)
        .chain_update([0])
        .chain_update(&application.api_url)
        .finalize();
    let short = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    name.push(format!(".{short:08x}.lock"));
    store.with_file_name(name)
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
