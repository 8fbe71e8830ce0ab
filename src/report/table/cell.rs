//! A typed value of a table.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, civil::Date};

use super::{lines::MachineLine, names::MachineNames};
use crate::{
    aggregate::{MachineStatus, Share},
    changes::Change,
    domain::{
        answer::Provenance,
        cross_check::Explanation,
        cve::Exploitability,
        kb::KbId,
        machine::MachineId,
        outcome::Reason,
        text::{signed, thousands},
    },
    risk::{MsrcSeverity, Probability, Restart},
};

/// A value of a row. Text from outside (`Foreign`, `Kb`, `Link`, `List`, `Inventory`, `Gaps`) has
/// types of its own, so that each renderer can make it safe.
#[derive(Clone, Copy)]
pub(in crate::report) enum Cell<'row> {
    /// A day.
    Date(Date),
    Empty,
    Flag(bool),
    /// Text from outside.
    Foreign(&'row str),
    /// The missing KBs of a machine.
    Gaps(MachineLine<'row>),
    /// A row of the inventory, with one value per inventory column.
    Inventory(&'row MachineNames<'row>, usize),
    /// A KB, and its URL in the columns that link it.
    Kb(&'row KbId, Option<&'row str>),
    /// A URL from outside.
    Link(&'row str),
    List(List<'row>),
    Machine(MachineId),
    /// A number, and how it is displayed.
    Number(u64, NumberStyle),
    /// A number with one decimal.
    Decimal(f64),
    Percent(Share),
    /// A probability from 0 to 1.
    Probability(Probability),
    /// A number that may be negative.
    Signed(i64),
    Time(Timestamp),
    /// A word of this program.
    Word(&'static str),
}

/// How a number is displayed. Other programs get only the number.
#[derive(Clone, Copy)]
pub(in crate::report) enum NumberStyle {
    /// With thousands separators.
    Amount,
    /// A rank or a line, without separators.
    Ordinal,
    /// The largest of several numbers, followed by the smallest.
    Range { smallest: u64 },
}

impl Cell<'_> {
    pub(super) const fn ordinal(number: u64) -> Self {
        Self::Number(number, NumberStyle::Ordinal)
    }

    /// The value formatted for display. `harmless` escapes text from outside.
    pub(in crate::report) fn for_people(self, harmless: fn(&str) -> String) -> String {
        match self {
            Self::Date(date) => date.to_string(),
            Self::Empty | Self::Inventory(..) => String::new(),
            Self::Flag(flag) => if flag { "yes" } else { "no" }.to_owned(),
            Self::Foreign(text) | Self::Link(text) => harmless(text),
            Self::Gaps(machine) => {
                let kbs = machine.gaps().map(|it| harmless(&it.gap.id.for_people()));
                kbs.collect::<Vec<_>>().join(", ")
            }
            Self::Kb(id, _) => harmless(&id.for_people()),
            Self::List(list) => list.iter().map(harmless).collect::<Vec<_>>().join(", "),
            Self::Machine(id) => id.to_string(),
            Self::Decimal(number) => format!("{number:.1}"),
            Self::Percent(share) => format!("{:.1}", share.for_people()),
            Self::Probability(probability) => probability.to_string(),
            Self::Number(number, style) => style.written(number),
            Self::Signed(0) => "0".to_owned(),
            Self::Signed(number) => signed(number.into()),
            Self::Time(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            Self::Word(word) => word.to_owned(),
        }
    }
}

impl NumberStyle {
    fn written(self, number: u64) -> String {
        match self {
            Self::Ordinal => number.to_string(),
            Self::Range { smallest } if smallest != number => {
                format!("{} (min {})", thousands(number), thousands(smallest))
            }
            Self::Amount | Self::Range { .. } => thousands(number),
        }
    }
}

/// A list of texts from outside.
#[derive(Clone, Copy)]
pub(in crate::report) enum List<'row> {
    Set(&'row BTreeSet<Arc<str>>),
    Slice(&'row [Arc<str>]),
    Kbs(&'row [KbId]),
}

impl<'row> List<'row> {
    pub(in crate::report) fn iter(self) -> impl Iterator<Item = &'row str> + Clone {
        let (set, slice, kbs) = match self {
            Self::Set(set) => (Some(set), &[][..], &[][..]),
            Self::Slice(slice) => (None, slice, &[][..]),
            Self::Kbs(kbs) => (None, &[][..], kbs),
        };
        let texts = set.into_iter().flatten().chain(slice).map(AsRef::as_ref);
        texts.chain(kbs.iter().map(KbId::as_str))
    }
}

impl<Value: Into<Self>> From<Option<Value>> for Cell<'_> {
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

macro_rules! cells {
    ($($source:ty => |$value:ident| $cell:expr;)*) => {
        $(impl<'row> From<$source> for Cell<'row> {
            fn from($value: $source) -> Self {
                $cell
            }
        })*
    };
}

cells! {
    bool => |it| Self::Flag(it);
    u64 => |it| Self::Number(it, NumberStyle::Amount);
    u32 => |it| u64::from(it).into();
    u16 => |it| u64::from(it).into();
    i64 => |it| Self::Signed(it);
    Share => |it| Self::Percent(it);
    Timestamp => |it| Self::Time(it);
    Date => |it| Self::Date(it);
    MachineId => |it| Self::Machine(it);
    MachineStatus => |it| Self::Word(it.as_str());
    Change => |it| Self::Word(it.as_str());
    Provenance => |it| Self::Word(it.as_str());
    Explanation => |it| Self::Word(it.as_str());
    Reason => |it| Self::Word(it.as_str());
    MsrcSeverity => |it| Self::Word(it.as_str());
    Restart => |it| Self::Word(it.as_str());
    Exploitability => |it| Self::Word(it.as_str());
    Probability => |it| Self::Probability(it);
    &'row str => |it| Self::Foreign(it);
    &'row Arc<str> => |it| Self::Foreign(it);
    &'row KbId => |it| Self::Kb(it, None);
    &'row BTreeSet<Arc<str>> => |it| Self::List(List::Set(it));
    &'row [Arc<str>] => |it| Self::List(List::Slice(it));
    &'row [KbId] => |it| Self::List(List::Kbs(it));
}
