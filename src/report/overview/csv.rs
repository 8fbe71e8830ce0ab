//! `tenants.csv`: a row for each tenant.

use std::io;

use csv::{IntoInnerError, Writer};

use super::{Overview, row::TenantRow};
use crate::domain::csv_guard::guarded;

const HEADER: [&str; 13] = [
    "tenant",
    "tenantId",
    "status",
    "exitCode",
    "answered",
    "machines",
    "kbs",
    "gaps",
    "exposure",
    "knownExploited",
    "new",
    "resolved",
    "message",
];

pub(super) fn render(overview: &Overview) -> io::Result<String> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for row in &overview.rows {
        writer.write_record(cells(row, overview.csv_guard))?;
    }
    let bytes = writer.into_inner().map_err(IntoInnerError::into_error)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// The cells of a row; the figures are empty if nothing was reported.
fn cells(row: &TenantRow, guard: bool) -> [String; 13] {
    let foreign = |text: &str| {
        if guard {
            guarded(text).into_owned()
        } else {
            text.to_owned()
        }
    };
    let digest = row.digest.as_ref();
    let figure =
        |of: fn(&super::RunDigest) -> u64| digest.map_or_else(String::new, |it| of(it).to_string());
    let since = digest.and_then(|it| it.since.as_ref());
    let exploited = digest.and_then(|it| it.known_exploited);
    let or_empty = |number: Option<u64>| number.map_or_else(String::new, |it| it.to_string());
    [
        foreign(&row.name),
        foreign(&row.tenant_id),
        row.status().to_string(),
        (row.exit_code as u8).to_string(),
        figure(|it| it.answered),
        figure(|it| it.machines),
        figure(|it| it.kbs.len() as u64),
        figure(|it| it.gaps),
        figure(|it| it.exposure),
        or_empty(exploited),
        or_empty(since.map(|it| it.new)),
        or_empty(since.map(|it| it.resolved)),
        foreign(&row.message()),
    ]
}
