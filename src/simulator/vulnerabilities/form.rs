//! How rows are written: in three parts, two of which are the same in many rows.

use jiff::Timestamp;

use super::{
    cve::Cve,
    device::Device,
    finding::{Findings, Recommended, Software},
};
use crate::{
    domain::kb::KbId,
    simulator::bulk::{Cell, JsonRows, RowForm},
};

/// The fields that all rows of a machine share, as pages name them.
const OF_DEVICE: [&str; 7] = [
    "deviceName",
    "rbacGroupName",
    "osPlatform",
    "osVersion",
    "osArchitecture",
    "lastSeenTimestamp",
    "deviceId",
];
/// Fields that files and changes have in addition.
const EXTRA_OF_DEVICE: [&str; 2] = ["isOnboarded", "rbacGroupId"];
/// The fields that all rows of a software and an update share.
const OF_SOFTWARE: [&str; 8] = [
    "softwareVendor",
    "softwareName",
    "softwareVersion",
    "recommendationReference",
    "securityUpdateAvailable",
    "recommendedSecurityUpdate",
    "recommendedSecurityUpdateId",
    "recommendedSecurityUpdateUrl",
];
/// The fields of the row itself.
const OF_CVE: [&str; 6] = [
    "id",
    "cveId",
    "cvssScore",
    "vulnerabilitySeverityLevel",
    "exploitabilityLevel",
    "firstSeenTimestamp",
];

/// Fields that a change has in addition.
const OF_CHANGE: [&str; 2] = ["status", "eventTimestamp"];

/// How rows are written.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct Form {
    device: RowForm,
    software: RowForm,
    cve: RowForm,
    /// The end of every row.
    end: Vec<u8>,
}

/// The order of the parts: none is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Cve,
    Device,
    Software,
}

impl Form {
    /// In pages.
    pub(in crate::simulator) fn in_pages() -> Self {
        Self {
            device: RowForm::in_pages(&OF_DEVICE),
            software: RowForm::in_pages(&OF_SOFTWARE),
            cve: RowForm::in_pages(&OF_CVE),
            end: Vec::new(),
        }
    }

    /// In files.
    pub(in crate::simulator) fn in_files() -> Self {
        Self {
            device: RowForm::in_files(&[&OF_DEVICE[..], &EXTRA_OF_DEVICE].concat()),
            software: RowForm::in_files(&OF_SOFTWARE),
            cve: RowForm::in_files(&OF_CVE),
            end: Vec::new(),
        }
    }

    /// In pages of changes.
    pub(in crate::simulator) fn in_changes() -> Self {
        Self {
            device: RowForm::in_pages(&[&OF_DEVICE[..], &EXTRA_OF_DEVICE].concat()),
            ..Self::in_pages()
        }
    }

    /// The form of rows with this change.
    pub(super) fn of_change(&self, status: &str, seen: Timestamp) -> Self {
        let mut end = Vec::new();
        let seen = seen.to_string();
        let cells = [Cell::Plain(Some(status)), Cell::Plain(Some(&seen))];
        RowForm::in_pages(&OF_CHANGE).write(cells, &mut end);
        Self {
            end,
            ..self.clone()
        }
    }

    /// The same, with keys in undocumented cases.
    pub(in crate::simulator) fn in_other_case(self) -> Self {
        Self {
            device: self.device.in_other_case(),
            software: self.software.in_other_case(),
            cve: self.cve.in_other_case(),
            end: self.end,
        }
    }

    /// Adds the rows of these findings.
    pub(super) fn write(&self, device: &Device, findings: &Findings, rows: &mut JsonRows) {
        let order = Order::of(device);
        let (mut of_device, mut of_software) = (Vec::new(), Vec::new());
        self.write_device(device, &mut of_device);
        self.write_software(findings, &mut of_software);
        for &cve in &findings.cves {
            rows.push(|out| {
                match order {
                    Order::Cve => {}
                    Order::Device => out.extend(&of_device),
                    Order::Software => out.extend(&of_software),
                }
                self.write_cve(device, &findings.software, cve, out);
                if order != Order::Software {
                    out.extend(&of_software);
                }
                if order != Order::Device {
                    out.extend(&of_device);
                }
                out.extend(&self.end);
            });
        }
    }

    fn write_device(&self, device: &Device, out: &mut Vec<u8>) {
        let group = device.group.as_ref();
        // Pages and files use different words for machines without a group.
        let ungrouped = if self.device.is_of_pages() {
            "Unassigned"
        } else {
            "UnassignedGroup"
        };
        let cells = [
            Cell::Text(device.name.as_deref()),
            Cell::Text(Some(group.map_or(ungrouped, |group| &group.name))),
            Cell::Plain(device.platform),
            Cell::Plain(device.os_version.as_deref()),
            Cell::Plain(device.architecture),
            Cell::Plain(Some(&device.last_seen)),
            Cell::Plain(Some(&device.id)),
            Cell::Truth(device.is_onboarded),
            Cell::Number(group.map_or(0, |group| group.id).into()),
        ];
        self.device.write(cells, out);
    }

    fn write_software(&self, findings: &Findings, out: &mut Vec<u8>) {
        let Software {
            vendor,
            name,
            version,
        } = &findings.software;
        let Recommended { title, kb, url } = &findings.update;
        let reference = format!("va-_-{vendor}-_-{name}");
        let cells = [
            Cell::Plain(Some(vendor)),
            Cell::Plain(Some(name)),
            Cell::Plain(Some(version)),
            Cell::Plain(Some(&reference)),
            Cell::Truth(title.is_some()),
            Cell::Text(title.as_deref()),
            Cell::Plain(kb.as_ref().map(KbId::as_str)),
            Cell::Text(url.as_deref()),
        ];
        self.software.write(cells, out);
    }

    fn write_cve(&self, device: &Device, software: &Software, cve: Option<Cve>, out: &mut Vec<u8>) {
        let Software {
            vendor,
            name,
            version,
        } = software;
        let rating = cve.map(Cve::rating);
        let text = cve.map(|cve| cve.to_string());
        let last = text.as_deref().unwrap_or_default();
        let id = format!("{}_{vendor}_{name}_{version}_{last}", device.id);
        let cells = [
            Cell::Plain(Some(&id)),
            Cell::Plain(text.as_deref()),
            Cell::Score(rating.and_then(|rating| rating.score)),
            Cell::Plain(rating.map(|rating| rating.severity)),
            Cell::Plain(Some(rating.map_or("NoExploit", |it| it.exploitability))),
            Cell::Plain(Some(device.first_seen(software, cve))),
        ];
        self.cve.write(cells, out);
    }
}

impl Order {
    /// Every device has its own order.
    fn of(device: &Device) -> Self {
        match device.id.bytes().last().unwrap_or_default() % 3 {
            0 => Self::Cve,
            1 => Self::Device,
            _ => Self::Software,
        }
    }
}
