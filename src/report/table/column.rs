//! A table column: its names, its type, and the formats that show it.

use super::{Cell, Scope, Table};

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
    /// A bit set of [`Target`]s.
    targets: u8,
    pub(in crate::report) sheet: Option<Sheet>,
    pub(in crate::report) page: Option<Page>,
    pub(in crate::report) data: Encoding,
    /// The heading on a terminal. `None` uses the heading of the inventory's name column.
    pub(in crate::report) terminal: Option<&'static str>,
    /// Whether values may be missing, as the Parquet schema must declare.
    pub(in crate::report) is_optional: bool,
    /// What the values depend on, in the table of gaps.
    pub(in crate::report) depends_on: DependsOn,
    /// Whether a run has data for it.
    applies: fn(Scope<'_>) -> bool,
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
            targets: 0,
            sheet: None,
            page: None,
            data: Encoding::Plain,
            terminal: None,
            is_optional: false,
            depends_on: DependsOn::Description,
            applies: |_| true,
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

    /// Shows the column only if the inventory names its machines.
    pub(super) const fn if_named(mut self) -> Self {
        self.applies = |it| it.inventory.name_column().is_some();
        self
    }

    /// Shows the column only if the inventory does not have it itself.
    pub(super) const fn unless_listed(mut self) -> Self {
        self.applies = |it| !it.inventory.lists_machine_name();
        self
    }

    /// Shows the column only if rows of the inventory were rejected.
    pub(super) const fn if_rejected(mut self) -> Self {
        self.applies = |it| !it.inventory.rejected.is_empty();
        self
    }

    /// Shows the column only if machines of the inventory are skipped.
    pub(super) const fn if_skipped(mut self) -> Self {
        self.applies = |it| !it.inventory.skipped.machines.is_empty();
        self
    }

    /// Shows the column only if the software inventory is known.
    pub(super) const fn if_software(mut self) -> Self {
        self.applies = |it| it.has_software;
        self
    }

    /// Shows the column only if some answers are kept or inferred.
    pub(super) const fn if_other_sources(mut self) -> Self {
        self.applies = |it| it.has_other_sources;
        self
    }

    /// Shows the column only if some answers are inferred.
    pub(super) const fn if_inferred(mut self) -> Self {
        self.applies = |it| it.has_inferred;
        self
    }

    /// Shows the column only if a feed or a source of the answers provides CVE ids.
    pub(super) const fn if_risk(mut self) -> Self {
        self.applies = |it| it.has_risk;
        self
    }

    /// Shows the column only if the service provides the exploitability of CVEs.
    pub(super) const fn if_exploits(mut self) -> Self {
        self.applies = |it| it.has_exploits;
        self
    }

    /// Shows the column only if some missing updates cover others.
    pub(super) const fn if_covered(mut self) -> Self {
        self.applies = |it| it.has_covered;
        self
    }

    /// Shows the column only if there is a file of exceptions.
    pub(super) const fn if_exceptions(mut self) -> Self {
        self.applies = |it| it.has_exceptions;
        self
    }

    /// Shows the column only if there are deadlines.
    pub(super) const fn if_deadlines(mut self) -> Self {
        self.applies = |it| it.has_deadlines;
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

    /// Whether the target shows the column for a run.
    pub(super) fn is_shown(&self, target: Target, scope: Scope<'_>) -> bool {
        self.targets & (1 << target as u8) != 0 && (self.applies)(scope)
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
