//! The catalogue as CSV. The order of its columns has changed over the years.

use jiff::civil::Date;

use super::{Entries, Kev, KevEntry, is_ransomware};
use crate::risk::{
    cve::real_cve,
    date::date,
    error::{FeedProblem, Problem},
    table::Table,
};

pub(super) fn read(text: &[u8]) -> Result<Kev, FeedProblem> {
    let mut table = Table::new(text, 0)?;
    let cve = table.column("cveID")?;
    let added = table.column("dateAdded")?;
    let due = table.column("dueDate")?;
    let ransomware = table.optional_column("knownRansomwareCampaignUse");
    let mut entries = Entries::default();
    let mut latest: Option<Date> = None;
    while let Some(row) = table.next()? {
        let id = row.parsed(cve, "the id of a CVE", real_cve)?;
        let added = row.parsed(added, "a date", date)?;
        latest = latest.max(Some(added));
        let due = match row.cell(due) {
            b"" => None,
            _ => Some(row.parsed(due, "a date", date)?),
        };
        let ransomware = ransomware.map(|column| String::from_utf8_lossy(row.cell(column)));
        let ransomware = ransomware.is_some_and(|it| is_ransomware(&it));
        let added = entries.add(id, KevEntry { due, ransomware });
        added.map_err(|problem| problem.on(row.line))?;
    }
    Ok(Kev {
        date: latest.ok_or(Problem::NoEntries)?,
        entries: entries.0,
    })
}
