//! The reply that each fault gives to a download.

use std::io::{self, Write};

use flate2::{Compression, write::DeflateEncoder};
use futures::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    Response, StatusCode,
    body::{Bytes, Frame},
    header::LOCATION,
};

use super::file::Content;
use crate::simulator::{
    faults::FileFault,
    reply::{Body, Reply},
};

/// The head of a gzip file without a name.
const GZIP_HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// An empty last block, and a checksum and length that are never read.
const GZIP_END: &[u8] = &[3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// The bomb repeats a block that is compressed once: 256 times 16 MiB is 4 GiB.
const BOMB_BLOCKS: usize = 256;
const BOMB_BLOCK_BYTES: usize = 16 << 20;
const ROW: &str = "{\"DeviceId\":\"ffffffffffffffffffffffffffffffffffffffff\",\
                   \"SoftwareVendor\":\"microsoft\",\"SoftwareName\":\"teams\",\
                   \"SoftwareVersion\":\"1\"}\n";

/// The reply to the download of this content, given this fault.
pub(super) fn response(
    fault: Option<FileFault>,
    content: Content,
    range: Option<&str>,
    elsewhere: &str,
) -> io::Result<Response<Body>> {
    let Some(fault) = fault else {
        return Ok(content.response(range));
    };
    Ok(match fault {
        FileFault::Cut => content.cut().response(range),
        FileFault::Broken => content.broken().response(range),
        FileFault::Empty => Reply::empty(StatusCode::OK).into_response(),
        FileFault::NotGzip => Reply::page(StatusCode::OK).into_response(),
        FileFault::GzipBomb => bomb()?,
        FileFault::Redirect => Reply::empty(StatusCode::FOUND)
            .with_header(LOCATION, elsewhere)
            .into_response(),
        FileFault::Unavailable => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Reply::xml(status, "ServerBusy", "The server is busy.").into_response()
        }
    })
}

/// An endless number of rows, in a single gzip stream.
fn bomb() -> io::Result<Response<Body>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(ROW.repeat(BOMB_BLOCK_BYTES / ROW.len()).as_bytes())?;
    // The block refers to nothing before it, and ends at a byte boundary, so it can be repeated.
    encoder.flush()?;
    let block = Bytes::from(encoder.get_ref().clone());
    let parts = [Bytes::from_static(GZIP_HEAD)]
        .into_iter()
        .chain(std::iter::repeat_n(block, BOMB_BLOCKS))
        .chain([Bytes::from_static(GZIP_END)]);
    let frames = parts.map(|part| Ok(Frame::data(part)));
    Ok(Response::new(
        StreamBody::new(stream::iter(frames)).boxed_unsync(),
    ))
}
