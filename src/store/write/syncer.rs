//! Syncs committed data to the disk, so that it survives a power cut. This has its own thread, because
//! requests must not wait for the disk.

use std::{
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{Builder, JoinHandle},
};

use rusqlite::Connection;

use crate::store::file::connection::{connect, moves_on_close};

/// Syncs on request, on its own thread and connection. One syncer serves all runs that write to the file: a
/// single sync covers what all of them have committed.
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
        let thread = connected(path).and_then(|connection| {
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
}

impl Drop for Syncer {
    /// Syncs for the last time, and waits until it is done.
    fn drop(&mut self) {
        self.sync();
        if let Some((told, thread)) = self.thread.take() {
            drop(told);
            // Its panic message is already on standard error.
            let _ = thread.join();
        }
    }
}

/// A connection to a file that is known to be an intact store. If it is the last one to be closed, the log is
/// emptied.
fn connected(path: &Path) -> Option<Connection> {
    let connection = connect(path).ok()?;
    moves_on_close(&connection, true).ok()?;
    Some(connection)
}

/// Checkpoints the log. An error here will occur again in the next commit, and is reported then.
fn checkpoint(connection: &Connection) {
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
}
