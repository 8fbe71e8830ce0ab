//! The tables that are exported in files.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::simulator::{
    bulk::{BadRows, FilePlan, RowForm},
    faults::{ExportOddity, FileFaults, SoftwareOddity},
    software,
    tenant::Tenant,
    vulnerabilities,
};

/// A table that is exported in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Table {
    Software,
    Vulnerabilities,
}

impl Table {
    pub(super) const COUNT: usize = 2;

    /// The faults of its files.
    pub(super) fn faults(self, tenant: &Tenant) -> &FileFaults {
        let faults = &tenant.settings.faults;
        match self {
            Self::Software => &faults.software.files,
            Self::Vulnerabilities => &faults.export.files,
        }
    }

    /// The path of a file of an export.
    pub(super) fn path(self, generated: Timestamp, export: usize, plan: &FilePlan) -> String {
        let (day, time) = (generated.strftime("%Y-%m-%d"), generated.strftime("%H%M"));
        let (group, number) = (plan.group, plan.number);
        match self {
            Self::Software => format!(
                "/software-inventory/{day}-{time}-{export}/group-{group}/part-{number:05}.json.gz"
            ),
            Self::Vulnerabilities => format!(
                "/flat-va/{day}/{time}-{export}/json/_RbacGroupId={group}/part-{number:05}.json.gz"
            ),
        }
    }

    /// Writes a file.
    pub(super) fn write(
        self,
        tenant: &Tenant,
        plan: &FilePlan,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let faults = &tenant.settings.faults;
        let bad_rows = BadRows {
            seed: tenant.settings.seed,
            share: self.faults(tenant).bad_rows,
        };
        match self {
            Self::Software => {
                let mut form = RowForm::in_files(&software::FIELDS);
                if faults.software.has(SoftwareOddity::OtherCase) {
                    form = form.in_other_case();
                }
                let table = tenant.exported_software();
                plan.write(|entry| table.rows(entry, &form), bad_rows, out)
            }
            Self::Vulnerabilities => {
                let mut form = vulnerabilities::Form::in_files();
                if faults.export.has(ExportOddity::OtherCase) {
                    form = form.in_other_case();
                }
                let table = tenant.exported_vulnerabilities();
                plan.write(|entry| table.rows(entry, &form), bad_rows, out)
            }
        }
    }
}
