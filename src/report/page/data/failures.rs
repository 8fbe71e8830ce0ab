//! Everything asked for that has no answer, column by column.

use std::cell::RefCell;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    super::{
        Scene,
        sections::{Failed, failed},
    },
    Column, Texts,
};

pub(super) struct Failures<'run> {
    rows: Vec<Failed>,
    texts: &'run RefCell<Texts>,
    has_names: bool,
}

impl<'run> Failures<'run> {
    pub(super) fn of(scene: &Scene<'_>, texts: &'run RefCell<Texts>) -> Self {
        Self {
            rows: failed(scene).collect(),
            texts,
            has_names: scene.names.are_there(),
        }
    }
}

impl Serialize for Failures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = || self.rows.iter();
        let place = |text: &str| self.texts.borrow_mut().place(text.to_owned());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("line", &Column(|| rows().map(|row| row.line)))?;
        map.serialize_entry("input", &Column(|| rows().map(|row| &row.input)))?;
        map.serialize_entry("machineId", &Column(|| rows().map(|row| &row.machine_id)))?;
        if self.has_names {
            map.serialize_entry("name", &Column(|| rows().map(|row| &row.name)))?;
        }
        let reasons = || rows().map(|row| place(row.reason.as_str()));
        map.serialize_entry("reason", &Column(reasons))?;
        map.serialize_entry("httpStatus", &Column(|| rows().map(|row| row.http_status)))?;
        map.serialize_entry("code", &Column(|| rows().map(|row| place(&row.code))))?;
        map.serialize_entry("message", &Column(|| rows().map(|row| place(&row.message))))?;
        let correlations = || rows().map(|row| &row.correlation_id);
        map.serialize_entry("correlationId", &Column(correlations))?;
        map.serialize_entry("attempts", &Column(|| rows().map(|row| row.attempts)))?;
        map.end()
    }
}
