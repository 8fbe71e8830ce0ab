//! The software vulnerabilities: in pages, and as links to files.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{
    admission::Admission,
    tables::{Paged, check_faults, links, no_files, page},
};
use crate::simulator::{
    exports::{Exports, Table},
    faults::ExportOddity,
    reply::Reply,
    vulnerabilities::Form,
};

const CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata\
                       #Collection(microsoft.windowsDefenderATP.api.AssetVulnerability)";

/// The requested page, of the same snapshot as the files. `Err` is a refusal.
pub(super) fn vulnerabilities(call: &Admission<'_>) -> Result<Reply, Reply> {
    let export = &call.tenant.settings.faults.export;
    check_faults(call, &export.calls)?;
    let mut form = Form::in_pages();
    if export.has(ExportOddity::OtherCase) {
        form = form.in_other_case();
    }
    let tenant = Arc::clone(call.tenant);
    let table = Paged {
        path: "/api/machines/SoftwareVulnerabilitiesByMachine",
        context: CONTEXT,
        parameters: String::new(),
        rows: move |machine: usize| {
            let entry = tenant.all_entries().get(machine)?;
            Some(tenant.exported_vulnerabilities().rows(*entry, &form))
        },
    };
    page(call, table)
}

/// The links to the files, and the time when the files were made. `Err` is a refusal.
pub(super) fn vulnerability_export(
    call: &Admission<'_>,
    exports: &Exports,
) -> Result<Reply, Reply> {
    let export = &call.tenant.settings.faults.export;
    check_faults(call, &export.calls)?;
    if export.has(ExportOddity::NoFiles) {
        return Err(no_files(call));
    }
    let refreshed = call.tenant.refreshed();
    let older = SignedDuration::from_hours(export.stale_hours.into());
    let generated = refreshed.saturating_sub(older).unwrap_or(refreshed);
    links(call, exports, Table::Vulnerabilities, generated)
}
