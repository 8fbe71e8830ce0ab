//! `--log-file`: a log that rotates by size, for jobs whose standard error is discarded.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use jiff::civil::Date;

/// The number of bytes that show whether a file is a log, and the length of a date in it.
const BEGINNING: u64 = 32;
const DATE: usize = 10;

/// A file is rotated before it grows beyond this many bytes.
const MOST_BYTES: u64 = 10_000_000;
/// How many rotated files are kept.
const ROTATED_FILES: u32 = 5;

/// The file, open for appending.
#[derive(Debug)]
pub(in crate::app) struct LogFile {
    path: PathBuf,
    /// `None` during a rotation: on Windows an open file cannot be renamed.
    file: Option<File>,
    size: u64,
    /// The size beyond which it is rotated.
    most: u64,
    /// What is added to that size if another program prevents the rotation.
    step: u64,
}

impl LogFile {
    /// Opens the file, and creates it and its folder if they do not exist. Only its owner can read a new one: it
    /// names machines.
    pub(in crate::app) fn open(path: &Path) -> io::Result<Self> {
        Self::with_most(path, MOST_BYTES)
    }

    fn with_most(path: &Path, most: u64) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        if !is_log(path)? {
            return Err(io::Error::other(
                "it is not a log of patchgap, and is left alone",
            ));
        }
        let file = append_to(path)?;
        Ok(Self {
            size: file.metadata()?.len(),
            path: path.to_owned(),
            file: Some(file),
            most,
            step: most,
        })
    }

    /// Renames the file, and begins a new one. If another program prevents that, the file grows
    /// until the next attempt, and the rotated files stay as they are.
    fn rotate(&mut self) -> io::Result<()> {
        self.file = None;
        let moved = fs::rename(&self.path, self.rotated(0));
        if moved.is_ok() {
            for number in (0..ROTATED_FILES).rev() {
                let _ = fs::rename(self.rotated(number), self.rotated(number + 1));
            }
        }
        self.reopen()?;
        self.most = moved.map_or(self.size, |()| 0) + self.step;
        Ok(())
    }

    fn reopen(&mut self) -> io::Result<()> {
        let file = append_to(&self.path)?;
        self.size = file.metadata()?.len();
        self.file = Some(file);
        Ok(())
    }

    fn rotated(&self, number: u32) -> PathBuf {
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

/// Whether the file is missing, empty or begins like a log: with a time, in JSON or not. This
/// prevents a log from being appended to a list, a store or a configuration.
fn is_log(path: &Path) -> io::Result<bool> {
    let mut beginning = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(BEGINNING).read_to_end(&mut beginning)?,
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    let beginning = beginning
        .strip_prefix(b"{\"timestamp\":\"")
        .unwrap_or(&beginning);
    let date = beginning.get(..DATE).and_then(|it| str::from_utf8(it).ok());
    Ok(beginning.is_empty() || date.is_some_and(|it| it.parse::<Date>().is_ok()))
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
    fn file_that_cannot_be_rotated_grows_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("patchgap.log");
        let rotated = |number: u32| folder.path().join(format!("patchgap.log.{number}"));
        for number in 1..=ROTATED_FILES {
            fs::write(rotated(number), number.to_string()).unwrap();
        }
        // A folder with this name has the effect of a program that holds the file open.
        fs::create_dir_all(rotated(0).join("in the way")).unwrap();
        let mut log = LogFile::with_most(&path, 10).unwrap();
        for number in 0..16 {
            log.write_all(format!("{number:03}\n").as_bytes()).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 16);
        for number in 1..=ROTATED_FILES {
            assert_eq!(
                fs::read_to_string(rotated(number)).unwrap(),
                number.to_string()
            );
        }
    }

    #[test]
    fn later_process_appends_to_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("patchgap.log");
        for line in [
            "2026-11-30 one\n",
            "2026-11-30 two\n",
            "a line that is longer\n",
        ] {
            let mut log = LogFile::with_most(&path, 40).unwrap();
            log.write_all(line.as_bytes()).unwrap();
        }
        let rotated = fs::read_to_string(folder.path().join("patchgap.log.1"));
        assert_eq!(rotated.unwrap(), "2026-11-30 one\n2026-11-30 two\n");
        assert!(fs::read_to_string(&path).unwrap().starts_with("a line"));
    }

    #[test]
    fn only_a_log_gets_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (text, is_ours) in [
            ("", true),
            ("2026-11-30T12:26:34.514+00:00 ERROR it failed\n", true),
            ("{\"timestamp\":\"2026-11-30T12:26:34.5Z\"}\n", true),
            ("SQLite format 3\0", false),
            ("machineId,deviceName\n", false),
            ("secret", false),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(LogFile::open(&path).is_ok(), is_ours, "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
