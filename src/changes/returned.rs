//! Which gaps of today were already present before the base.

use std::{collections::HashSet, io, sync::Arc};

use crate::domain::{
    gaps::{DatedAnswer, History},
    kb::{KbId, MissingKb},
};

/// The KBs of these gaps that any earlier answer, latest first, lists.
pub(super) fn returned(
    history: &dyn History,
    earlier: &[DatedAnswer],
    gaps: &[Arc<MissingKb>],
) -> io::Result<HashSet<KbId>> {
    let mut present = HashSet::new();
    let mut last = None;
    for earlier in earlier {
        if last != Some(earlier.answer) {
            let missing = history.missing(earlier.answer)?;
            let back = gaps.iter().filter(|gap| contains(&missing, &gap.id));
            present.extend(back.map(|gap| gap.id.clone()));
        }
        last = Some(earlier.answer);
    }
    Ok(present)
}

/// Whether a list of gaps, sorted by id, contains a KB.
fn contains(missing: &[Arc<MissingKb>], id: &KbId) -> bool {
    missing.binary_search_by(|gap| gap.id.cmp(id)).is_ok()
}
