//! Since when the KBs of an answer have been missing, as text.

use rusqlite::Result;

use super::cells::{parse_json, to_json};
use crate::{
    domain::since::{MissingSince, Stretch},
    store::error::damage,
};

/// The text of a `since` column: the time and the number of KBs for each stretch.
pub(crate) fn to_text(since: &MissingSince) -> Result<String> {
    let stretches = since.stretches().iter();
    let numbers = stretches.flat_map(|it| [it.since_ms, i64::from(it.kbs)]);
    to_json(&numbers.collect::<Vec<_>>())
}

/// The times in the text of a `since` column, shifted by this many milliseconds.
pub(crate) fn from_text(text: &str, shift_ms: i64) -> Result<MissingSince> {
    let numbers: Vec<i64> = parse_json(text)?;
    let (pairs, rest) = numbers.as_chunks::<2>();
    let stretch = |[since_ms, kbs]: &[i64; 2]| {
        let kbs =
            u32::try_from(*kbs).map_err(|_| damage("an answer does not match its checksum"))?;
        let since_ms = since_ms.saturating_add(shift_ms);
        Ok(Stretch { since_ms, kbs })
    };
    if !rest.is_empty() {
        return Err(damage("an answer does not match its checksum"));
    }
    pairs.iter().map(stretch).collect()
}
