//! The updates to install first, and what they achieve.

use super::products;
use crate::{
    aggregate::{KbRow, TopAction},
    domain::{
        release::ReleaseMonth,
        text::{counted, whole_share},
    },
};

/// What installing these updates achieves: `these 5 updates removes 71 % of the exposure score, on
/// 719 machines`. `None` if there are no updates.
pub(in crate::report) fn promise(actions: &[TopAction<'_>], exposure: u64) -> Option<String> {
    let last = actions.last()?;
    let what = match actions.len() {
        1 => "this update".to_owned(),
        count => format!("these {count} updates"),
    };
    let removed = whole_share(last.exposure_removed, exposure);
    let machines = counted(last.machines, "machine", "machines");
    Some(format!(
        "{what} removes {removed} of the exposure score, on {machines}"
    ))
}

/// What an update is for, in a few words: its products, or its name if the service says none. May
/// be text from outside.
pub(in crate::report) fn product(kb: &KbRow) -> String {
    let products = products::short(kb);
    match &kb.name {
        Some(name) if products.is_empty() => name.to_string(),
        _ => products,
    }
}

/// The month in which an update was released, as its name says: `April 2026`. Empty if the name has
/// none.
pub(in crate::report) fn released(kb: &KbRow) -> String {
    let month = kb.name.as_deref().and_then(ReleaseMonth::from_name);
    month.map(|month| month.to_string()).unwrap_or_default()
}
