use std::{
    io::Write,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use futures::{StreamExt, stream};
use hyper::body::Bytes;

use super::*;
use crate::{
    collect::software,
    defender::{
        BulkAddress, CallError, Class, Export, ExportFile, FileBody, FileError, FileProblem,
        ListPage,
    },
    domain::{api::Api, bulk::Dataset, outcome::Reason, software::SoftwareInventory},
    quota::{Permit, Rules},
};

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// What a download does.
#[derive(Clone, Copy)]
enum Act {
    Whole,
    /// Sends this many bytes and breaks off.
    Breaks(usize),
    /// Sends this many bytes as if they were the whole file.
    Cut(usize),
    /// Ignores the requested start, sends this many bytes and breaks off.
    FromBeginning(usize),
    Sends(&'static [u8]),
    Fails(FileProblem),
}

/// A service with these files. Its downloads follow the script, and then succeed.
#[derive(Default)]
struct Fake {
    files: Vec<Vec<u8>>,
    acts: Mutex<Vec<Act>>,
    has_no_export: bool,
    /// The text of each page; if empty, pages are refused.
    pages: Vec<String>,
    /// Whether the last page links to the first.
    is_endless: bool,
    calls: Mutex<Vec<String>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Fake {
    fn call(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }
}

impl Fake {
    fn next_act(&self) -> Act {
        let mut acts = self.acts.lock().unwrap();
        if acts.is_empty() {
            return Act::Whole;
        }
        acts.remove(0)
    }
}

fn refused() -> CallError {
    CallError::without_reply(Class::MachineRefused, Reason::Refused, "no")
}

impl BulkApi for Fake {
    async fn bulk_page<R: BulkRows>(
        &self,
        address: &BulkAddress,
        permit: &Permit<'_>,
    ) -> Result<ListPage<R>, CallError> {
        permit.assert_is_for(Api::Software);
        let number: usize = match address {
            BulkAddress::First(_) | BulkAddress::Since(..) => 0,
            BulkAddress::Next(url) => url.path()[1..].parse().unwrap(),
        };
        self.call(format!("page {number}"));
        let page = self.pages.get(number).ok_or_else(refused)?;
        let mut rows = R::default();
        page.lines().for_each(|line| rows.add_line(line.as_bytes()));
        let is_last = number + 1 == self.pages.len();
        let next = if is_last { 0 } else { number + 1 };
        let next = (!is_last || self.is_endless)
            .then(|| format!("https://api.example/{next}").parse().unwrap());
        Ok(ListPage { items: rows, next })
    }

    async fn export(&self, dataset: Dataset, permit: &Permit<'_>) -> Result<Export, CallError> {
        assert_eq!(dataset, Dataset::Software);
        permit.assert_is_for(Api::SoftwareExport);
        self.call("export");
        if self.has_no_export {
            return Err(refused());
        }
        let of = self.files.len();
        let files = (1..=of).map(|number| ExportFile::new(format!("{number}"), number, of));
        Ok(Export {
            files: files.collect(),
            generated_at: Some(NOW),
        })
    }

    async fn export_file(
        &self,
        file: &ExportFile,
        skip: u64,
        permit: &Permit<'_>,
    ) -> Result<FileBody, FileError> {
        permit.assert_is_for(Api::ExportFiles);
        self.call(format!("{file} after {skip}"));
        let text = file.to_string();
        let number: usize = text.split(' ').nth(1).unwrap().parse().unwrap();
        let whole = self.files[number - 1].clone();
        let start = usize::try_from(skip).unwrap();
        let act = self.next_act();
        let (start, bytes, breaks) = match act {
            Act::Whole => (start, whole[start..].to_vec(), false),
            Act::Breaks(bytes) => (start, whole[start..start + bytes].to_vec(), true),
            Act::Cut(bytes) => (start, whole[start..start + bytes].to_vec(), false),
            Act::FromBeginning(bytes) => (0, whole[..bytes].to_vec(), true),
            Act::Sends(bytes) => (0, bytes.to_vec(), false),
            Act::Fails(problem) => return Err(FileError::new(problem, "no luck")),
        };
        let now = self.at_once.fetch_add(1, SeqCst) + 1;
        self.most_at_once.fetch_max(now, SeqCst);
        // The paused clock stands still while files are decoded.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        self.at_once.fetch_sub(1, SeqCst);
        let chunks: Vec<_> = bytes
            .chunks(7)
            .map(|it| Ok(Bytes::copy_from_slice(it)))
            .collect();
        let at_once = FileProblem::Passing(Some(Duration::ZERO));
        let end = breaks.then(|| Err(FileError::new(at_once, "broken")));
        Ok(FileBody {
            start: start as u64,
            chunks: stream::iter(chunks).chain(stream::iter(end)).boxed(),
        })
    }
}

fn row(machine: usize) -> String {
    format!(
        r#"{{"DeviceId":"{machine:040x}","SoftwareVendor":"microsoft","SoftwareName":"windows_11","SoftwareVersion":"10.0.{machine}"}}"#
    )
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

/// A service with this many machines in this many files, and the same machines on two pages.
fn fake(machines: usize, files: usize) -> Fake {
    let rows: Vec<_> = (0..machines).map(row).collect();
    let texts = |parts: usize| {
        rows.chunks(machines.div_ceil(parts))
            .map(|it| it.join("\n"))
    };
    Fake {
        files: texts(files).map(|text| gzip(&text)).collect(),
        pages: texts(2).collect(),
        ..Fake::default()
    }
}

async fn fetch(fake: &Fake) -> Result<SoftwareInventory, String> {
    let gate = Gate::new(|_| Rules::default());
    let fetcher = BulkFetcher {
        api: fake,
        gate: &gate,
        retries: 2,
        clock: || NOW,
    };
    software::fetch(&fetcher).await
}

/// Checks the machines, and returns the calls.
async fn calls_for(fake: Fake, machines: usize) -> Vec<String> {
    let inventory = fetch(&fake).await.unwrap();
    assert_eq!(inventory.machines.len(), machines);
    assert_eq!(inventory.versions.len(), machines);
    assert_eq!(inventory.generated_at, NOW);
    fake.calls.into_inner().unwrap()
}

#[tokio::test(start_paused = true)]
async fn files_are_downloaded_concurrently() {
    let fake = fake(60, 9);
    let inventory = fetch(&fake).await.unwrap();
    assert_eq!(inventory.machines.len(), 60);
    assert_eq!(fake.most_at_once.into_inner(), 4);
    let mut calls = fake.calls.into_inner().unwrap();
    calls.sort();
    assert_eq!(calls.len(), 10);
    assert_eq!(calls[0..2], ["export", "file 1 of 9 after 0"]);
}

#[tokio::test(start_paused = true)]
async fn files_and_pages_give_the_same_inventory() {
    let of_files = fetch(&fake(60, 3)).await.unwrap();
    let pages = Fake {
        has_no_export: true,
        ..fake(60, 3)
    };
    assert_eq!(fetch(&pages).await.unwrap(), of_files);
    assert_eq!(
        pages.calls.into_inner().unwrap(),
        ["export", "page 0", "page 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn download_continues_where_it_broke_off() {
    let fake = fake(30, 1);
    *fake.acts.lock().unwrap() = vec![Act::Breaks(100), Act::FromBeginning(140)];
    let calls = calls_for(fake, 30).await;
    let of = |skip| format!("file 1 of 1 after {skip}");
    assert_eq!(calls, ["export".to_owned(), of(0), of(100), of(140)]);
}

#[tokio::test(start_paused = true)]
async fn damaged_file_is_downloaded_again() {
    for act in [
        Act::Cut(100),
        Act::Sends(b""),
        Act::Sends(b"<html>"),
        // The paused clock stands still while a decoder waits.
        Act::Fails(FileProblem::Passing(Some(Duration::ZERO))),
    ] {
        let fake = fake(30, 1);
        *fake.acts.lock().unwrap() = vec![act, act];
        let calls = calls_for(fake, 30).await;
        assert_eq!(calls.len(), 4, "{calls:?}");
        assert!(calls[1..].iter().all(|it| it == "file 1 of 1 after 0"));
    }
}

#[tokio::test(start_paused = true)]
async fn pages_are_read_if_a_file_cannot_be_read() {
    for (act, downloads) in [
        (Act::Sends(b""), 3),
        (Act::Cut(100), 3),
        (Act::Fails(FileProblem::Final), 1),
    ] {
        let fake = fake(30, 1);
        *fake.acts.lock().unwrap() = vec![act; 3];
        let calls = calls_for(fake, 30).await;
        assert_eq!(calls.len(), 1 + downloads + 2, "{calls:?}");
        assert_eq!(calls[1 + downloads..], ["page 0", "page 1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn expired_addresses_are_replaced_twice() {
    let expired = Act::Fails(FileProblem::Expired);
    for (times, expected) in [(1, "export"), (2, "export"), (3, "page 0")] {
        let fake = fake(30, 1);
        *fake.acts.lock().unwrap() = vec![expired; times];
        let calls = calls_for(fake, 30).await;
        assert_eq!(calls[2 * times], expected, "{calls:?}");
        let exports = calls.iter().filter(|it| *it == "export").count();
        assert_eq!(exports, times.min(2) + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn without_files_and_pages_both_reasons_are_given() {
    let nothing = Fake {
        has_no_export: true,
        ..Fake::default()
    };
    let error = fetch(&nothing).await.unwrap_err();
    assert_eq!(error, "refused: no (pages); refused: no (files)");
    let broken = Fake {
        pages: Vec::new(),
        acts: Mutex::new(vec![Act::Fails(FileProblem::Final)]),
        ..fake(30, 1)
    };
    let error = fetch(&broken).await.unwrap_err();
    assert_eq!(error, "refused: no (pages); file 1 of 1: no luck (files)");
    let empty = Fake {
        pages: vec![String::new()],
        ..Fake::default()
    };
    let error = fetch(&empty).await.unwrap_err();
    assert_eq!(
        error,
        "it has no machines (pages); it has no machines (files)"
    );
}

#[tokio::test(start_paused = true)]
async fn endless_pages_are_an_error() {
    let endless = Fake {
        has_no_export: true,
        is_endless: true,
        ..fake(30, 1)
    };
    let error = fetch(&endless).await.unwrap_err();
    assert_eq!(error, "its pages never end (pages); refused: no (files)");
    assert!(endless.calls.into_inner().unwrap().len() < 5);
}

#[tokio::test(start_paused = true)]
async fn pages_with_many_unreadable_rows_are_refused() {
    let pages = Fake {
        has_no_export: true,
        pages: vec![row(1), "?".to_owned()],
        ..Fake::default()
    };
    let error = fetch(&pages).await.unwrap_err();
    let expected = "1 of 2 rows could not be read, such as row 1, `?`: ";
    assert!(error.starts_with(expected), "{error}");
}
