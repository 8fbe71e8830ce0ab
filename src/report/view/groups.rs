//! The groups of machines that people compare: by device group, platform and tag.

use std::cmp::Reverse;

use crate::{aggregate::Group, domain::text::thousands, inventory::GroupBy, report::Run};

/// Some of the groups by one of the list's columns.
#[derive(Debug)]
pub(in crate::report) struct GroupsBy<'run> {
    pub(in crate::report) by: GroupBy,
    pub(in crate::report) title: &'static str,
    pub(in crate::report) groups: Vec<&'run Group>,
    /// The number of groups that are left out.
    left_out: usize,
}

/// The largest groups, at most this many by each column. A column without any value is left out.
pub(in crate::report) fn largest<'run>(run: &Run<'run>, most: usize) -> Vec<GroupsBy<'run>> {
    let all = by_column(run).map(|(by, mut groups)| {
        let left_out = groups.len().saturating_sub(most);
        groups.truncate(most);
        GroupsBy {
            by,
            title: title(by),
            groups,
            left_out,
        }
    });
    all.filter(GroupsBy::has_values).collect()
}

/// The groups with the highest exposure, at most this many by each column. Those without gaps are left
/// out, and so are columns without any value.
pub(in crate::report) fn worst<'run>(run: &Run<'run>, most: usize) -> Vec<GroupsBy<'run>> {
    let all = by_column(run).map(|(by, mut groups)| {
        groups.retain(|group| group.figures.gaps > 0);
        // Otherwise in the order of the sheet: the largest first.
        groups.sort_by_key(|group| Reverse(group.figures.exposure));
        let left_out = groups.len().saturating_sub(most);
        let has_values = groups.iter().any(|group| !group.value.is_empty());
        groups.truncate(if has_values { most } else { 0 });
        GroupsBy {
            by,
            title: title(by),
            groups,
            left_out,
        }
    });
    all.filter(|it| !it.groups.is_empty()).collect()
}

/// All groups of each column.
fn by_column<'run>(run: &Run<'run>) -> impl Iterator<Item = (GroupBy, Vec<&'run Group>)> {
    let all = &run.fleet.breakdown;
    GroupBy::ALL.iter().map(move |&by| {
        let groups = all.iter().filter(move |group| group.by == by);
        (by, groups.collect())
    })
}

const fn title(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Group => "By device group",
        GroupBy::Platform => "By platform",
        GroupBy::Tag => "By tag",
    }
}

impl GroupsBy<'_> {
    fn has_values(&self) -> bool {
        self.groups.iter().any(|group| !group.value.is_empty())
    }

    /// `and 12 more in summary.json`, if groups are left out.
    pub(in crate::report) fn rest(&self) -> Option<String> {
        let left_out = thousands(self.left_out as u64);
        (self.left_out > 0).then(|| format!("and {left_out} more in summary.json"))
    }
}
