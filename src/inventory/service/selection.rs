//! Decides which machines of the service's list are requested. Pure.

use std::{collections::HashSet, time::Duration};

use jiff::Timestamp;

use crate::domain::{listed_machine::ListedMachine, machine::MachineId, skip_reason::SkipReason};

/// Which machines of the service's list are requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The beginnings of the platforms, ignoring case.
    pub os: Vec<String>,
    /// The device groups, ignoring case; empty for all.
    pub groups: Vec<String>,
    /// The tags, ignoring case, at least one of which a machine must have; empty for all.
    pub tags: Vec<String>,
    /// The maximum time since a machine was last seen.
    pub seen_within: Duration,
    /// Machines that are never requested.
    pub excluded: HashSet<MachineId>,
    /// The end of the period `seen_within`.
    pub now: Timestamp,
}

impl Selection {
    /// Why a machine is skipped: the first reason that applies. `None` if it is requested.
    pub fn reason(&self, machine: &ListedMachine) -> Option<SkipReason> {
        let runs_selected = self
            .os
            .iter()
            .any(|os| begins_with(&machine.os_platform, os));
        let is_onboarded = machine.onboarding_status.eq_ignore_ascii_case("Onboarded");
        let is_windows = begins_with(&machine.os_platform, "Windows");
        let reasons = [
            (SkipReason::Merged, !machine.merged_into.is_empty()),
            (SkipReason::Excluded, machine.is_excluded),
            (SkipReason::NotOnboarded, !is_onboarded),
            (SkipReason::NotWindows, !runs_selected && !is_windows),
            (SkipReason::Silent, self.is_silent(machine)),
            (
                SkipReason::Filtered,
                !runs_selected || self.is_filtered(machine),
            ),
        ];
        let first = reasons.into_iter().find(|(_, applies)| *applies);
        first.map(|(reason, _)| reason)
    }

    /// Whether the machine was last seen too long ago. If the time cannot be read, it was not:
    /// requesting a machine in vain costs a call, but one that is left out by mistake is never
    /// patched.
    fn is_silent(&self, machine: &ListedMachine) -> bool {
        let seen: Result<Timestamp, _> = machine.last_seen.parse();
        seen.is_ok_and(|seen| {
            let silence = Duration::try_from(self.now.duration_since(seen));
            silence.is_ok_and(|silence| silence > self.seen_within)
        })
    }

    fn is_filtered(&self, machine: &ListedMachine) -> bool {
        let is_excluded = || {
            let id = machine.id.parse();
            id.is_ok_and(|id| self.excluded.contains(&id))
        };
        !is_one_of(&self.groups, [&machine.group])
            || !is_one_of(&self.tags, &machine.tags)
            || is_excluded()
    }
}

fn begins_with(text: &str, beginning: &str) -> bool {
    let start = text.get(..beginning.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

/// Whether one of the values is wanted. If `wanted` is empty, all values are.
fn is_one_of<'value>(wanted: &[String], values: impl IntoIterator<Item = &'value String>) -> bool {
    let is_wanted = |value: &String| {
        let value = value.trim().to_lowercase();
        wanted.iter().any(|it| it.trim().to_lowercase() == value)
    };
    wanted.is_empty() || values.into_iter().any(is_wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "2339ad14a01bd0299afb93dfa2550136057bff96";

    fn selection() -> Selection {
        Selection {
            os: vec!["Windows".to_owned()],
            groups: Vec::new(),
            tags: Vec::new(),
            seen_within: Duration::from_hours(30 * 24),
            excluded: HashSet::new(),
            now: "2026-11-29T12:00:00Z".parse().unwrap(),
        }
    }

    fn machine() -> ListedMachine {
        ListedMachine {
            id: ID.to_uppercase(),
            os_platform: "WindowsServer2022".to_owned(),
            last_seen: "2026-11-28T04:13:23.7712345Z".to_owned(),
            onboarding_status: "onboarded".to_owned(),
            group: "Servers".to_owned(),
            tags: vec!["VIP; board".to_owned(), " Finance ".to_owned()],
            ..ListedMachine::default()
        }
    }

    type Change = fn(&mut ListedMachine);

    #[test]
    fn first_reason_that_applies_counts() {
        let changes: [(Change, SkipReason); 5] = [
            (
                |it| it.last_seen = "2026-10-30T11:59:59Z".to_owned(),
                SkipReason::Silent,
            ),
            (
                |it| it.os_platform = "macOS".to_owned(),
                SkipReason::NotWindows,
            ),
            (
                |it| it.onboarding_status = "CanBeOnboarded".to_owned(),
                SkipReason::NotOnboarded,
            ),
            (|it| it.is_excluded = true, SkipReason::Excluded),
            (|it| it.merged_into = ID.to_owned(), SkipReason::Merged),
        ];
        let mut machine = machine();
        assert_eq!(selection().reason(&machine), None);
        for (change, expected) in changes {
            change(&mut machine);
            assert_eq!(selection().reason(&machine), Some(expected));
        }
    }

    #[test]
    fn last_seen_that_cannot_be_read_is_not_silent() {
        for (last_seen, is_silent) in [
            ("2026-10-30T12:00:00Z", false),
            ("2026-10-30T11:59:59.9999999Z", true),
            ("1601-01-01T00:00:00Z", true),
            ("2027-01-01T00:00:00Z", false),
            ("", false),
            ("yesterday", false),
        ] {
            let machine = ListedMachine {
                last_seen: last_seen.to_owned(),
                ..machine()
            };
            let reason = is_silent.then_some(SkipReason::Silent);
            assert_eq!(selection().reason(&machine), reason, "{last_seen}");
        }
    }

    #[test]
    fn filters_hold_together() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let filtered = Some(SkipReason::Filtered);
        for (groups, tags, expected) in [
            (&["servers"][..], &[][..], None),
            (&["Laptops"], &[], filtered),
            (&["Laptops", " SERVERS"], &["finance"], None),
            (&[], &["vip; BOARD"], None),
            (&[], &["vip"], filtered),
            (&["Servers"], &["vip"], filtered),
        ] {
            let selection = Selection {
                groups: texts(groups),
                tags: texts(tags),
                ..selection()
            };
            assert_eq!(
                selection.reason(&machine()),
                expected,
                "{groups:?} {tags:?}"
            );
        }
        let excluded = Selection {
            excluded: HashSet::from([ID.parse().unwrap()]),
            ..selection()
        };
        assert_eq!(excluded.reason(&machine()), filtered);
    }

    #[test]
    fn platforms_are_selected_by_their_beginning() {
        for (os, platform, expected) in [
            ("windowsserver", "WindowsServer2022", None),
            ("windows11", "WindowsServer2022", Some(SkipReason::Filtered)),
            ("Windows11", "Windows11", None),
            ("Windows11", "Ubuntu", Some(SkipReason::NotWindows)),
            ("ubuntu", "Ubuntu", None),
            ("ubuntu", "Windows11", Some(SkipReason::Filtered)),
            ("Windows", "", Some(SkipReason::NotWindows)),
        ] {
            let selection = Selection {
                os: vec![os.to_owned()],
                ..selection()
            };
            let machine = ListedMachine {
                os_platform: platform.to_owned(),
                ..machine()
            };
            assert_eq!(selection.reason(&machine), expected, "{os} {platform}");
        }
    }
}
