//! The content of a notification about a run: plain figures and plain sentences. The sender escapes
//! and shortens the text, because names in it come from outside.
//!
//! - here: its parts, which serialise to the fields of the JSON that webhooks get
//! - `of_run`: the content for a run with reports

mod of_run;

use serde::Serialize;

/// The content of a notification about a run with reports, or about the runs of several tenants.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The name of the tenant for headlines; empty for several.
    #[serde(skip)]
    pub name: String,
    /// The tenant, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// How the run ended, as in `summary.json`; `None` for several tenants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// When the run started.
    pub started_at: String,
    /// When it ended.
    pub finished_at: String,
    /// How much of the fleet is patched, and what to do.
    pub headline: String,
    /// How many machines answered.
    pub coverage: String,
    /// Warnings about the figures.
    pub warnings: Vec<String>,
    /// Sentences about known exploited, accepted and overdue gaps.
    pub risks: Vec<String>,
    /// The machines by status.
    pub machines: NoticeMachines,
    /// The KBs that are missing.
    pub kbs: u64,
    /// Pairs of a machine and a KB that it misses.
    pub gaps: u64,
    /// The CVEs of all gaps.
    pub exposure: u64,
    /// Gaps that are known to be exploited; `None` without the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_exploited_gaps: Option<u64>,
    /// The updates to install first.
    pub install_first: Vec<NoticeUpdate>,
    /// The numbers of gaps that changed; `None` without an earlier run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<NoticeChanges>,
    /// The same in sentences.
    pub changed: Vec<String>,
    /// Where the reports are.
    pub folder: String,
    /// The page among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<&'static str>,
    /// The tenants, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenants: Option<NoticeTenants>,
}

/// Machines by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeMachines {
    /// With an answer.
    pub answered: u64,
    /// Unknown to the service.
    pub not_found: u64,
    /// Without an answer after all attempts.
    pub failed: u64,
    /// Not requested.
    pub pending: u64,
    /// Never requested.
    pub skipped: u64,
}

/// An update to install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeUpdate {
    /// Its id, as the service spells it.
    pub kb_id: String,
    /// Its products, in short.
    pub product: String,
    /// The machines that miss it.
    pub machines_missing: u64,
    /// The tenants of those machines, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenants: Option<u64>,
    /// Its part of the exposure.
    pub exposure: u64,
    /// Whether it closes gaps that are known to be exploited.
    pub known_exploited: bool,
    /// CISA's due date for those gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// Gaps that changed since an earlier run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeChanges {
    /// New ones.
    pub new: u64,
    /// Resolved ones.
    pub resolved: u64,
    /// Those replaced by a newer KB.
    pub replaced: u64,
    /// Those that were resolved in between.
    pub returned: u64,
    /// Those of KBs that were known to be exploited only since then.
    pub newly_exploited: u64,
}

/// Several tenants.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeTenants {
    /// Their number.
    pub all: u64,
    /// The numbers by status.
    pub complete: u64,
    /// Runs in which something has no answer.
    pub partial: u64,
    /// Runs that were refused.
    pub refused: u64,
    /// Runs without reports.
    pub failed: u64,
    /// Runs that were interrupted, or not begun.
    pub interrupted: u64,
    /// The tenants that are not complete.
    pub in_trouble: Vec<NoticeTenant>,
}

/// A tenant whose run is not complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeTenant {
    /// Its name.
    pub tenant: String,
    /// How its run ended.
    pub status: &'static str,
    /// The exit code of its run alone.
    pub exit_code: u8,
    /// Why.
    pub message: String,
}

impl Notice {
    /// Whether gaps are new, have returned, or are newly known to be exploited. Without an earlier
    /// run, every gap counts as new.
    pub fn has_news(&self) -> bool {
        self.changes.map_or(self.gaps > 0, NoticeChanges::are_news)
    }
}

impl NoticeChanges {
    const fn are_news(self) -> bool {
        self.new > 0 || self.returned > 0 || self.newly_exploited > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_returned_and_newly_exploited_gaps_are_news() {
        let with = |change: fn(&mut NoticeChanges)| {
            let mut changes = NoticeChanges {
                resolved: 5,
                replaced: 5,
                ..NoticeChanges::default()
            };
            change(&mut changes);
            Notice {
                gaps: 9,
                changes: Some(changes),
                ..Notice::default()
            }
        };
        assert!(!with(|_| ()).has_news());
        for change in [
            (|it| it.new = 1) as fn(&mut NoticeChanges),
            |it| it.returned = 1,
            |it| it.newly_exploited = 1,
        ] {
            assert!(with(change).has_news());
        }
        for gaps in [0, 1] {
            let first = Notice {
                gaps,
                ..Notice::default()
            };
            assert_eq!(first.has_news(), gaps > 0);
        }
    }
}
