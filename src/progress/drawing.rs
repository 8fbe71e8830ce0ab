//! Draws the two lines of the bar.
//!
//! Between two drawings the cursor stays where the first line begins. A terminal that becomes
//! narrower may wrap the lines, and only the terminal knows into how many; but it moves the cursor
//! along, so that everything from there on is the bar and can be erased.

use std::{fmt::Debug, io};

use console::Term;

use super::lines::Lines;
use crate::{collect::Counts, domain::text::whole_share};

/// The columns of the bar alone.
const BAR_WIDTH: u64 = 16;
const SPINNER: &str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/// What a drawing needs of a terminal.
pub(super) trait Terminal: Debug {
    /// The width in columns, now.
    fn width(&self) -> usize;
    fn write(&mut self, text: &str) -> io::Result<()>;
    fn move_up_one_line(&mut self) -> io::Result<()>;
    /// Erases everything from the cursor to the end of the screen.
    fn erase_to_end(&mut self) -> io::Result<()>;
    fn flush(&mut self) -> io::Result<()>;
}

impl Terminal for Term {
    fn width(&self) -> usize {
        usize::from(self.size().1)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn move_up_one_line(&mut self) -> io::Result<()> {
        flush_on_windows(self)?;
        self.move_cursor_up(1)
    }

    fn erase_to_end(&mut self) -> io::Result<()> {
        flush_on_windows(self)?;
        self.clear_to_end_of_screen()
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::flush(self)
    }
}

/// A console of Windows is moved about and erased at once, ahead of the text in the buffer.
fn flush_on_windows(terminal: &Term) -> io::Result<()> {
    if cfg!(windows) {
        terminal.flush()?;
    }
    Ok(())
}

/// What the bar shows.
#[derive(Debug)]
pub(super) struct State {
    pub(super) counts: Counts,
    pub(super) lines: Lines,
}

impl State {
    /// The bar's line, and the details. Neither reaches the last column: some terminals would
    /// begin another line.
    fn rows(&self, width: usize, spinner: char) -> [String; 2] {
        let Counts { machines, .. } = self.counts;
        let done = self.counts.done();
        let percent = whole_share(done, machines);
        let summary = &self.lines.summary;
        let bar = bar(done.saturating_mul(BAR_WIDTH) / machines.max(1));
        let full = format!("{spinner} {bar} {percent:>5}  {summary}");
        // The text says more than the bar.
        let first = if full.chars().count() < width {
            full
        } else {
            format!("{spinner} {percent}  {summary}")
        };
        [first, format!("  {}", self.lines.details)].map(|row| cut(&row, width.saturating_sub(1)))
    }
}

fn bar(filled: u64) -> String {
    let part = |at: u64| match at.cmp(&filled) {
        std::cmp::Ordering::Less => '━',
        std::cmp::Ordering::Equal => '╸',
        std::cmp::Ordering::Greater => '─',
    };
    (0..BAR_WIDTH).map(part).collect()
}

/// The text in at most this many columns; an ellipsis stands for the rest.
fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.trim_end().to_owned();
    }
    let kept = text.chars().take(columns.saturating_sub(1));
    kept.chain((columns > 0).then_some('…')).collect()
}

/// The bar on its terminal.
#[derive(Debug)]
pub(super) struct Drawing<T> {
    terminal: T,
    /// What is on the screen.
    shown: Option<State>,
    /// The number of states shown so far.
    ticks: usize,
}

impl<T: Terminal> Drawing<T> {
    pub(super) fn new(terminal: T) -> Self {
        Self {
            terminal,
            shown: None,
            ticks: 0,
        }
    }

    pub(super) fn terminal(&self) -> &T {
        &self.terminal
    }

    /// Draws this state in place of the one before.
    pub(super) fn show(&mut self, state: State) -> io::Result<()> {
        self.ticks = self.ticks.wrapping_add(1);
        self.erase()?;
        self.shown = Some(state);
        self.draw()
    }

    /// Removes the bar for good.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.erase()?;
        self.shown = None;
        self.terminal.flush()
    }

    /// Lets `write` write whole lines where the bar is, and draws the bar below them.
    pub(super) fn above<R>(&mut self, write: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        // A bar that cannot be drawn is no reason to lose a line of the log.
        let _ = self.erase().and_then(|()| self.terminal.flush());
        let written = write();
        let _ = self.draw();
        written
    }

    fn erase(&mut self) -> io::Result<()> {
        if self.shown.is_none() {
            return Ok(());
        }
        // The terminal may have echoed a typed key.
        self.terminal.write("\r")?;
        self.terminal.erase_to_end()
    }

    fn draw(&mut self) -> io::Result<()> {
        let Some(state) = &self.shown else {
            return Ok(());
        };
        let spinner = SPINNER.chars().cycle().nth(self.ticks % 10).unwrap_or(' ');
        let [first, second] = state.rows(self.terminal.width(), spinner);
        self.terminal.write(&format!("{first}\n{second}\r"))?;
        self.terminal.move_up_one_line()?;
        self.terminal.flush()
    }
}

#[cfg(test)]
mod tests;
