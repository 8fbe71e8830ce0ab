//! The table that is printed at the end.

use std::{
    io::{self, Write},
    time::Duration,
};

/// Figures under titles, in the order in which they were measured.
#[derive(Debug, Default)]
pub(crate) struct Table {
    sections: Vec<(String, Vec<[String; 3]>)>,
}

impl Table {
    /// Begins a section.
    pub(crate) fn title(&mut self, title: &str) {
        self.sections.push((title.to_owned(), Vec::new()));
    }

    /// Adds a figure, and what is to be reached, if anything is.
    pub(crate) fn figure(&mut self, what: &str, figure: impl Into<String>, target: &str) {
        let row = [what.to_owned(), figure.into(), target.to_owned()];
        if let Some((_, rows)) = self.sections.last_mut() {
            rows.push(row);
        }
    }

    /// Adds one duration divided by another, and the most that it may be.
    pub(crate) fn ratio(&mut self, what: &str, [one, other]: [Duration; 2], target: &str) {
        let ratio = one.as_secs_f64() / other.as_secs_f64();
        self.figure(what, format!("{ratio:.2}"), target);
    }

    /// Prints everything.
    pub(crate) fn print(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for (title, rows) in &self.sections {
            writeln!(out, "\n{title}")?;
            let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
            let [name, figure] = [0, 1].map(|column| widest(column).unwrap_or(0));
            for row in rows {
                writeln!(out, "  {:name$}  {:>figure$}  {}", row[0], row[1], row[2])?;
            }
        }
        Ok(())
    }
}

/// `12.3 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// `12,345`.
pub(crate) fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
