//! What says which machines can have changed.

use crate::domain::words::words;

words! {
    /// What says which machines can have changed since their last answer.
    pub enum ChangesFrom {
        /// Both, where the roles allow.
        Auto = "auto",
        /// The software inventory: other versions, and new KBs for them.
        Software = "software",
        /// The service's own changes of software vulnerabilities.
        Delta = "delta",
    }
}
