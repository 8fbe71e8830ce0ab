//! The bytes of a download, as a reader for another thread.

use std::io::{self, BufRead, Read};

use hyper::body::{Buf, Bytes};
use tokio::sync::mpsc::Receiver;

/// Reads the chunks of a download. The end of the download is the end of the file.
pub(super) struct ChunkReader {
    received: Receiver<Bytes>,
    current: Bytes,
}

impl ChunkReader {
    pub(super) fn new(received: Receiver<Bytes>) -> Self {
        Self {
            received,
            current: Bytes::new(),
        }
    }
}

impl BufRead for ChunkReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() {
            match self.received.blocking_recv() {
                Some(chunk) => self.current = chunk,
                None => break,
            }
        }
        Ok(&self.current)
    }

    fn consume(&mut self, bytes: usize) {
        self.current.advance(bytes);
    }
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
