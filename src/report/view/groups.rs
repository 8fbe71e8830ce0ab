//! The groups of machines that people compare: by device group, platform and tag.

use crate::{aggregate::Group, domain::text::thousands, inventory::GroupBy, report::Run};

/// The largest groups by one of the list's columns.
#[derive(Debug)]
pub(in crate::report) struct LargestGroups<'run> {
    pub(in crate::report) by: GroupBy,
    pub(in crate::report) title: &'static str,
    pub(in crate::report) groups: Vec<&'run Group>,
    /// The number of groups that are left out.
    left_out: usize,
}

/// The largest groups, at most this many by each column. A column without any value is left out.
pub(in crate::report) fn largest<'run>(run: &Run<'run>, most: usize) -> Vec<LargestGroups<'run>> {
    let all = GroupBy::ALL.iter().map(|&by| {
        let groups = run.fleet.breakdown.iter().filter(|group| group.by == by);
        let mut groups: Vec<&Group> = groups.collect();
        let left_out = groups.len().saturating_sub(most);
        groups.truncate(most);
        LargestGroups {
            by,
            title: title(by),
            groups,
            left_out,
        }
    });
    all.filter(LargestGroups::has_values).collect()
}

const fn title(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Group => "By device group",
        GroupBy::Platform => "By platform",
        GroupBy::Tag => "By tag",
    }
}

impl LargestGroups<'_> {
    fn has_values(&self) -> bool {
        self.groups.iter().any(|group| !group.value.is_empty())
    }

    /// `and 12 more in summary.json`, if groups are left out.
    pub(in crate::report) fn rest(&self) -> Option<String> {
        let left_out = thousands(self.left_out as u64);
        (self.left_out > 0).then(|| format!("and {left_out} more in summary.json"))
    }
}
