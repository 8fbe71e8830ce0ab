//! The columns of an answer, and their checksum.

use rusqlite::{Result, Row};
use sha2::{Digest, Sha256};

use super::{
    cells::{parse, time},
    since_text,
};
use crate::{
    domain::{answer::Answer, kb::MissingKbs},
    store::error::damage,
};

/// The cells of an answer that reports depend on, all covered by its checksum.
pub(crate) struct AnswerCells<'row> {
    pub(crate) machine: i64,
    pub(crate) source: &'row str,
    /// The machine that was called for, if the answer is inferred from another machine's.
    pub(crate) inferred_from: Option<&'row str>,
    pub(crate) as_of_ms: i64,
    /// The text of its list.
    pub(crate) missing: &'row str,
    /// Since when each of these KBs has been missing, as text.
    pub(crate) since: &'row str,
}

impl<'row> AnswerCells<'row> {
    /// Reads seven columns, starting at this one: source, inferred from, time, list, since when, machine
    /// and checksum. Fails if the checksum does not match.
    pub(crate) fn read(row: &'row Row<'_>, column: usize) -> Result<Self> {
        let cells = Self {
            source: row.get_ref(column)?.as_str()?,
            inferred_from: row.get_ref(column + 1)?.as_str_or_null()?,
            as_of_ms: row.get(column + 2)?,
            missing: row.get_ref(column + 3)?.as_str()?,
            since: row.get_ref(column + 4)?.as_str()?,
            machine: row.get(column + 5)?,
        };
        let written: i64 = row.get(column + 6)?;
        if cells.checksum() != written {
            return Err(damage("an answer does not match its checksum"));
        }
        Ok(cells)
    }

    pub(crate) fn checksum(&self) -> i64 {
        let digest = Sha256::new()
            .chain_update(self.machine.to_le_bytes())
            .chain_update(self.as_of_ms.to_le_bytes())
            .chain_update(self.source)
            .chain_update([0])
            .chain_update(self.inferred_from.unwrap_or_default())
            .chain_update([0])
            .chain_update(self.missing)
            .chain_update([0])
            .chain_update(self.since)
            .finalize();
        i64::from_le_bytes(digest.first_chunk().copied().unwrap_or_default())
    }

    /// The answer with its list, which the caller has read.
    pub(crate) fn answer(&self, missing: MissingKbs) -> Result<Answer> {
        Ok(Answer {
            inferred_from: self.inferred_from.map(parse).transpose()?,
            since: since_text::from_text(self.since, 0)?,
            ..Answer::new(parse(self.source)?, time(self.as_of_ms), missing)
        })
    }
}
