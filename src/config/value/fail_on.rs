//! What makes a complete run fail.

use crate::domain::words::words;

words! {
    /// What makes a complete run exit with a code other than 0.
    pub enum FailOn {
        /// Nothing.
        Nothing = "off",
        /// A gap that is known to be exploited, and whose risk is not accepted.
        KnownExploited = "known-exploited",
    }
}
