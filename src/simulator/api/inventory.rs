//! The software inventory: in pages, and as links to files.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{
    admission::Admission,
    tables::{Paged, check_faults, links, no_files, page},
};
use crate::simulator::{
    bulk::RowForm,
    exports::{Exports, Table},
    faults::SoftwareOddity,
    reply::Reply,
    software::FIELDS,
};

const CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata\
                       #Collection(microsoft.windowsDefenderATP.api.AssetSoftware)";

/// How old an export is.
const AGE: SignedDuration = SignedDuration::from_hours(2);
/// The age of an export made the day before.
const OLD_EXPORT_AGE: SignedDuration = SignedDuration::from_hours(26);

/// The requested page. `Err` is a refusal.
pub(super) fn inventory(call: &Admission<'_>) -> Result<Reply, Reply> {
    let software = &call.tenant.settings.faults.software;
    check_faults(call, &software.calls)?;
    let mut form = RowForm::in_pages(&FIELDS);
    if software.has(SoftwareOddity::OtherCase) {
        form = form.in_other_case();
    }
    let tenant = Arc::clone(call.tenant);
    let table = Paged {
        path: "/api/machines/SoftwareInventoryByMachine",
        context: CONTEXT,
        parameters: String::new(),
        rows: move |machine: usize| {
            let entry = tenant.all_entries().get(machine)?;
            Some(tenant.inventory().rows(*entry, &form))
        },
    };
    page(call, table)
}

/// The links to the files, and the time when the files were made. `Err` is a refusal.
pub(super) fn export(call: &Admission<'_>, exports: &Exports) -> Result<Reply, Reply> {
    let tenant = call.tenant;
    let software = &tenant.settings.faults.software;
    check_faults(call, &software.calls)?;
    if software.has(SoftwareOddity::NoExport) {
        return Err(no_files(call));
    }
    let age = if software.has(SoftwareOddity::OldExport) {
        OLD_EXPORT_AGE
    } else {
        AGE
    };
    let generated = tenant.now().saturating_sub(age).unwrap_or(tenant.now());
    links(call, exports, Table::Software, generated)
}
