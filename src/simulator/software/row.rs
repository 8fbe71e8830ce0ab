//! One row of the software inventory, as it is written in a page and in a file.

use serde::Serialize;

use crate::simulator::fleet::Support;

/// The fields, as pages name them, in alphabetical order.
const FIELDS: [&str; 13] = [
    "deviceId",
    "deviceName",
    "diskPaths",
    "endOfSupportDate",
    "endOfSupportStatus",
    "numberOfWeaknesses",
    "osPlatform",
    "rbacGroupName",
    "registryPaths",
    "softwareFirstSeenTimestamp",
    "softwareName",
    "softwareVendor",
    "softwareVersion",
];

/// Software that is installed on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::simulator) struct SoftwareRow {
    pub(in crate::simulator) device_id: String,
    pub(in crate::simulator) group: Option<String>,
    pub(in crate::simulator) device_name: Option<String>,
    pub(in crate::simulator) os_platform: &'static str,
    pub(in crate::simulator) vendor: &'static str,
    pub(in crate::simulator) name: &'static str,
    pub(in crate::simulator) version: String,
    pub(in crate::simulator) weaknesses: u64,
    pub(in crate::simulator) disk_paths: Vec<String>,
    pub(in crate::simulator) registry_paths: Vec<String>,
    /// Such as `2025-11-05 11:55:28`, in UTC.
    pub(in crate::simulator) first_seen: String,
    pub(in crate::simulator) support: Support,
}

/// How rows are written.
#[derive(Debug)]
pub(in crate::simulator) struct RowForm {
    keys: [String; FIELDS.len()],
    /// Whether a field without a value is written as null instead of being absent.
    nulls: bool,
}

/// The value of a field.
enum Cell<'a> {
    Text(Option<&'a str>),
    Number(u64),
    List(&'a [String]),
}

impl RowForm {
    /// In pages: camelCase, and null where there is no value.
    pub(in crate::simulator) fn in_pages() -> Self {
        Self {
            keys: FIELDS.map(str::to_owned),
            nulls: true,
        }
    }

    /// In files: `PascalCase`, and no key where there is no value.
    pub(in crate::simulator) fn in_files() -> Self {
        Self {
            keys: FIELDS.map(pascal_case),
            nulls: false,
        }
    }

    /// The same, with keys in cases that no document mentions.
    pub(in crate::simulator) fn in_other_case(mut self) -> Self {
        for (place, key) in self.keys.iter_mut().enumerate() {
            if place.is_multiple_of(2) {
                key.make_ascii_uppercase();
            } else {
                key.make_ascii_lowercase();
            }
        }
        self
    }

    /// Appends the row as a JSON object.
    pub(in crate::simulator) fn write(&self, row: &SoftwareRow, out: &mut Vec<u8>) {
        let date = row
            .support
            .ends
            .map(|date| format!("{date}T00:00:00+00:00"));
        let mut separator = b'{';
        for (key, cell) in self.keys.iter().zip(row.cells(date.as_deref())) {
            if cell.is_empty() && !self.nulls {
                continue;
            }
            out.extend([separator, b'"']);
            out.extend(key.as_bytes());
            out.extend(b"\":");
            cell.write(out);
            separator = b',';
        }
        out.push(b'}');
    }
}

impl SoftwareRow {
    /// The values in the order of [`FIELDS`].
    fn cells<'a>(&'a self, support_ends: Option<&'a str>) -> [Cell<'a>; FIELDS.len()] {
        [
            Cell::Text(Some(&self.device_id)),
            Cell::Text(self.device_name.as_deref()),
            Cell::List(&self.disk_paths),
            Cell::Text(support_ends),
            Cell::Text(Some(self.support.status)),
            Cell::Number(self.weaknesses),
            Cell::Text(Some(self.os_platform)),
            Cell::Text(self.group.as_deref()),
            Cell::List(&self.registry_paths),
            Cell::Text(Some(&self.first_seen)),
            Cell::Text(Some(self.name)),
            Cell::Text(Some(self.vendor)),
            Cell::Text(Some(&self.version)),
        ]
    }
}

impl Cell<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_none(),
            Self::Number(_) => false,
            Self::List(items) => items.is_empty(),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => json(text, out),
            Self::Number(number) => json(number, out),
            Self::List(items) => json(items, out),
        }
    }
}

/// Appends a value as JSON; none of those above can fail.
fn json(value: &impl Serialize, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}

/// `osPlatform` as the service's files have it: `OSPlatform`.
fn pascal_case(field: &str) -> String {
    if let Some(rest) = field.strip_prefix("os") {
        return format!("OS{rest}");
    }
    let (first, rest) = field.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;

    fn written(form: &RowForm, row: &SoftwareRow) -> Value {
        let mut out = Vec::new();
        form.write(row, &mut out);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn pages_have_null_where_files_have_nothing() {
        let row = SoftwareRow {
            device_id: "0f3c".to_owned(),
            group: None,
            device_name: Some("LAP \"7\"".to_owned()),
            os_platform: "Windows10",
            vendor: "microsoft",
            name: "windows_10",
            version: "10.0.17763.1637".to_owned(),
            weaknesses: 58,
            disk_paths: Vec::new(),
            registry_paths: vec!["SOFTWARE\\X".to_owned()],
            first_seen: "2020-12-30 11:07:15".to_owned(),
            support: Support {
                status: "EOS Version",
                ends: Some(date(2021, 5, 11)),
            },
        };
        assert_eq!(
            written(&RowForm::in_pages(), &row),
            json!({
                "deviceId": "0f3c", "rbacGroupName": null, "deviceName": "LAP \"7\"",
                "osPlatform": "Windows10", "softwareVendor": "microsoft",
                "softwareName": "windows_10", "softwareVersion": "10.0.17763.1637",
                "numberOfWeaknesses": 58, "diskPaths": [], "registryPaths": ["SOFTWARE\\X"],
                "softwareFirstSeenTimestamp": "2020-12-30 11:07:15",
                "endOfSupportStatus": "EOS Version",
                "endOfSupportDate": "2021-05-11T00:00:00+00:00",
            })
        );
        let supported = SoftwareRow {
            support: Support::WITHOUT_END,
            ..row
        };
        assert_eq!(
            written(&RowForm::in_files(), &supported),
            json!({
                "DeviceId": "0f3c", "DeviceName": "LAP \"7\"", "OSPlatform": "Windows10",
                "SoftwareVendor": "microsoft", "SoftwareName": "windows_10",
                "SoftwareVersion": "10.0.17763.1637", "NumberOfWeaknesses": 58,
                "RegistryPaths": ["SOFTWARE\\X"],
                "SoftwareFirstSeenTimestamp": "2020-12-30 11:07:15",
                "EndOfSupportStatus": "None",
            })
        );
    }
}
