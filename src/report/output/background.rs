//! A file written by a background thread while the caller renders on.

use std::{
    io::{self, Write},
    mem,
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::{Builder, JoinHandle},
};

use tempfile::NamedTempFile;

use super::{
    digest::{Digest, Hashing},
    temporary::temporary,
};

/// The number of bytes sent to the thread together.
const PIECE_BYTES: usize = 256 * 1024;
/// The maximum number of pieces waiting for the disk.
const MAX_WAITING_PIECES: usize = 4;

/// A file that is still being rendered.
pub(super) struct Background {
    piece: Vec<u8>,
    pieces: SyncSender<Vec<u8>>,
    writing: Writing,
}

/// A file whose content is complete, but may still be on its way to the disk. Removed on drop.
pub(super) struct Writing(Option<JoinHandle<io::Result<Staged>>>);

/// A file that is complete on the disk, but still has a temporary name.
pub(super) struct Staged {
    pub(super) file: NamedTempFile,
    /// The hash of its content.
    pub(super) hash: Digest,
    /// The name that it is to have.
    pub(super) name: String,
}

impl Background {
    pub(super) fn new(folder: &Path, name: &str) -> io::Result<Self> {
        let (file, name) = (temporary(folder)?, name.to_owned());
        let (pieces, waiting) = sync_channel(MAX_WAITING_PIECES);
        let thread = Builder::new().name("report".to_owned());
        Ok(Self {
            piece: Vec::with_capacity(PIECE_BYTES),
            pieces,
            writing: Writing(Some(thread.spawn(move || write(file, name, &waiting))?)),
        })
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let piece = mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
        // The reason is in the thread's own result.
        let gone = |_| io::ErrorKind::BrokenPipe.into();
        self.pieces.send(piece).map_err(gone)
    }

    /// Completes the file after successful rendering, or aborts it. If both rendering and writing
    /// failed, returns the write error.
    pub(super) fn finish(mut self, rendered: io::Result<()>) -> io::Result<Writing> {
        let rendered = rendered.and_then(|()| self.hand_over());
        drop(self.pieces);
        match rendered {
            Ok(()) => Ok(self.writing),
            Err(error) => Err(self.writing.staged().err().unwrap_or(error)),
        }
    }
}

impl Write for Background {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writing {
    /// Waits until the file is complete on the disk.
    pub(super) fn staged(mut self) -> io::Result<Staged> {
        let ended = self.0.take().and_then(|thread| thread.join().ok());
        ended.unwrap_or_else(|| Err(io::Error::other("the writing thread panicked")))
    }
}

impl Drop for Writing {
    /// The thread owns the file, and must end before the file can be removed.
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}

fn write(mut file: NamedTempFile, name: String, pieces: &Receiver<Vec<u8>>) -> io::Result<Staged> {
    let mut hashing = Hashing::default();
    for piece in pieces {
        hashing.add(&piece);
        file.write_all(&piece)?;
    }
    file.as_file().sync_all()?;
    let hash = hashing.finish();
    Ok(Staged { file, hash, name })
}
