//! A column: what it is called, what it holds, and which formats show it.

use super::{Cell, Table};
use crate::inventory::Inventory;

/// A part of a format that lists columns of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Target {
    /// A CSV file; Parquet has the same columns.
    Csv,
    /// An object of `report.json`.
    Json,
    /// A sheet of the workbook.
    Sheet,
    /// The rows of the page that can be read without a script.
    Page,
    /// The data that the page's script reads.
    PageData,
    /// The lists of the worst on a terminal.
    Terminal,
}

/// What the cells of a column hold, where they are not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Kind {
    Flag,
    Gaps,
    /// The columns of the inventory, side by side.
    Inventory,
    Kb,
    Link,
    List,
    Machine,
    Number,
    Percent,
    Text,
    Time,
    /// One of a few words of ours.
    Word,
}

/// How a column looks in a sheet.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Sheet {
    pub(in crate::report) heading: &'static str,
    /// In characters.
    pub(in crate::report) width: u32,
    /// The colour of the bars in its cells.
    pub(in crate::report) bars: Option<u32>,
}

/// How a column looks on the page.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Page {
    pub(in crate::report) heading: &'static str,
    /// The style of its cells, where it is not the usual one of the kind.
    pub(in crate::report) class: Option<&'static str>,
}

/// How the values of a column are written into the page's data.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) enum Encoding {
    /// As they are.
    Plain,
    /// Texts as they are; empty where there is none.
    OrEmpty,
    /// The numbers of texts that repeat.
    Interned,
    /// One text: every row has a value of the same width.
    Joined,
    /// The digits of words that are written before them, under a key of their own.
    Digits(&'static str, &'static [&'static str]),
    /// Places in the list of KBs.
    KbPlace,
    /// Seconds since the first one, which is written before them, under a key of its own.
    SinceFirst(&'static str),
    /// The inventory's columns with few different values.
    Facts,
}

/// What a column takes to be shown.
#[derive(Debug, Clone, Copy)]
enum Condition {
    Names,
    RejectedRows,
}

/// A column of a table.
pub(in crate::report) struct Column<T: Table> {
    /// Its name in CSV, JSON, Parquet and the page's data.
    pub(in crate::report) key: &'static str,
    pub(in crate::report) kind: Kind,
    pub(in crate::report) value: for<'row> fn(&'row T::Row<'row>) -> Cell<'row>,
    /// A bit for each target.
    targets: u8,
    pub(in crate::report) sheet: Option<Sheet>,
    pub(in crate::report) page: Option<Page>,
    pub(in crate::report) data: Encoding,
    /// Its heading on a terminal; without one it is the inventory's name for its column of names.
    pub(in crate::report) terminal: Option<&'static str>,
    /// Whether there may be no value. Parquet wants to know.
    pub(in crate::report) is_optional: bool,
    /// Whether it says the same in all rows of one machine, and may differ between machines.
    pub(in crate::report) is_of_machine: bool,
    condition: Option<Condition>,
    /// In this target it stands before the column with this key.
    pub(super) before: Option<(Target, &'static str)>,
}

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "what is derived asks it of the rows, too"
)]
impl<T: Table> Clone for Column<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Table> Copy for Column<T> {}

impl<T: Table> Column<T> {
    pub(super) const fn new(
        key: &'static str,
        kind: Kind,
        value: for<'row> fn(&'row T::Row<'row>) -> Cell<'row>,
    ) -> Self {
        Self {
            key,
            kind,
            value,
            targets: 0,
            sheet: None,
            page: None,
            data: Encoding::Plain,
            terminal: None,
            is_optional: false,
            is_of_machine: false,
            condition: None,
            before: None,
        }
    }

    pub(super) const fn csv(self) -> Self {
        self.also(Target::Csv)
    }

    pub(super) const fn json(self) -> Self {
        self.also(Target::Json)
    }

    pub(super) const fn sheet(mut self, heading: &'static str, width: u32) -> Self {
        self.sheet = Some(Sheet {
            heading,
            width,
            bars: None,
        });
        self.also(Target::Sheet)
    }

    /// A column of a sheet with a bar in each cell.
    pub(super) const fn bars(mut self, color: u32) -> Self {
        if let Some(sheet) = &mut self.sheet {
            sheet.bars = Some(color);
        }
        self
    }

    pub(super) const fn page(mut self, heading: &'static str) -> Self {
        self.page = Some(Page {
            heading,
            class: None,
        });
        self.also(Target::Page)
    }

    /// The style of its cells on the page.
    pub(super) const fn class(mut self, class: &'static str) -> Self {
        if let Some(page) = &mut self.page {
            page.class = Some(class);
        }
        self
    }

    pub(super) const fn data(mut self, encoding: Encoding) -> Self {
        self.data = encoding;
        self.also(Target::PageData)
    }

    pub(super) const fn terminal(mut self, heading: &'static str) -> Self {
        self.terminal = Some(heading);
        self.also(Target::Terminal)
    }

    /// On a terminal, under the heading that the inventory has for it.
    pub(super) const fn terminal_as_listed(self) -> Self {
        self.also(Target::Terminal)
    }

    pub(super) const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    pub(super) const fn of_machine(mut self) -> Self {
        self.is_of_machine = true;
        self
    }

    /// Shown where the inventory names its machines.
    pub(super) const fn if_named(mut self) -> Self {
        self.condition = Some(Condition::Names);
        self
    }

    /// Shown where rows of the inventory were rejected.
    pub(super) const fn if_rejected(mut self) -> Self {
        self.condition = Some(Condition::RejectedRows);
        self
    }

    pub(super) const fn before(mut self, target: Target, key: &'static str) -> Self {
        self.before = Some((target, key));
        self
    }

    const fn also(mut self, target: Target) -> Self {
        self.targets |= 1 << target as u8;
        self
    }

    /// Whether the target shows the column, for this inventory.
    pub(super) fn is_shown(&self, target: Target, inventory: &Inventory) -> bool {
        let applies = match self.condition {
            None => true,
            Some(Condition::Names) => inventory.name_column().is_some(),
            Some(Condition::RejectedRows) => !inventory.rejected.is_empty(),
        };
        self.targets & (1 << target as u8) != 0 && applies
    }
}

/// The columns of a table, each on a line: its key, its kind, where it is shown, and its value of
/// a row.
macro_rules! columns {
    ($($key:literal $kind:ident [$($shown:ident $(($($argument:expr),*))?)*]
        |$row:ident| $value:expr;)*) => {
        &[$(
            $crate::report::table::Column::<Self>::new(
                $key,
                $crate::report::table::Kind::$kind,
                |$row| $crate::report::table::Cell::from($value),
            )
            $(.$shown($($($argument),*)?))*
        ),*]
    };
}

pub(super) use columns;
