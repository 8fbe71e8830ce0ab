//! What was committed is moved to where a power cut leaves it. That waits for the disk, and so
//! happens beside the writing: whoever asks must not wait for it.

use std::{
    mem,
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{Builder, JoinHandle},
};

use rusqlite::Connection;

use crate::store::file::connection::connect;

/// Syncs when it is told to, on a thread and a connection of its own.
#[derive(Debug, Default)]
pub(crate) struct Syncer {
    thread: Option<(SyncSender<()>, JoinHandle<()>)>,
}

impl Syncer {
    /// Starts the thread. Where that is not possible nothing is synced but when the store
    /// is closed, and what SQLite does by itself: a killed process loses nothing either way.
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

    /// Syncs soon. Never waits.
    pub(crate) fn sync(&self) {
        if let Some((told, _)) = &self.thread {
            // It was told already, and has not begun.
            let _ = told.try_send(());
        }
    }

    /// Syncs a last time, and waits for that.
    pub(crate) fn finish(&mut self) {
        self.sync();
        if let Some((told, thread)) = mem::take(&mut self.thread) {
            drop(told);
            // Its panic was told on standard error.
            let _ = thread.join();
        }
    }
}

/// What fails here fails again with the next commit, and is told then.
fn checkpoint(connection: &Connection) {
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
}
