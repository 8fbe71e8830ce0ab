//! The tables as embedded JSON data: stored by column, with each distinct text written once.

mod columns;
mod headers;
mod kb_history;
mod pairs;

use std::{
    cell::RefCell,
    io::{self, Write},
};

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Serializer as Json;

#[cfg(test)]
pub(super) use self::pairs::decoded;
use self::{
    columns::{Columns, Texts},
    headers::CsvHeaders,
    kb_history::KbHistory,
    pairs::Pairs,
};
use super::{MOST_ROWS, Scene};
use crate::report::{
    html_safe::HtmlSafe,
    table::{Failures, Kbs, MachineContext, Machines, Table},
};

const BEGIN: &[u8] = b"<script type=\"application/json\" id=\"data\">";
const END: &[u8] = b"</script>\n";

/// Writes the element with the data.
pub(super) fn write(scene: &Scene<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(BEGIN)?;
    let data = Data {
        scene,
        pairs: pairs::coded(scene)?,
        texts: RefCell::default(),
    };
    data.serialize(&mut Json::with_formatter(&mut *out, HtmlSafe))?;
    out.write_all(END)
}

struct Data<'run> {
    scene: &'run Scene<'run>,
    pairs: Option<Pairs>,
    /// Filled while the columns are written, so it is written after them.
    texts: RefCell<Texts>,
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scene = self.scene;
        let facts = scene.run.facts;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("guard", &facts.csv_guard)?;
        map.serialize_entry("run", &facts.run)?;
        map.serialize_entry("date", &facts.date().map(|it| it.to_string()))?;
        map.serialize_entry("answered", &scene.run.fleet.coverage.answered)?;
        map.serialize_entry("csv", &CsvHeaders::of(&scene.run))?;
        let kbs: Vec<_> = Kbs::rows(&scene.run).collect();
        map.serialize_entry("kbs", &self.columns::<Kbs>(&kbs, false))?;
        map.serialize_entry("kbRuns", &KbHistory::of(&scene.run))?;
        let context = MachineContext::of(&scene.run, &scene.names);
        let machines = Machines::answered(&context).take(MOST_ROWS);
        let machines: Vec<_> = machines.collect();
        map.serialize_entry("machines", &self.columns::<Machines>(&machines, true))?;
        map.serialize_entry("pairs", &self.pairs)?;
        let mut failures = Failures::rows(&scene.run, &scene.names);
        failures.truncate(MOST_ROWS);
        map.serialize_entry("failures", &self.columns::<Failures>(&failures, false))?;
        map.serialize_entry("texts", &*self.texts.borrow())?;
        map.end()
    }
}

impl Data<'_> {
    fn columns<'row, T: Table>(
        &'row self,
        rows: &'row [T::Row<'row>],
        is_counted: bool,
    ) -> Columns<'row, T> {
        Columns {
            scene: self.scene,
            texts: &self.texts,
            rows,
            is_counted,
        }
    }
}
