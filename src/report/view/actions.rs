//! The updates to install first, and what they achieve.

use crate::{
    aggregate::TopAction,
    domain::text::{counted, whole_share},
};

/// What installing these updates achieves: `these 5 KBs removes 71 % of the exposure, on 719
/// machines`. `None` if there are no updates.
pub(in crate::report) fn promise(actions: &[TopAction<'_>], exposure: u64) -> Option<String> {
    let last = actions.last()?;
    let what = match actions.len() {
        1 => "this KB".to_owned(),
        count => format!("these {count} KBs"),
    };
    let removed = whole_share(last.exposure_removed, exposure);
    let machines = counted(last.machines, "machine", "machines");
    Some(format!(
        "{what} removes {removed} of the exposure, on {machines}"
    ))
}
