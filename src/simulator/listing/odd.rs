//! Odd forms of records.

use serde_json::{Value, json};

use super::{ListedMachine, Listing};
use crate::simulator::faults::{HOSTILE_NAMES, ListOddForm};

/// The texts sent instead of an id.
const BAD_IDS: [&str; 4] = [
    "",
    "not-an-id",
    "2339ad14a01bd0299afb93dfa2550136057bff9",
    "=1+1",
];

/// The number of records with a bad id: one for each text, and one with null.
pub(super) const BAD_ID_COUNT: u32 = 5;

/// 400 tags of a hundred bytes.
const LONG_TAGS: usize = 400;

/// The text, or null after the last one.
pub(super) fn bad_id(number: u32) -> Value {
    json!(BAD_IDS.get(number as usize))
}

impl Listing {
    /// Gives the record the odd forms that are switched on; `number` is its index among similar records.
    pub(super) fn make_odd(&self, record: &mut ListedMachine, number: u32) {
        if self.faults.has(ListOddForm::HostileText) && number % 5 == 1 {
            hostile(record, number);
        }
        if self.faults.has(ListOddForm::NullNames) && number % 5 == 2 {
            record.name = None;
        }
        if self.faults.has(ListOddForm::LongTags) && number.is_multiple_of(50) {
            let tags = (0..LONG_TAGS).map(|tag| format!("{tag:0100}"));
            record.tags = tags.collect();
        }
        let odd_group = record.group.as_ref().is_some_and(|group| group.id % 2 == 1);
        record.group_id_as_text = odd_group && self.faults.has(ListOddForm::TextGroups);
    }
}

fn hostile(record: &mut ListedMachine, number: u32) {
    let text = HOSTILE_NAMES[(number / 5) as usize % HOSTILE_NAMES.len()];
    record.name = Some(text.to_owned());
    record.tags.push(text.to_owned());
    if let Some(group) = &mut record.group {
        text.clone_into(&mut group.name);
    }
}
