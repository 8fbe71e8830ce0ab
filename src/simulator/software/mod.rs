//! The tenant's software inventory: the software installed on each machine, with its version.
//!
//! Here are the rows of one machine; `row` is one of them, as it is written.

mod row;

use jiff::civil::{Date, date};

use crate::{
    domain::skip_reason::SkipReason,
    simulator::{
        bulk::{JsonRows, RowForm, clock},
        chance::chance,
        faults::SoftwareFaults,
        fleet::{Fleet, Other, OtherHere, ProductVersion, SimulatedMachine, Support, others_on},
        listing::{Entry, ListedMachine, Listing},
    },
};

pub(super) use row::FIELDS;
use row::SoftwareRow;

/// The end of support of the only software without updates.
const SUPPORT_ENDED: Date = date(2020, 12, 31);

/// What all rows of the tenant depend on.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulator) struct Inventory<'a> {
    pub(in crate::simulator) seed: u64,
    pub(in crate::simulator) nights: u32,
    pub(in crate::simulator) fleet: &'a Fleet,
    pub(in crate::simulator) listing: &'a Listing,
    /// The day on which the tenant started.
    pub(in crate::simulator) started: Date,
    pub(in crate::simulator) faults: &'a SoftwareFaults,
}

/// What the rows of one machine have in common.
struct Device<'a> {
    record: ListedMachine,
    id: String,
    /// The machine of the fleet, if it is one.
    member: Option<&'a SimulatedMachine>,
    /// When software was seen first: with the machine, or later.
    first_seen: [String; 2],
}

impl Inventory<'_> {
    /// The rows of a machine: always the same, in the same order. Machines without a sensor, or
    /// silent for a month, have none.
    pub(in crate::simulator) fn rows(&self, entry: Entry, form: &RowForm) -> JsonRows {
        let mut written = JsonRows::default();
        for row in self.unwritten(entry) {
            written.push(|out| row.write(form, out));
        }
        written
    }

    fn unwritten(&self, entry: Entry) -> Vec<SoftwareRow> {
        let Some(device) = self.device(entry) else {
            return Vec::new();
        };
        if self.faults.is_absent(self.seed, &device.id) {
            return Vec::new();
        }
        let rows = self.proper_rows(&device);
        if self.faults.bad_ids > 0.0 {
            return self.with_bad_ids(rows, &device.id);
        }
        rows
    }

    fn proper_rows(&self, device: &Device<'_>) -> Vec<SoftwareRow> {
        match device.member {
            Some(machine) => {
                let own = machine.products.iter();
                let own = own.map(|product| device.update_row(machine, product));
                let mut rows: Vec<_> = own.chain(self.others(device)).collect();
                // Windows is the first one.
                for windows in rows.iter_mut().take(1) {
                    windows.support = machine.lifecycle.support(self.started);
                }
                rows
            }
            None => device.other_platform().into_iter().collect(),
        }
    }

    /// The rows, and now and then one of them once more with an id that is none.
    fn with_bad_ids(&self, rows: Vec<SoftwareRow>, machine: &str) -> Vec<SoftwareRow> {
        let mut random = chance(self.seed, "bad ids", machine, 0);
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            if random.f64() < self.faults.bad_ids {
                all.push(SoftwareRow {
                    device_id: format!("{}-{}", row.device_id, row.name),
                    ..row.clone()
                });
            }
            all.push(row);
        }
        all
    }

    fn device(&self, entry: Entry) -> Option<Device<'_>> {
        let member = match entry {
            Entry::Member(number) => Some(&self.fleet.machines()[number as usize]),
            Entry::Extra(_) => None,
            Entry::Twice(_) | Entry::BadId(_) => return None,
        };
        let record = self.listing.record(self.fleet, entry);
        let later = record.first_seen + (record.last_seen - record.first_seen) / 2;
        Some(Device {
            id: record.id.to_string(),
            first_seen: [record.first_seen, later].map(clock),
            record,
            member,
        })
    }

    /// Software that no KB is for.
    fn others<'d>(&self, device: &'d Device<'_>) -> impl Iterator<Item = SoftwareRow> + 'd {
        let others = others_on(self.seed, self.nights, &device.id);
        others.map(|other| device.other_row(other))
    }
}

impl Device<'_> {
    fn update_row(&self, machine: &SimulatedMachine, product: &ProductVersion) -> SoftwareRow {
        let name = product.product;
        let gaps = machine.missing.iter();
        let gaps = gaps.filter(|gap| gap.products.iter().any(|it| **it == *name));
        let registry = format!("SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\{name}");
        SoftwareRow {
            weaknesses: gaps.map(|gap| gap.cve_addressed).sum(),
            registry_paths: vec![registry],
            ..self.row(["microsoft", name], product.version.clone())
        }
    }

    fn other_row(&self, here: OtherHere) -> SoftwareRow {
        let Other { vendor, name, .. } = *here.other;
        let uninstall = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall";
        let mut row = SoftwareRow {
            weaknesses: here.weaknesses() as u64,
            disk_paths: vec![format!("C:\\Program Files\\{vendor}\\{name}\\{name}.exe")],
            registry_paths: vec![
                format!("HKEY_LOCAL_MACHINE\\{uninstall}\\{name}"),
                format!("HKEY_LOCAL_MACHINE\\SOFTWARE\\{vendor}\\{name}"),
            ],
            ..self.row([vendor, name], here.version)
        };
        self.first_seen[1].clone_into(&mut row.first_seen);
        if here.other.ended {
            row.support = Support {
                status: "EOS Software",
                ends: Some(SUPPORT_ENDED),
            };
        }
        row
    }

    /// The operating system of a machine that does not run Windows.
    fn other_platform(&self) -> Option<SoftwareRow> {
        let record = &self.record;
        if record.skipped_because != Some(SkipReason::NotWindows) {
            return None;
        }
        let names = match record.os_platform {
            "macOS" => ["apple", "macos"],
            "Ubuntu" => ["canonical", "ubuntu_linux"],
            _ => return None,
        };
        let version = record.version.unwrap_or_default();
        Some(self.row(names, format!("{version}.0")))
    }

    fn row(&self, [vendor, name]: [&'static str; 2], version: String) -> SoftwareRow {
        let record = &self.record;
        SoftwareRow {
            device_id: self.id.clone(),
            group: record.group.as_ref().map(|group| group.name.clone()),
            device_name: record.name.clone(),
            os_platform: record.os_platform,
            vendor,
            name,
            version,
            weaknesses: 0,
            disk_paths: Vec::new(),
            registry_paths: Vec::new(),
            first_seen: self.first_seen[0].clone(),
            support: Support::WITHOUT_END,
        }
    }
}
