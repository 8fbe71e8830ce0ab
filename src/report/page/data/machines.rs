//! The answered machines, column by column, in the order of their ranks.

use std::{collections::HashMap, fmt};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    super::{MOST_ROWS, Scene, sections::Standing},
    Column,
    facts::facts,
};
use crate::{
    aggregate::{Answered, MachineRow},
    domain::kb::KbId,
};

pub(super) struct Machines<'run>(pub(super) &'run Scene<'run>);

impl<'run> Machines<'run> {
    fn rows(&self) -> impl Iterator<Item = (&'run MachineRow, &'run Answered)> + Clone + use<'run> {
        let rows = self.0.run.fleet.machines.iter().take(MOST_ROWS);
        rows.filter_map(|row| Some((row, row.result.as_ref().ok()?)))
    }

    fn first_answer(&self) -> i64 {
        let times = self.rows().map(|(_, it)| it.answered_at().as_second());
        times.min().unwrap_or(0)
    }
}

impl Serialize for Machines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(scene) = *self;
        let kbs = (0..).zip(&scene.run.fleet.kbs);
        let places: HashMap<&KbId, usize> = kbs.map(|(place, kb)| (&kb.id, place)).collect();
        let first = self.first_answer();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("count", &self.rows().count())?;
        map.serialize_entry("ids", &Joined(|| self.rows().map(|(row, _)| row.id)))?;
        if scene.names.are_there() {
            let names = || self.rows().map(|(row, _)| scene.names.at(row.position()));
            map.serialize_entry("name", &Column(names))?;
        }
        map.serialize_entry("facts", &facts(scene, &self.rows().map(|(row, _)| row)))?;
        map.serialize_entry("statuses", &Standing::WORDS)?;
        let standing = || self.rows().map(|(_, it)| Standing::of(it).number());
        map.serialize_entry("status", &Joined(standing))?;
        let missing = || self.rows().map(|(_, it)| it.missing);
        map.serialize_entry("missingKbs", &Column(missing))?;
        let score = || self.rows().map(|(_, it)| it.cve_addressed);
        map.serialize_entry("cveAddressed", &Column(score))?;
        let largest = || self.rows().map(|(_, it)| it.cve_addressed_max);
        map.serialize_entry("cveAddressedMax", &Column(largest))?;
        let top = |it: &Answered| places.get(it.top_kb.as_ref()?).copied();
        map.serialize_entry("topKbId", &Column(|| self.rows().map(|(_, it)| top(it))))?;
        map.serialize_entry("firstAnswer", &first)?;
        let after = || {
            let times = self.rows().map(|(_, it)| it.answered_at().as_second());
            times.map(|time| time - first)
        };
        map.serialize_entry("answeredAt", &Column(after))?;
        map.end()
    }
}

/// Values of one width, joined into one text.
struct Joined<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: fmt::Display>> Serialize for Joined<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<F: Fn() -> I, I: Iterator<Item: fmt::Display>> fmt::Display for Joined<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)().try_for_each(|value| value.fmt(formatter))
    }
}
