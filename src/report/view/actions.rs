//! The updates to install first, and what they achieve.

use super::products;
use crate::{
    aggregate::{Fleet, KbRow, TopAction},
    domain::{
        release::ReleaseMonth,
        text::{counted, thousands, whole_share},
    },
};

/// The effect of installing these updates: `these 5 updates closes gaps of 41 KBs and removes 71 %
/// of the exposure score, on 719 machines; 812 distinct CVEs`. `None` if there are no updates.
pub(in crate::report) fn promise(actions: &[TopAction<'_>], exposure: u64) -> Option<String> {
    let last = actions.last()?;
    let what = match actions.len() {
        1 => "this update".to_owned(),
        count => format!("these {count} updates"),
    };
    let so_far = last.so_far;
    let closes = if so_far.kbs > actions.len() as u64 {
        format!(" closes gaps of {} KBs and", thousands(so_far.kbs))
    } else {
        String::new()
    };
    let removed = whole_share(so_far.exposure, exposure);
    let machines = counted(so_far.machines, "machine", "machines");
    let cves = so_far.cves.map_or_else(String::new, |cves| {
        format!("; {}", counted(cves, "distinct CVE", "distinct CVEs"))
    });
    Some(format!(
        "{what}{closes} removes {removed} of the exposure score, on {machines}{cves}"
    ))
}

/// Why the plan is empty.
pub(in crate::report) fn nothing_planned(fleet: &Fleet) -> &'static str {
    match fleet.policy.accepted.gaps {
        _ if fleet.kbs.is_empty() => "nothing to install",
        0 => "the missing updates address no CVE",
        accepted if accepted == fleet.gaps => "the risk of every gap is accepted",
        _ => "the other missing updates address no CVE",
    }
}

/// Additional columns of these updates; `None` for a column without any value.
pub(in crate::report) struct Columns {
    /// The due date of an update that closes gaps that are known to be exploited.
    pub(in crate::report) due: Option<Vec<String>>,
    /// The KBs of which it closes gaps.
    pub(in crate::report) closes: Option<Vec<String>>,
}

impl Columns {
    pub(in crate::report) fn of(actions: &[TopAction<'_>]) -> Self {
        let column = |is: fn(&TopAction<'_>) -> bool, text: fn(&TopAction<'_>) -> String| {
            let is_there = actions.iter().any(is);
            is_there.then(|| actions.iter().map(text).collect())
        };
        Self {
            due: column(|it| it.exploited > 0, due),
            closes: column(|it| it.closes > 1, |it| thousands(it.closes)),
        }
    }
}

/// `2026-12-01`, or `exploited` if the catalogue has no date. Empty if it closes no gap that is
/// known to be exploited.
fn due(action: &TopAction<'_>) -> String {
    match action.due {
        _ if action.exploited == 0 => String::new(),
        Some(due) => due.to_string(),
        None => "exploited".to_owned(),
    }
}

/// The products of an update, or its name if the service lists none. May be text from outside.
pub(in crate::report) fn product(kb: &KbRow) -> String {
    let products = products::short(kb);
    match &kb.name {
        Some(name) if products.is_empty() => name.to_string(),
        _ => products,
    }
}

/// The month in which an update was released, from its name: `April 2026`. Empty if the name has
/// none.
pub(in crate::report) fn released(kb: &KbRow) -> String {
    let month = kb.name.as_deref().and_then(ReleaseMonth::from_name);
    month.map(|month| month.to_string()).unwrap_or_default()
}
