//! `--log-file`: a log that rotates by size, for jobs whose standard error nobody keeps.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A file that would grow beyond this many bytes is put aside first.
const MOST_BYTES: u64 = 10_000_000;
/// How many files that were put aside are kept.
const KEPT: u32 = 5;

/// The file, open for appending.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    /// `None` while it is being put aside: on Windows an open file cannot be renamed.
    file: Option<File>,
    size: u64,
    most: u64,
}

impl LogFile {
    /// Opens the file, and creates it and its folder if they do not exist. Only its owner can read a new one: it
    /// names machines.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Self::with_most(path, MOST_BYTES)
    }

    fn with_most(path: &Path, most: u64) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let file = append_to(path)?;
        Ok(Self {
            size: file.metadata()?.len(),
            path: path.to_owned(),
            file: Some(file),
            most,
        })
    }

    /// Puts the file aside, and begins a new one. If another program prevents that, the file just grows.
    fn rotate(&mut self) -> io::Result<()> {
        self.file = None;
        for number in (1..KEPT).rev() {
            let _ = fs::rename(self.aside(number), self.aside(number + 1));
        }
        let _ = fs::rename(&self.path, self.aside(1));
        self.reopen()
    }

    fn reopen(&mut self) -> io::Result<()> {
        let file = append_to(&self.path)?;
        self.size = file.metadata()?.len();
        self.file = Some(file);
        Ok(())
    }

    fn aside(&self, number: u32) -> PathBuf {
        let mut name = OsString::from(self.path.file_name().unwrap_or_default());
        name.push(format!(".{number}"));
        self.path.with_file_name(name)
    }
}

/// A line is written in one call, and never split between two files.
impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.size > 0 && self.size + line.len() as u64 > self.most {
            self.rotate()?;
        } else if self.file.is_none() {
            self.reopen()?;
        }
        let written = match &mut self.file {
            Some(file) => file.write(line)?,
            None => 0,
        };
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

#[cfg(unix)]
fn append_to(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600).open(path)
}

/// On Windows a file inherits the access list of its folder.
#[cfg(not(unix))]
fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_rotates_between_lines_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/patchgap.log");
        let mut log = LogFile::with_most(&path, 10).unwrap();
        for number in 0..16 {
            log.write_all(format!("{number:03}\n").as_bytes()).unwrap();
        }
        let read = |name: &str| fs::read_to_string(path.with_file_name(name)).ok();
        assert_eq!(read("patchgap.log").as_deref(), Some("014\n015\n"));
        assert_eq!(read("patchgap.log.1").as_deref(), Some("012\n013\n"));
        assert_eq!(read("patchgap.log.5").as_deref(), Some("004\n005\n"));
        assert_eq!(read("patchgap.log.6"), None);
    }

    #[test]
    fn later_process_goes_on_with_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("patchgap.log");
        for line in ["one\n", "two\n", "a line that is longer than the limit\n"] {
            let mut log = LogFile::with_most(&path, 10).unwrap();
            log.write_all(line.as_bytes()).unwrap();
        }
        let aside = fs::read_to_string(folder.path().join("patchgap.log.1"));
        assert_eq!(aside.unwrap(), "one\ntwo\n");
        assert!(fs::read_to_string(&path).unwrap().starts_with("a line"));
    }
}
