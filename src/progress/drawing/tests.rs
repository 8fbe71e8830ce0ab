use std::sync::Arc;

use parking_lot::Mutex;

use super::*;

/// A terminal that keeps what it shows, and wraps lines again when it is resized, as most do, or
/// cuts them off, as some do.
#[derive(Debug)]
struct FakeTerminal {
    width: usize,
    /// Whether lines are wrapped again.
    wraps: bool,
    /// The rows, and whether each goes on in the next one.
    rows: Vec<Row>,
    row: usize,
    column: usize,
}

#[derive(Debug, Default, Clone)]
struct Row {
    text: Vec<char>,
    goes_on: bool,
}

impl FakeTerminal {
    fn new(width: usize, wraps: bool) -> Self {
        Self {
            width,
            wraps,
            rows: vec![Row::default()],
            row: 0,
            column: 0,
        }
    }

    /// Changes the width. The cursor stays on its character.
    fn resize(&mut self, width: usize) {
        let mut rows: Vec<Row> = Vec::new();
        let (mut line, mut cursor) = (Vec::new(), None);
        for (at, row) in std::mem::take(&mut self.rows).into_iter().enumerate() {
            if at == self.row {
                cursor = Some(line.len() + self.column);
            }
            line.extend(row.text);
            if row.goes_on {
                continue;
            }
            if !self.wraps {
                line.truncate(width);
            }
            if let Some(cursor) = cursor.take() {
                self.row = rows.len() + cursor / width;
                self.column = cursor % width;
            }
            let mut parts: Vec<Row> = line
                .chunks(width)
                .map(|part| Row {
                    text: part.to_vec(),
                    goes_on: true,
                })
                .collect();
            if parts.is_empty() {
                parts.push(Row::default());
            }
            parts.last_mut().unwrap().goes_on = false;
            rows.extend(parts);
            line.clear();
        }
        self.rows = rows;
        self.width = width;
    }

    fn put(&mut self, character: char) {
        if self.column == self.width {
            self.rows[self.row].goes_on = true;
            self.begin_row();
            self.column = 0;
        }
        let text = &mut self.rows[self.row].text;
        text.resize(text.len().max(self.column + 1), ' ');
        text[self.column] = character;
        self.column += 1;
    }

    fn begin_row(&mut self) {
        self.row += 1;
        if self.row == self.rows.len() {
            self.rows.push(Row::default());
        }
    }

    /// The rows with text.
    fn screen(&self) -> Vec<String> {
        let rows = self
            .rows
            .iter()
            .map(|row| row.text.iter().collect::<String>());
        rows.filter(|row| !row.is_empty()).collect()
    }
}

impl Terminal for FakeTerminal {
    fn width(&self) -> usize {
        self.width
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        for character in text.chars() {
            match character {
                '\r' => self.column = 0,
                '\n' => {
                    self.begin_row();
                    self.column = 0;
                }
                other => self.put(other),
            }
        }
        Ok(())
    }

    fn move_up_one_line(&mut self) -> io::Result<()> {
        self.row = self.row.saturating_sub(1);
        Ok(())
    }

    fn erase_to_end(&mut self) -> io::Result<()> {
        self.rows.truncate(self.row + 1);
        self.rows[self.row].text.truncate(self.column);
        self.rows[self.row].goes_on = false;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn state(answered: u64) -> State {
    State {
        counts: Counts {
            machines: 10_000,
            answered,
            not_found: 0,
            failed: 0,
        },
        lines: Lines {
            summary: format!("{answered} of 10,000 machines · done 03:40 (in 5 h 40 min)"),
            details: "waiting for the quota until 22:44 (in 44 min) · quota used 100 of 100/min"
                .to_owned(),
        },
    }
}

#[test]
fn bar_leaves_nothing_behind_when_the_width_changes() {
    for wraps in [true, false] {
        let mut drawing = Drawing::new(FakeTerminal::new(100, wraps));
        drawing.terminal.write("$ patchgap report\n").unwrap();
        for (answered, width) in [100, 60, 33, 20, 7, 45, 120, 61].into_iter().enumerate() {
            drawing.terminal.resize(width);
            drawing.show(state(answered as u64)).unwrap();
            let spinner = SPINNER.chars().nth(drawing.ticks % 10).unwrap();
            let screen = drawing.terminal.screen();
            let bar = &screen[screen.len() - 2..];
            assert_eq!(bar, state(answered as u64).rows(width, spinner), "{width}");
            let above = screen[..screen.len() - 2].concat();
            assert!(
                "$ patchgap report".starts_with(&above),
                "{width}: {screen:?}"
            );
        }
        drawing.terminal.resize(30);
        drawing.clear().unwrap();
        assert_eq!(drawing.terminal.row, drawing.terminal.rows.len() - 1);
        assert!("$ patchgap report".starts_with(&drawing.terminal.screen().concat()));
    }
}

#[test]
fn fake_terminal_wraps_a_bar_into_more_rows() {
    let mut drawing = Drawing::new(FakeTerminal::new(100, true));
    drawing.show(state(0)).unwrap();
    drawing.terminal.resize(30);
    assert!(drawing.terminal.screen().len() > 4);
    assert_eq!((drawing.terminal.row, drawing.terminal.column), (0, 0));
}

#[test]
fn lines_are_written_above_the_bar() {
    let mut drawing = Drawing::new(FakeTerminal::new(100, true));
    drawing.show(state(7)).unwrap();
    drawing.terminal.resize(50);
    // What `above` does, with a line to standard error in between.
    drawing.erase().unwrap();
    drawing.terminal.write("rate limited\n").unwrap();
    drawing.draw().unwrap();
    let rows = state(7).rows(50, SPINNER.chars().nth(1).unwrap());
    assert_eq!(
        drawing.terminal.screen(),
        ["rate limited", &rows[0], &rows[1]]
    );
}

#[test]
fn bar_is_off_the_screen_while_a_line_is_written() {
    let mut drawing = Drawing::new(Recorder::default());
    drawing.show(state(7)).unwrap();
    let calls = drawing.terminal.calls();
    let during = drawing.above(|| Ok(calls.lock().join(" "))).unwrap();
    assert!(during.ends_with("draw up flush erase flush"), "{during}");
    assert_eq!(calls.lock().join(" "), format!("{during} draw up flush"));
}

#[test]
fn narrow_terminal_drops_the_bar_before_the_text() {
    let first = |width| state(2500).rows(width, '⠋')[0].clone();
    assert_eq!(
        first(100),
        "⠋ ━━━━╸───────────  25 %  2500 of 10,000 machines · done 03:40 (in 5 h 40 min)"
    );
    assert_eq!(
        first(70),
        "⠋ 25 %  2500 of 10,000 machines · done 03:40 (in 5 h 40 min)"
    );
    assert_eq!(first(30), "⠋ 25 %  2500 of 10,000 machi…");
    assert_eq!(first(1), "");
}

#[test]
fn last_machine_alone_makes_100_percent() {
    let first = |answered| state(answered).rows(100, '⠋')[0].clone();
    assert!(
        first(9999).starts_with("⠋ ━━━━━━━━━━━━━━━╸  99 %"),
        "{}",
        first(9999)
    );
    assert!(first(10_000).starts_with("⠋ ━━━━━━━━━━━━━━━━ 100 %"));
}

/// A terminal that records the calls of its drawing.
#[derive(Debug, Default)]
struct Recorder(Arc<Mutex<Vec<&'static str>>>);

impl Recorder {
    fn calls(&self) -> Arc<Mutex<Vec<&'static str>>> {
        Arc::clone(&self.0)
    }

    fn record(&self, call: &'static str) {
        self.0.lock().push(call);
    }
}

impl Terminal for Recorder {
    fn width(&self) -> usize {
        80
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        if text != "\r" {
            self.record("draw");
        }
        Ok(())
    }

    fn move_up_one_line(&mut self) -> io::Result<()> {
        self.record("up");
        Ok(())
    }

    fn erase_to_end(&mut self) -> io::Result<()> {
        self.record("erase");
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.record("flush");
        Ok(())
    }
}
