//! The APIs that are called, each with limits of its own.

use crate::domain::words::words;

words! {
    /// An API of the service. The service counts the calls to each by itself.
    pub enum Api {
        /// `GET /api/machines/{id}/getmissingkbs`.
        MissingKbs = "missing-kbs",
    }
}
