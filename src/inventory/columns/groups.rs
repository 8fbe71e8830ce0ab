//! Finds the columns that machines are grouped by: device group, platform and tags.

use std::borrow::Cow;

use super::machine_names::plain_names;
use crate::{domain::words::words, inventory::text::invisible::trimmed};

words! {
    /// What machines are grouped by, as spelled in `summary.json`.
    pub enum GroupBy {
        /// The device group.
        Group = "group",
        /// The platform, such as `Windows11`.
        Platform = "platform",
        /// The tags: a machine may have several.
        Tag = "tag",
    }
}

/// The names of each column in order of preference, in lower-case letters only, without separators: those
/// of `patchgap machines`, of the portal's exports, of the API and of advanced hunting.
const GROUPS: &[&str] = &[
    "rbacgroupname",
    "rbacgroup",
    "devicegroup",
    "devicegroupname",
    "machinegroup",
    "group",
    "groupname",
];
const PLATFORMS: &[&str] = &["osplatform", "operatingsystem", "os", "platform"];
const TAGS: &[&str] = &[
    "machinetags",
    "devicetags",
    "devicemanualtags",
    "tags",
    "tag",
];

impl GroupBy {
    /// The position of the column with these values: the first column with the most preferred name.
    pub(crate) fn column(self, columns: &[String]) -> Option<usize> {
        let wanted = match self {
            Self::Group => GROUPS,
            Self::Platform => PLATFORMS,
            Self::Tag => TAGS,
        };
        let names = plain_names(columns);
        let mut wanted = wanted.iter();
        wanted.find_map(|wanted| names.iter().position(|name| name == wanted))
    }

    /// The values in a cell, each once: several tags, or one group or platform. A single empty value if
    /// there is none.
    pub(crate) fn values(self, cell: &str) -> Vec<Cow<'_, str>> {
        let mut values = match self {
            Self::Group | Self::Platform => vec![trimmed(cell).into()],
            Self::Tag => tags(trimmed(cell)),
        };
        values.retain(|value| !value.is_empty());
        values.sort_unstable();
        values.dedup();
        if values.is_empty() {
            values.push("".into());
        }
        values
    }
}

/// The tags in a cell: a JSON list as in the portal's export, or texts between semicolons or commas.
fn tags(cell: &str) -> Vec<Cow<'_, str>> {
    if cell.starts_with('[')
        && let Ok(tags) = serde_json::from_str::<Vec<String>>(cell)
    {
        let tags = tags.iter().map(|tag| trimmed(tag).to_owned().into());
        return tags.collect();
    }
    let tags = cell.split([';', ',']);
    tags.map(|tag| trimmed(tag).into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read_from;

    #[test]
    fn columns_are_found_by_name() {
        for (names, expected) in [
            (
                "deviceName,osPlatform,group,tags",
                [Some(2), Some(1), Some(3)],
            ),
            ("OS Platform,Tags,Group", [Some(2), Some(0), Some(1)]),
            ("Device Group,OS,Device tags", [Some(0), Some(1), Some(2)]),
            (
                "OSPlatform,MachineGroup,DeviceManualTags",
                [Some(1), Some(0), Some(2)],
            ),
            (
                "rbacGroupId,rbacGroupName,machineTags",
                [Some(1), None, Some(2)],
            ),
            ("groupName,input.group,x", [Some(1), None, None]),
            ("OS Version,OS Build,Tag owner", [None; 3]),
        ] {
            let list = format!("id,{names}\n{},x,y,z,w\n", "07".repeat(20));
            let list = read_from(list.as_bytes(), "list.csv", None).unwrap();
            let found = [GroupBy::Group, GroupBy::Platform, GroupBy::Tag];
            let found = found.map(|by| by.column(&list.columns));
            assert_eq!(found, expected, "{names}");
        }
    }

    #[test]
    fn cells_hold_one_group_or_several_tags() {
        for (by, cell, expected) in [
            (GroupBy::Group, " Servers, EU ", &["Servers, EU"][..]),
            (GroupBy::Group, " \u{feff}", &[""]),
            (GroupBy::Platform, "Windows11", &["Windows11"]),
            (GroupBy::Tag, "", &[""]),
            (GroupBy::Tag, "vip", &["vip"]),
            (GroupBy::Tag, "vip; board ;vip", &["board", "vip"]),
            (GroupBy::Tag, "a, b,, A", &["A", "a", "b"]),
            (
                GroupBy::Tag,
                r#"["pilot","finance"]"#,
                &["finance", "pilot"],
            ),
            (
                GroupBy::Tag,
                r#" ["vip; board", " x ", "x"]"#,
                &["vip; board", "x"],
            ),
            (GroupBy::Tag, "[]", &[""]),
            (GroupBy::Tag, "[pilot];b", &["[pilot]", "b"]),
            (GroupBy::Tag, ";,", &[""]),
        ] {
            assert_eq!(by.values(cell), expected, "{cell}");
        }
    }
}
