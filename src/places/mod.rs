//! Places that reports are uploaded to, and that lakes are in: folders, and containers or buckets of object stores.
//!
//! - `target`: what a place can do; `connect`: the place for a URL
//! - `folder`: a place on a disk or a share
//! - `store`: a place in an object store; `azure`, `buckets`: how it is found and signed in to
//! - `azure_blobs`: removes what is in Azure; `surroundings`: what all of them are made from
//! - `http`: the requests of all object stores, over the connections that the API has, too; `reply`: what went
//!   wrong with one
//! - `upload`: uploads a folder of reports; `marker`: the file that says that all of it is there
//! - `lake`: a lake in an object store
//! - `error`: what can be wrong with a place, and how to fix it
//!
//! ```text
//! files on the disk ─► upload: the marker goes ─► files, several at once ─► the marker comes
//! ```
//!
//! Invariants: a reader who finds the marker finds all files that it lists, from one run. No request goes unencrypted
//! to another machine. No key, token or signature is in an error or a log line: of what a store answers, only its
//! code and the first line of its message are shown, with secrets masked.

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
