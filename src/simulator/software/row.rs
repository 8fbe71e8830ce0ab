//! One row of the software inventory, as written in pages and in files.

use crate::simulator::{
    bulk::{Cell, RowForm},
    fleet::Support,
};

/// The fields, as pages name them, in alphabetical order.
pub(in crate::simulator) const FIELDS: [&str; 13] = [
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

impl SoftwareRow {
    /// Appends the fields of the row, each followed by a comma.
    pub(super) fn write(&self, form: &RowForm, out: &mut Vec<u8>) {
        let ends = self.support.ends;
        let ends = ends.map(|date| format!("{date}T00:00:00+00:00"));
        form.write(self.cells(ends.as_deref()), out);
    }

    /// The values in the order of [`FIELDS`].
    fn cells<'a>(&'a self, support_ends: Option<&'a str>) -> [Cell<'a>; FIELDS.len()] {
        [
            Cell::Plain(Some(&self.device_id)),
            Cell::Text(self.device_name.as_deref()),
            Cell::List(&self.disk_paths),
            Cell::Plain(support_ends),
            Cell::Plain(Some(self.support.status)),
            Cell::Number(self.weaknesses),
            Cell::Plain(Some(self.os_platform)),
            Cell::Text(self.group.as_deref()),
            Cell::List(&self.registry_paths),
            Cell::Plain(Some(&self.first_seen)),
            Cell::Plain(Some(self.name)),
            Cell::Plain(Some(self.vendor)),
            Cell::Plain(Some(&self.version)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;
    use crate::simulator::bulk::JsonRows;

    fn written(form: &RowForm, row: &SoftwareRow) -> Value {
        let mut rows = JsonRows::default();
        rows.push(|out| row.write(form, out));
        serde_json::from_slice(rows.from(0).next().unwrap()).unwrap()
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
            written(&RowForm::in_pages(&FIELDS), &row),
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
            written(&RowForm::in_files(&FIELDS), &supported),
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
