//! A writer that remembers its first error, because libraries that write through it may return an
//! error of their own instead.

use std::io::{self, ErrorKind, Write};

/// A writer, and its first error.
#[derive(Debug)]
pub(super) struct FirstError<W> {
    out: W,
    pub(super) failed: Option<ErrorKind>,
}

impl<W> FirstError<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, failed: None }
    }

    fn keep_error<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| {
            self.failed.get_or_insert(error.kind());
        })
    }
}

impl<W: Write> Write for FirstError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.keep_error(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.keep_error(flushed)
    }
}
