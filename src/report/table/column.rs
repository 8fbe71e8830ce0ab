//! A table column: its names, its type, and the formats that show it.

use super::{Cell, Scope, Table, scope::Condition};

/// An output that selects its own columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Target {
    /// A CSV file. Parquet has the same columns.
    Csv,
    /// An object of `report.json`.
    Json,
    /// A sheet of the workbook.
    Sheet,
    /// The page's static rows, which are readable without a script.
    Page,
    /// The data for the page's script.
    PageData,
    /// The worst KBs and machines on the terminal.
    Terminal,
}

impl Target {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The type of a column's cells. Any cell may also be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Kind {
    /// A day, without a time.
    Date,
    /// A number with one decimal.
    Decimal,
    Flag,
    Gaps,
    /// All columns of the inventory.
    Inventory,
    Kb,
    Link,
    List,
    Machine,
    Number,
    Percent,
    /// A number from 0 to 1, with as many digits as it has.
    Probability,
    Text,
    Time,
    /// One of a fixed set of words of this program.
    Word,
}

impl Kind {
    /// Whether the cells are aligned as numbers.
    pub(in crate::report) const fn is_number(self) -> bool {
        matches!(
            self,
            Self::Decimal | Self::Number | Self::Percent | Self::Probability
        )
    }
}

/// How a column appears in a sheet.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Sheet {
    pub(in crate::report) heading: &'static str,
    /// The width in characters.
    pub(in crate::report) width: u32,
    /// The colour of data bars, if the column has them.
    pub(in crate::report) bars: Option<u32>,
}

/// How a column appears on the page.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Page {
    pub(in crate::report) heading: &'static str,
    /// The CSS class of its cells, if it differs from the default of the kind.
    pub(in crate::report) class: Option<&'static str>,
}

/// How the values of a column are encoded in the page's data.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) enum Encoding {
    /// The values unchanged.
    Plain,
    /// Texts unchanged. A missing text becomes an empty string.
    OrEmpty,
    /// Indices into the table of interned texts.
    Interned,
    /// All values joined into one string. They must have the same width.
    Joined,
    /// One digit per value: an index into a word list, which is written first under its own key.
    Digits(&'static str, &'static [&'static str]),
    /// Indices into the list of KBs.
    KbPlace,
    /// Seconds since the first value, which is written first under its own key.
    SinceFirst(&'static str),
    /// The columns of the inventory that the page has.
    ListColumns,
}

/// What the values of a column of gaps depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum DependsOn {
    /// The description of the missing KB.
    Description,
    /// The machine.
    Machine,
    /// The time since when the machine has been missing the KB.
    Since,
    /// Whether its risk is accepted, and whether it is overdue.
    Mark,
}

/// A column of a table.
pub(in crate::report) struct Column<T: Table> {
    /// The name in CSV, JSON, Parquet and the page's data.
    pub(in crate::report) key: &'static str,
    pub(in crate::report) kind: Kind,
    pub(in crate::report) value: for<'row> fn(&'row T::Row<'row>) -> Cell<'row>,
    /// The targets that always show it: a bit set of [`Target`]s.
    always: u8,
    /// The targets that show it only under the condition.
    conditionally: u8,
    condition: Option<Condition>,
    pub(in crate::report) sheet: Option<Sheet>,
    pub(in crate::report) page: Option<Page>,
    pub(in crate::report) data: Encoding,
    /// The heading on a terminal. `None` uses the heading of the inventory's name column.
    pub(in crate::report) terminal: Option<&'static str>,
    /// Whether values may be missing, as the Parquet schema must declare.
    pub(in crate::report) is_optional: bool,
    /// What the values depend on, in the table of gaps.
    pub(in crate::report) depends_on: DependsOn,
    /// In this target, the column is placed before the column with this key.
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
            always: 0,
            conditionally: 0,
            condition: None,
            sheet: None,
            page: None,
            data: Encoding::Plain,
            terminal: None,
            is_optional: false,
            depends_on: DependsOn::Description,
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

    /// Adds a data bar to each cell in the sheet.
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

    /// Sets the CSS class of its cells on the page.
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

    /// Shows the column on a terminal, under its heading in the inventory.
    pub(super) const fn terminal_as_listed(self) -> Self {
        self.also(Target::Terminal)
    }

    pub(super) const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    pub(super) const fn of_machine(mut self) -> Self {
        self.depends_on = DependsOn::Machine;
        self
    }

    pub(super) const fn of_since(mut self) -> Self {
        self.depends_on = DependsOn::Since;
        self
    }

    pub(super) const fn of_mark(mut self) -> Self {
        self.depends_on = DependsOn::Mark;
        self
    }

    /// The targets named after it show the column only if the run has this.
    pub(super) const fn only_if(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(super) const fn before(mut self, target: Target, key: &'static str) -> Self {
        self.before = Some((target, key));
        self
    }

    const fn also(mut self, target: Target) -> Self {
        match self.condition {
            None => self.always |= target.bit(),
            Some(_) => self.conditionally |= target.bit(),
        }
        self
    }

    /// Whether the target shows the column for a run.
    pub(super) fn is_shown(&self, target: Target, scope: Scope<'_>) -> bool {
        let is_met = || self.condition.is_some_and(|it| scope.has(it));
        self.always & target.bit() != 0 || self.conditionally & target.bit() != 0 && is_met()
    }
}

/// The columns of a table, one per line: the key, the kind, the targets, and the value for a row.
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
