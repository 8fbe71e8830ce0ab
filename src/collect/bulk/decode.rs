//! Decodes a compressed file into rows, in its own thread.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;
use memchr::{memchr, memrchr};

use super::mostly_unreadable;
use crate::{
    defender::{BulkRows, FileError, FileProblem},
    domain::{bulk::Dataset, text::thousands},
};

/// The maximum length of a line in bytes: a thousand times the usual length.
const MAX_LINE_BYTES: usize = 1 << 20;
/// Bytes decompressed at a time, chosen to fit into a processor's cache.
const DECOMPRESSED_STEP_BYTES: usize = 256 << 10;
/// The first byte of a gzip file.
const GZIP_FIRST_BYTE: u8 = 0x1f;
/// Some programs put this at the beginning of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The limits of a file: a small one can decompress to any size.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileLimits {
    /// Lines, empty ones included.
    pub(super) lines: u64,
    /// Bytes, decompressed.
    pub(super) bytes: u64,
}

impl FileLimits {
    /// Ten times the largest known tenant, in a single file.
    pub(super) const fn of(dataset: Dataset) -> Self {
        match dataset {
            Dataset::Software => Self {
                lines: 60_000_000,
                bytes: 32 << 30,
            },
            Dataset::Vulnerabilities | Dataset::Changes => Self {
                lines: 500_000_000,
                bytes: 512 << 30,
            },
        }
    }
}

/// Decodes the rows of a file, on the current thread.
pub(super) fn decode<R: BulkRows>(
    mut file: impl BufRead,
    limits: FileLimits,
) -> Result<R, FileError> {
    match file.fill_buf().map_err(|error| damaged(&error))?.first() {
        None => return Err(passing("it is empty")),
        Some(&GZIP_FIRST_BYTE) => {}
        Some(_) => return Err(passing("it is not gzip")),
    }
    let mut reader = Reader {
        rows: R::default(),
        lines: 0,
        limits,
    };
    reader.read(MultiGzDecoder::new(file))?;
    match mostly_unreadable(reader.rows.counts()) {
        Some(problem) => Err(FileError::new(FileProblem::Final, problem)),
        None => Ok(reader.rows),
    }
}

struct Reader<R> {
    rows: R,
    lines: u64,
    limits: FileLimits,
}

impl<R: BulkRows> Reader<R> {
    /// Reads the whole text. Only whole lines are parsed; the rest is kept until more text follows.
    fn read(&mut self, mut text: impl Read) -> Result<(), FileError> {
        let mut buffer = vec![0; MAX_LINE_BYTES + DECOMPRESSED_STEP_BYTES];
        let mut kept = 0;
        let mut total = 0;
        loop {
            let read = text.read(&mut buffer[kept..kept + DECOMPRESSED_STEP_BYTES]);
            let read = read.map_err(|error| damaged(&error))?;
            total += read as u64;
            let filled = kept + read;
            if read == 0 {
                return self.add_lines(&buffer[..filled]);
            }
            // The text that was kept contains no line end.
            let end = memrchr(b'\n', &buffer[kept..filled]).map_or(0, |it| kept + it + 1);
            self.add_lines(&buffer[..end])?;
            buffer.copy_within(end..filled, 0);
            kept = filled - end;
            if kept > MAX_LINE_BYTES {
                return Err(too_much("a line of more than 1 MB"));
            }
            if total > self.limits.bytes {
                let most = format!("more than {} GiB", self.limits.bytes >> 30);
                return Err(too_much(&most));
            }
        }
    }

    fn add_lines(&mut self, mut text: &[u8]) -> Result<(), FileError> {
        while !text.is_empty() {
            let end = memchr(b'\n', text).map_or(text.len(), |it| it + 1);
            let (mut line, rest) = text.split_at(end);
            if self.lines == 0 {
                line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
            }
            self.lines += 1;
            if self.lines > self.limits.lines {
                let most = thousands(self.limits.lines);
                return Err(too_much(&format!("more than {most} lines")));
            }
            line = line.trim_ascii();
            if !line.is_empty() {
                self.rows.add_line(line);
            }
            text = rest;
        }
        Ok(())
    }
}

fn damaged(error: &io::Error) -> FileError {
    match error.kind() {
        ErrorKind::UnexpectedEof => passing("it is cut off"),
        _ => passing(&format!("it is damaged: {error}")),
    }
}

fn passing(problem: &str) -> FileError {
    FileError::new(FileProblem::Passing(None), problem)
}

fn too_much(what: &str) -> FileError {
    FileError::new(FileProblem::Final, format!("it has {what}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::domain::software::SoftwareRows;

    const FILE_LIMITS: FileLimits = FileLimits::of(Dataset::Software);

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn read(file: &[u8]) -> Result<SoftwareRows, String> {
        read_within(file, FILE_LIMITS)
    }

    fn read_within(file: &[u8], limits: FileLimits) -> Result<SoftwareRows, String> {
        decode(file, limits).map_err(|it| format!("{:?}: {it}", it.problem))
    }

    fn row(id: u32, padding: usize) -> String {
        let padding = "x".repeat(padding);
        format!(
            r#"{{"Padding":"{padding}","DeviceId":"{id:040x}","SoftwareVendor":"microsoft","SoftwareName":"edge"}}"#
        )
    }

    #[test]
    fn lines_are_read_across_blocks_of_any_size() {
        for padding in [
            0,
            1000,
            DECOMPRESSED_STEP_BYTES - 1,
            DECOMPRESSED_STEP_BYTES,
            3 * DECOMPRESSED_STEP_BYTES,
            700_000,
        ] {
            let rows: Vec<_> = (0..20).map(|id| row(id, padding + id as usize)).collect();
            let machines: Vec<_> = (0..20_u32).map(|id| format!("{id:040x}")).collect();
            for (separator, end) in [("\n", ""), ("\r\n", "\r\n"), ("\n\n \n", "\n\n")] {
                let text = format!("\u{feff}{}{end}", rows.join(separator));
                let rows = read(&gzip(text.as_bytes())).unwrap();
                assert_eq!(
                    (rows.counts.rows, rows.counts.unreadable),
                    (20, 0),
                    "{padding} {separator:?}"
                );
                let inventory = rows.finish(jiff::Timestamp::UNIX_EPOCH);
                let found: Vec<_> = inventory
                    .machines
                    .iter()
                    .map(|it| it.0.to_string())
                    .collect();
                assert_eq!(found, machines);
            }
        }
    }

    #[test]
    fn several_compressed_parts_are_one_file() {
        let text = row(1, 0) + "\n" + &row(2, 0);
        let (first, second) = text.as_bytes().split_at(70);
        let rows = read(&[gzip(first), gzip(second)].concat()).unwrap();
        assert_eq!((rows.counts.rows, rows.counts.unreadable), (2, 0));
        assert_eq!(read(&gzip(b"")).unwrap().counts.rows, 0);
    }

    #[test]
    fn damage_is_recognised() {
        let whole = gzip(row(1, 5000).as_bytes());
        let mut flipped = whole.clone();
        let last = flipped.len() - 6;
        flipped[last] ^= 1;
        for (file, expected) in [
            (&b""[..], "Passing(None): it is empty"),
            (b"{}", "Passing(None): it is not gzip"),
            (b"<?xml", "Passing(None): it is not gzip"),
            (&whole[..1], "Passing(None): it is cut off"),
            (&whole[..20], "Passing(None): it is cut off"),
            (&whole[..whole.len() - 1], "Passing(None): it is cut off"),
            (&flipped, "Passing(None): it is damaged: "),
            (b"\x1f\x8c0000000000", "Passing(None): it is damaged: "),
        ] {
            let error = read(file).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        let long = gzip(&vec![b' '; MAX_LINE_BYTES + 2 * DECOMPRESSED_STEP_BYTES]);
        assert_eq!(
            read(&long).unwrap_err(),
            "Final: it has a line of more than 1 MB"
        );
        let few = FileLimits {
            lines: 1000,
            bytes: 2 << 30,
        };
        let lines = gzip(&b"\n".repeat(1001));
        assert_eq!(
            read_within(&lines, few).unwrap_err(),
            "Final: it has more than 1,000 lines"
        );
        assert!(read_within(&gzip(&b"\n".repeat(1000)), few).is_ok());
        let small = FileLimits {
            bytes: 100,
            ..FILE_LIMITS
        };
        let error = read_within(&gzip(row(1, 100).as_bytes()), small).unwrap_err();
        assert_eq!(error, "Final: it has more than 0 GiB");
    }

    #[test]
    fn file_with_many_unreadable_rows_is_refused() {
        let mut rows: Vec<_> = (0..2000).map(|id| row(id, 0)).collect();
        rows[7] = "?".to_owned();
        rows[8] = row(8, 0).replace("00000", "");
        let two = rows.join("\n");
        assert_eq!(read(&gzip(two.as_bytes())).unwrap().counts.unreadable, 2);
        let error = read(&gzip((two + "\n{").as_bytes())).unwrap_err();
        let expected = "Final: 3 of 2,001 rows could not be read, such as row 8, `?`: ";
        assert!(error.starts_with(expected), "{error}");
    }
}
