//! The folder with feeds of CVEs: what is in it, read into what a KB is worth, and how it is filled.
//!
//! ```text
//! KEV, EPSS, MSRC ─► fetch ─► files in the folder ─► read ─► Feeds
//!                                                    ▲ │
//!                                                   cache
//! ```
//!
//! - `files`: the names of the files, and which of them are in a folder
//! - `read`: reads the folder: from the cache, or else from its files
//! - `cache`: what was read last, beside the store, because the folder may be read-only
//! - `fetch/`: downloads the files; only `patchgap feeds` does that
//! - `error`: a feed that cannot be read
//!
//! Invariants: a file of the folder is replaced as a whole, and only by one that was read successfully. A
//! cache is used only for exactly the files that it was made of; whatever is wrong with it, it is made again.

mod cache;
mod error;
pub mod fetch;
mod files;
mod read;

pub use self::{error::FeedError, read::read};
