//! The folders of `--split-by`: which column, and how many values it has.

use crate::{
    config::Config, domain::text::thousands, inventory::Inventory, report::output::folder_names,
    run::RunError,
};

/// The most folders: each has a workbook and a page.
const MOST_PARTS: usize = 1000;

/// The folders for this list; none without `--split-by`. Fails if the list has no such column, or if
/// there would be too many.
pub(in crate::run) fn folders(config: &Config, list: &Inventory) -> Result<Vec<String>, RunError> {
    let Some(column) = column(config, list)? else {
        return Ok(Vec::new());
    };
    let values = list.values(column);
    if values.len() > MOST_PARTS {
        return Err(RunError::TooManyParts {
            column: list.columns[column].clone(),
            values: thousands(values.len() as u64),
            most: thousands(MOST_PARTS as u64),
        });
    }
    Ok(folder_names(values))
}

/// The column of `--split-by`, if it is given.
pub(super) fn column(config: &Config, list: &Inventory) -> Result<Option<usize>, RunError> {
    let Some(name) = &config.reports.split_by else {
        return Ok(None);
    };
    let found = list.column(name);
    let missing = || RunError::NoColumn {
        column: name.clone(),
        columns: list.columns.clone(),
    };
    found.map(Some).ok_or_else(missing)
}
