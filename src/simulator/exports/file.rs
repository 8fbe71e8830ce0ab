//! One exported file: generated once, kept on disk, sent completely or in part.

use std::{
    io::{self, BufWriter, SeekFrom},
    ops::Range,
    sync::Arc,
};

use flate2::{Compression, write::GzEncoder};
use futures::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    Response, StatusCode,
    body::{Bytes, Frame},
    header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue},
};
use tempfile::NamedTempFile;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
    sync::OnceCell,
    task::{spawn_blocking, yield_now},
};

use super::{range::requested, table::Table};
use crate::simulator::{bulk::FilePlan, reply::Body, tenant::Tenant};

/// The number of bytes read at a time.
const CHUNK_BYTES: u64 = 256 * 1024;

/// A file of the exports of a table: the same in all exports.
pub(super) struct ExportFile {
    pub(super) table: Table,
    pub(super) plan: FilePlan,
    made: OnceCell<NamedTempFile>,
}

/// The content of a file, ready to be sent.
pub(super) struct Content {
    file: File,
    length: u64,
    /// Whether the connection breaks in the middle.
    breaks: bool,
}

/// The part that is still to be sent.
struct Unread {
    file: File,
    start: u64,
    bytes: u64,
    breaks: bool,
}

impl ExportFile {
    pub(super) fn new(table: Table, plan: FilePlan) -> Self {
        Self {
            table,
            plan,
            made: OnceCell::new(),
        }
    }

    /// Its content, generated when it is first needed.
    pub(super) async fn open(&self, tenant: &Arc<Tenant>) -> io::Result<Content> {
        let made = self.made.get_or_try_init(|| {
            let (table, plan, tenant) = (self.table, self.plan.clone(), Arc::clone(tenant));
            async move { spawn_blocking(move || compressed(table, &plan, &tenant)).await? }
        });
        let file = File::from_std(made.await?.reopen()?);
        let length = file.metadata().await?.len();
        Ok(Content {
            file,
            length,
            breaks: false,
        })
    }
}

fn compressed(table: Table, plan: &FilePlan, tenant: &Tenant) -> io::Result<NamedTempFile> {
    let file = NamedTempFile::new()?;
    let mut out = GzEncoder::new(BufWriter::new(file), Compression::fast());
    table.write(tenant, plan, &mut out)?;
    Ok(out.finish()?.into_inner()?)
}

impl Content {
    /// The first half, as if it were the whole file.
    pub(super) fn cut(self) -> Self {
        let length = self.length / 2;
        Self { length, ..self }
    }

    /// The whole file, but the connection breaks in the middle.
    pub(super) fn broken(self) -> Self {
        Self {
            breaks: true,
            ..self
        }
    }

    /// The whole file, or the requested range of it.
    pub(super) fn response(self, range: Option<&str>) -> Response<Body> {
        let length = self.length;
        match requested(range, length) {
            None => self.part(StatusCode::OK, 0..length),
            Some(Ok(range)) => {
                let named = format!("bytes {}-{}/{length}", range.start, range.end - 1);
                with_content_range(self.part(StatusCode::PARTIAL_CONTENT, range), &named)
            }
            Some(Err(())) => {
                let nothing = self.part(StatusCode::RANGE_NOT_SATISFIABLE, 0..0);
                with_content_range(nothing, &format!("bytes */{length}"))
            }
        }
    }

    fn part(self, status: StatusCode, part: Range<u64>) -> Response<Body> {
        let length = part.end - part.start;
        let unread = Unread {
            file: self.file,
            start: part.start,
            bytes: if self.breaks { length / 2 } else { length },
            breaks: self.breaks,
        };
        let chunks = stream::try_unfold(unread, Unread::chunk);
        let mut response = Response::new(StreamBody::new(chunks).boxed_unsync());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, length.into());
        let octets = HeaderValue::from_static("application/octet-stream");
        headers.insert(CONTENT_TYPE, octets);
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        response
    }
}

impl Unread {
    /// The next chunk, and the rest.
    async fn chunk(mut self) -> io::Result<Option<(Frame<Bytes>, Self)>> {
        if self.bytes == 0 && self.breaks {
            // The chunks sent so far must arrive first.
            yield_now().await;
            return Err(io::Error::other("the simulated download ends here"));
        }
        if self.bytes == 0 {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(self.start)).await?;
        let mut chunk = vec![0; usize::try_from(self.bytes.min(CHUNK_BYTES)).unwrap_or(0)];
        self.file.read_exact(&mut chunk).await?;
        self.start += chunk.len() as u64;
        self.bytes -= chunk.len() as u64;
        Ok(Some((Frame::data(chunk.into()), self)))
    }
}

fn with_content_range(mut response: Response<Body>, range: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(range) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}
