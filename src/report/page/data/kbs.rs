//! The missing KBs, column by column.

use std::cell::RefCell;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    super::{
        Scene,
        shown::{link, text, text_or_empty},
    },
    Column, Texts,
};
use crate::aggregate::percent;

pub(super) struct Kbs<'run>(
    pub(super) &'run Scene<'run>,
    pub(super) &'run RefCell<Texts>,
);

impl Serialize for Kbs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(scene, texts) = *self;
        let fleet = scene.run.fleet;
        let answered = fleet.coverage.answered;
        let kbs = || fleet.kbs.iter();
        let place = |text: String| texts.borrow_mut().place(text);
        let share = |part| format!("{:.1}", percent(part, answered));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kbId", &Column(|| kbs().map(|kb| text(kb.id.as_str()))))?;
        let name = |kb: Option<&str>| place(text_or_empty(kb));
        map.serialize_entry("name", &Column(|| kbs().map(|kb| name(kb.name.as_deref()))))?;
        map.serialize_entry("cveAddressed", &Column(|| kbs().map(|kb| kb.cve_addressed)))?;
        let smallest = || kbs().map(|kb| kb.cve_addressed_min);
        map.serialize_entry("cveAddressedMin", &Column(smallest))?;
        let machines = || kbs().map(|kb| kb.machines_missing);
        map.serialize_entry("machinesMissing", &Column(machines))?;
        let shares = || kbs().map(|kb| share(kb.machines_missing));
        map.serialize_entry("percentOfAnswered", &Column(shares))?;
        map.serialize_entry("exposure", &Column(|| kbs().map(|kb| kb.exposure)))?;
        let products = || {
            kbs().map(|kb| {
                let products = kb.products.iter().map(|it| place(text(it)));
                products.collect::<Vec<_>>()
            })
        };
        map.serialize_entry("productsNames", &Column(products))?;
        map.serialize_entry("url", &Column(|| kbs().map(|kb| link(kb.url.as_deref()))))?;
        map.end()
    }
}
