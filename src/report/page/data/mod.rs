//! What the tables hold, as data in the page: columns rather than rows, each text once.

mod facts;
mod failures;
mod kbs;
mod machines;
mod pairs;
mod safe;
mod texts;

use std::{
    cell::RefCell,
    io::{self, Write},
};

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Serializer as Json;

#[cfg(test)]
pub(super) use self::pairs::decoded;
use self::{safe::Safe, texts::Texts};
use super::Scene;

const BEGIN: &[u8] = b"<script type=\"application/json\" id=\"data\">";
const END: &[u8] = b"</script>\n";

/// Writes the data's element.
pub(super) fn write(scene: &Scene<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(BEGIN)?;
    let data = Data {
        scene,
        pairs: pairs::coded(scene)?,
        texts: RefCell::default(),
    };
    data.serialize(&mut Json::with_formatter(&mut *out, Safe))?;
    out.write_all(END)
}

struct Data<'run> {
    scene: &'run Scene<'run>,
    pairs: Option<String>,
    /// Filled by the columns, and so written after them.
    texts: RefCell<Texts>,
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scene = self.scene;
        let facts = scene.run.facts;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("guard", &facts.csv_guard)?;
        map.serialize_entry("kbs", &kbs::Kbs(scene, &self.texts))?;
        map.serialize_entry("machines", &machines::Machines(scene))?;
        map.serialize_entry("pairs", &self.pairs)?;
        map.serialize_entry("failures", &failures::Failures::of(scene, &self.texts))?;
        map.serialize_entry("texts", &*self.texts.borrow())?;
        map.end()
    }
}

/// A column that is told value by value.
struct Column<F>(F);

impl<F, I> Serialize for Column<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}
