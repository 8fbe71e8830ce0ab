//! The files of an export: downloads from another server, which is not the API.
//!
//! - `file`: the address of a file, which is a secret: anyone who has it can read the file
//! - `guard`: which addresses a file may have
//! - `download`: one download, as a stream
//!
//! A download carries no token, follows no redirect, and does not request compression: the bytes
//! arrive as they are stored. The time limit is for each read, because files are large. No error
//! and no log contains an address: files are named by their number.

mod download;
mod file;
mod guard;

pub use self::{
    download::{Chunks, FileBody, FileError, FileProblem},
    file::{Export, ExportFile},
};
pub(super) use self::{
    download::{Downloads, broken, chunks, too_late},
    guard::Guard,
};
