//! Places that reports are uploaded to, and that contain lakes: folders, and containers or buckets of object
//! stores.
//!
//! - `target`: the operations of a place; `connect`: connects to the place of a URL
//! - `folder`: a place on a disk or a network share
//! - `store`: a place in an object store; `azure`, `buckets`: its address and credentials
//! - `azure_blobs`: removes blobs in Azure; `surroundings`: what all object stores need
//! - `http`: the HTTP client of all object stores, with the connections that the API uses; `reply`: why a
//!   request failed
//! - `upload`: uploads a folder of reports; `marker`: the file that is written when all files are complete
//! - `lake`: a lake in an object store
//! - `error`: what can be wrong with a place, and how to fix it
//!
//! ```text
//! files on the disk ─► upload: remove the marker ─► send files concurrently ─► write the marker
//! ```
//!
//! Invariants: a reader who finds the marker finds all files that it lists, from one run. No request goes
//! unencrypted to another machine. No key, token or signature is in an error or a log line: of a store's
//! reply, only its code and the first line of its message are shown, with secrets masked.

mod connect;
mod error;
mod folder;
mod marker;
mod target;
mod upload;

#[cfg(feature = "upload")]
mod azure;
#[cfg(feature = "upload")]
mod azure_blobs;
#[cfg(feature = "upload")]
mod buckets;
#[cfg(feature = "upload")]
mod http;
#[cfg(feature = "upload")]
mod lake;
mod reply;
#[cfg(feature = "upload")]
mod store;
#[cfg(feature = "upload")]
mod surroundings;

pub(crate) use self::{
    connect::{connect, connect_lake},
    error::PlaceError,
    target::Target,
    upload::{ReportFile, check, try_out, upload},
};
