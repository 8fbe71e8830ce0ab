//! The columns of a list: which one holds the ids, where the others are, and what they mean.

pub(super) mod groups;
pub(super) mod header;
pub(super) mod last_seen;
pub(super) mod layout;
pub(super) mod machine_names;
pub(super) mod report_names;
