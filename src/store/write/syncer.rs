//! Syncs committed data to the disk, so that it survives a power cut. This waits for the disk, so
//! it has its own thread: requests must not wait for it.

use std::{
    mem,
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{Builder, JoinHandle},
};

use rusqlite::Connection;

use crate::store::file::connection::connect;

/// Syncs on request, on its own thread and connection.
#[derive(Debug, Default)]
pub(crate) struct Syncer {
    thread: Option<(SyncSender<()>, JoinHandle<()>)>,
}

impl Syncer {
    /// Starts the thread. If that fails, data is only synced when the store is closed and by
    /// SQLite's own checkpoints: a killed process loses nothing either way.
    pub(crate) fn start(path: &Path) -> Self {
        let (told, requests) = sync_channel(1);
        let work = move |connection: Connection| {
            for () in requests {
                checkpoint(&connection);
            }
        };
        let thread = connect(path).ok().and_then(|connection| {
            let thread = Builder::new().name("store sync".to_owned());
            thread.spawn(move || work(connection)).ok()
        });
        Self {
            thread: thread.map(|thread| (told, thread)),
        }
    }

    /// Requests a sync. Never waits.
    pub(crate) fn sync(&self) {
        if let Some((told, _)) = &self.thread {
            // If the channel is full, a sync is already due.
            let _ = told.try_send(());
        }
    }

    /// Syncs for the last time, and waits until it is done.
    pub(crate) fn finish(&mut self) {
        self.sync();
        if let Some((told, thread)) = mem::take(&mut self.thread) {
            drop(told);
            // Its panic message is already on standard error.
            let _ = thread.join();
        }
    }
}

/// Checkpoints the log. An error here will occur again in the next commit, and is reported then.
fn checkpoint(connection: &Connection) {
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
}
