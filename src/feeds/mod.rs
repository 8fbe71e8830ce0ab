//! The folder with feeds about CVEs: reading it, and filling it.
//!
//! ```text
//! KEV, EPSS, MSRC ─► fetch ─► files in the folder ─► read ─► Feeds
//!                                                    ▲ │
//!                                                   cache
//! ```
//!
//! - `files`: the names of the files, and which of them are in a folder
//! - `read`: reads the folder: from the cache, or otherwise from its files
//! - `cache`: the cache, which is next to the store because the folder may be read-only
//! - `fetch/`: downloads the files; only `patchgap feeds` does that
//! - `error`: a feed that cannot be read
//!
//! Invariants: a file of the folder is only replaced as a whole, by one that was parsed successfully. A cache
//! is used only for exactly the files that it was made from; if there is any problem with it, it is made
//! again.

mod cache;
mod error;
pub mod fetch;
mod files;
mod read;

pub use self::{error::FeedError, read::read};
