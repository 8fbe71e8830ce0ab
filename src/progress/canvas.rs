//! The target on which indicatif draws the bar: a terminal whose width may change at any time.
//!
//! indicatif fills each row up to the last column, so a terminal treats the rows as one long line. It moves
//! the cursor by the number of rows at the width of the previous drawing: if the terminal has become narrower
//! and re-wrapped the line, that is too few, and rows are left behind.
//!
//! Here the cursor stays at the start of the bar between two drawings. Only the terminal knows into how many
//! rows it wraps the bar, but it moves the cursor along: everything from there on is the bar and can be
//! erased.

use std::{fmt::Debug, io, sync::Arc};

use console::Term;
use indicatif::TermLike;
use parking_lot::Mutex;

/// The operations that a canvas needs.
pub(super) trait Terminal: Debug + Send + 'static {
    /// The width in columns, now.
    fn width(&self) -> u16;
    /// The height in rows, now.
    fn height(&self) -> u16;
    fn write(&mut self, text: &str) -> io::Result<()>;
    fn move_up(&mut self, rows: usize) -> io::Result<()>;
    /// Erases everything from the cursor to the end of the screen.
    fn erase_to_end(&mut self) -> io::Result<()>;
    fn flush(&mut self) -> io::Result<()>;
}

impl Terminal for Term {
    fn width(&self) -> u16 {
        self.size().1
    }

    fn height(&self) -> u16 {
        self.size().0
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn move_up(&mut self, rows: usize) -> io::Result<()> {
        flush_on_windows(self)?;
        self.move_cursor_up(rows)
    }

    fn erase_to_end(&mut self) -> io::Result<()> {
        flush_on_windows(self)?;
        self.clear_to_end_of_screen()
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::flush(self)
    }
}

/// On a Windows console, cursor movements and erasing take effect immediately, ahead of buffered text.
fn flush_on_windows(terminal: &Term) -> io::Result<()> {
    if cfg!(windows) {
        terminal.flush()?;
    }
    Ok(())
}

/// The rows of the bar on a terminal. Clones share the same rows.
#[derive(Debug)]
pub(super) struct Canvas<T>(Arc<Mutex<Rows<T>>>);

impl<T> Clone for Canvas<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Rows<T> {
    terminal: T,
    /// The columns that indicatif fills.
    columns: usize,
    /// What indicatif has drawn since the last flush.
    drawn: String,
    /// Whether a bar is on the screen.
    shown: bool,
}

impl<T: Terminal> Canvas<T> {
    pub(super) fn new(terminal: T) -> Self {
        Self(Arc::new(Mutex::new(Rows {
            terminal,
            columns: 1,
            drawn: String::new(),
            shown: false,
        })))
    }
}

impl<T: Terminal> Rows<T> {
    /// The number of columns to fill: not the last one, after which some terminals start a new row.
    fn measure(&mut self) -> u16 {
        let columns = self.terminal.width().saturating_sub(1).max(1);
        self.columns = columns.into();
        columns
    }

    /// Replaces the bar on the screen with what was drawn.
    fn show(&mut self) -> io::Result<()> {
        let drawn = std::mem::take(&mut self.drawn);
        if std::mem::take(&mut self.shown) {
            // The terminal may have echoed a typed key.
            self.terminal.write("\r")?;
            self.terminal.erase_to_end()?;
        }
        if !drawn.is_empty() {
            let rows = rows(&drawn, self.columns);
            self.terminal.write(&rows.join("\n"))?;
            self.terminal.write("\r")?;
            self.shown = true;
            if rows.len() > 1 {
                self.terminal.move_up(rows.len() - 1)?;
            }
        }
        self.terminal.flush()
    }
}

/// The text in rows of this many columns, without trailing spaces. Each character of the bar takes one
/// column.
fn rows(text: &str, columns: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let rows = characters.chunks(columns);
    rows.map(|row| row.iter().collect::<String>().trim_end().to_owned())
        .collect()
}

/// Each drawing of indicatif is complete and ends with a flush. It moves the cursor only to erase the
/// previous drawing, which [`Rows::show`] does.
impl<T: Terminal> TermLike for Canvas<T> {
    fn width(&self) -> u16 {
        self.0.lock().measure()
    }

    fn height(&self) -> u16 {
        self.0.lock().terminal.height()
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        let mut rows = self.0.lock();
        let row = format!("{text:columns$}", columns = rows.columns);
        rows.drawn.push_str(&row);
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.lock().drawn.push_str(text);
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        self.0.lock().show()
    }
}
