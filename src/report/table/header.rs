//! The names of the columns in a flat file, which has the list's columns next to the report's.

use std::borrow::Cow;

use super::{Column, Kind, Table};
use crate::inventory::{Inventory, OWN_COLUMNS};

/// The prefix of a report column whose name the list already has.
const PREFIX: &str = "patchgap.";

/// The name of a column in a flat file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) enum ColumnName<'list> {
    /// Ours.
    Ours(Cow<'static, str>),
    /// Text from outside: a column of the list.
    Listed(&'list str),
}

/// The names of these columns, with one for each column of the list in its place. If the list has a
/// column with the name of one that was appended to the report later, ignoring case, the report's
/// column gets a prefix. The list has no column with one of the first names ([`OWN_COLUMNS`]).
pub(in crate::report) fn header<'list, T: Table>(
    columns: &[Column<T>],
    inventory: &'list Inventory,
) -> Vec<ColumnName<'list>> {
    let has_list = columns.iter().any(|it| it.kind == Kind::Inventory);
    let listed: &[String] = if has_list { &inventory.columns } else { &[] };
    let mut names = Vec::with_capacity(columns.len() + listed.len());
    for column in columns {
        if column.kind == Kind::Inventory {
            names.extend(listed.iter().map(|name| ColumnName::Listed(name)));
        } else {
            names.push(ColumnName::Ours(own(column.key, listed)));
        }
    }
    names
}

fn own(name: &'static str, listed: &[String]) -> Cow<'static, str> {
    let is_taken = |name: &str| {
        let name = name.to_lowercase();
        listed.iter().any(|it| it.to_lowercase() == name)
    };
    let mut name = Cow::Borrowed(name);
    while !OWN_COLUMNS.contains(&&*name) && is_taken(&name) {
        name = format!("{PREFIX}{name}").into();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Gaps, Machines, Scope, Target, columns};

    const OURS: &str =
        "status,missingKbs,cveAddressed,cveAddressedMax,topKbId,kbIds,answeredAt,skippedBecause";

    /// The header of `machines.csv` for a list with these columns.
    fn of_machines(listed: &[&str]) -> String {
        let inventory = Inventory {
            columns: listed.iter().map(|name| (*name).to_owned()).collect(),
            ..Inventory::default()
        };
        let columns = columns::<Machines>(Target::Csv, Scope::of_list(&inventory));
        let names = header(&columns, &inventory).into_iter();
        let names = names.map(|name| match name {
            ColumnName::Ours(name) => name.into_owned(),
            ColumnName::Listed(name) => name.to_owned(),
        });
        names.collect::<Vec<_>>().join(",")
    }

    #[test]
    fn appended_columns_yield_to_those_of_the_list() {
        for (listed, appended) in [
            (
                &["site"][..],
                "machineName,oldestSince,run,date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited",
            ),
            (
                &["run"],
                "machineName,oldestSince,patchgap.run,date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited",
            ),
            (
                &["Run", "DATE"],
                "machineName,oldestSince,patchgap.run,patchgap.date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited",
            ),
            (
                &["run", "patchgap.Run"],
                "machineName,oldestSince,patchgap.patchgap.run,date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited",
            ),
            (
                &["Source", "inferredFrom"],
                "machineName,oldestSince,run,date,windowsBuild,supportStatus,supportEnds,patchgap.source,patchgap.inferredFrom,distinctCves,knownExploited",
            ),
            (
                &["machineName"],
                "oldestSince,run,date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited",
            ),
            (
                &["MachineName"],
                "oldestSince,run,date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited",
            ),
            (
                &["Machine name"],
                "machineName,oldestSince,run,date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited",
            ),
        ] {
            let expected = format!("rank,machineId,{},{OURS},{appended}", listed.join(","));
            assert_eq!(of_machines(listed), expected);
        }
    }

    #[test]
    fn columns_without_those_of_the_list_beside_them_do_not_yield() {
        let inventory = Inventory {
            columns: vec!["run".to_owned(), "machineName".to_owned()],
            ..Inventory::default()
        };
        let columns = columns::<Gaps>(Target::Csv, Scope::of_list(&inventory));
        let names = header(&columns, &inventory);
        for name in ["machineName", "run", "date"] {
            assert!(names.contains(&ColumnName::Ours(name.into())), "{name}");
        }
    }
}
