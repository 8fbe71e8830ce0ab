use std::{io, sync::Arc};

use parking_lot::Mutex;

use super::*;

/// A terminal that records what it shows. When it is resized, it wraps lines again, as most do, or truncates
/// them, as some do.
#[derive(Debug)]
struct FakeTerminal {
    width: usize,
    /// Whether lines are wrapped again.
    wraps: bool,
    /// The rows, and whether each continues in the next one.
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

    fn write(&mut self, text: &str) {
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
    }

    fn erase_to_end(&mut self) {
        self.rows.truncate(self.row + 1);
        self.rows[self.row].text.truncate(self.column);
        self.rows[self.row].goes_on = false;
    }
}

/// The state shared by the drawing and the test.
type Screen = Arc<Mutex<FakeTerminal>>;

impl Terminal for Screen {
    fn width(&self) -> u16 {
        u16::try_from(self.lock().width).unwrap()
    }

    fn height(&self) -> u16 {
        50
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.lock().write(text);
        Ok(())
    }

    fn move_up(&mut self, rows: usize) -> io::Result<()> {
        let mut screen = self.lock();
        screen.row = screen.row.saturating_sub(rows);
        Ok(())
    }

    fn erase_to_end(&mut self) -> io::Result<()> {
        self.lock().erase_to_end();
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn screen(width: usize, wraps: bool) -> Screen {
    Arc::new(Mutex::new(FakeTerminal::new(width, wraps)))
}

fn counts(answered: u64) -> Counts {
    Counts {
        machines: 10_000,
        answered,
        not_found: 0,
        failed: 0,
    }
}

fn lines(answered: u64) -> Lines {
    Lines {
        summary: format!("{answered} of 10,000 machines · done 03:40 (in 5 h 40 min)"),
        details: "waiting for the quota until 22:44 (in 44 min) · quota used 100 of 100/min"
            .to_owned(),
    }
}

/// The bar alone at this width.
fn bar(answered: u64, width: usize) -> Vec<String> {
    let screen = screen(width, true);
    let drawing = Drawing::new(Arc::clone(&screen));
    drawing.show(counts(answered), &lines(answered));
    screen.lock().screen()
}

fn without_spinner(text: &str) -> String {
    text.chars().skip(1).collect()
}

#[test]
fn bar_leaves_nothing_behind_when_the_width_changes() {
    for wraps in [true, false] {
        let screen = screen(100, wraps);
        screen.lock().write("$ patchgap report\n");
        let drawing = Drawing::new(Arc::clone(&screen));
        for (answered, width) in (0..).zip([100, 60, 33, 20, 7, 45, 120, 61]) {
            screen.lock().resize(width);
            drawing.show(counts(answered), &lines(answered));
            let mut shown = screen.lock().screen();
            let drawn = shown.split_off(shown.len() - 2).join("\n");
            let anew = bar(answered, width).join("\n");
            assert_eq!(without_spinner(&drawn), without_spinner(&anew), "{width}");
            let above = shown.concat();
            assert!(
                "$ patchgap report".starts_with(&above),
                "{width}: {shown:?}"
            );
        }
        screen.lock().resize(30);
        drawing.clear();
        let screen = screen.lock();
        assert_eq!(screen.row, screen.rows.len() - 1);
        assert!("$ patchgap report".starts_with(&screen.screen().concat()));
    }
}

#[test]
fn fake_terminal_wraps_a_bar_into_more_rows() {
    let screen = screen(100, true);
    let drawing = Drawing::new(Arc::clone(&screen));
    drawing.show(counts(0), &lines(0));
    let mut screen = screen.lock();
    screen.resize(30);
    assert!(screen.screen().len() > 4);
    assert_eq!((screen.row, screen.column), (0, 0));
}

#[test]
fn lines_are_written_above_the_bar() {
    let screen = screen(100, true);
    let drawing = Drawing::new(Arc::clone(&screen));
    for width in [100, 50, 28, 70] {
        screen.lock().resize(width);
        drawing.show(counts(7), &lines(7));
        drawing.above(|| screen.lock().write("rate limited\n"));
    }
    screen.lock().resize(40);
    drawing.above(|| screen.lock().write("rate limited\n"));
    drawing.show(counts(7), &lines(7));
    let shown = screen.lock().screen();
    assert_eq!(shown[..5], ["rate limited"; 5]);
    assert_eq!(shown.len(), 7, "{shown:?}");
}

#[test]
fn cleared_bar_appears_again() {
    let screen = screen(100, true);
    let drawing = Drawing::new(Arc::clone(&screen));
    drawing.show(counts(9000), &lines(9000));
    drawing.clear();
    drawing.above(|| screen.lock().write("done\n"));
    assert_eq!(screen.lock().screen(), ["done"]);
    drawing.show(counts(2500), &lines(2500));
    let shown = screen.lock().screen();
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert!(shown[1].contains("  25 %"), "{shown:?}");
}

#[test]
fn bar_is_off_the_screen_while_a_line_is_written() {
    let calls = Calls::default();
    let drawing = Drawing::new(Arc::clone(&calls));
    drawing.show(counts(7), &lines(7));
    let during = drawing.above(|| calls.lock().join(" "));
    assert_eq!(during, "draw up flush erase flush");
    assert_eq!(calls.lock().join(" "), format!("{during} draw up flush"));
}

#[test]
fn narrow_terminal_drops_the_bar_before_the_text() {
    let first = |width| bar(2500, width)[0].clone();
    assert_eq!(
        first(100),
        "⠙ ━━━━╸───────────  25 %  2500 of 10,000 machines · done 03:40 (in 5 h 40 min)"
    );
    assert_eq!(
        first(70),
        "⠙ 25 %  2500 of 10,000 machines · done 03:40 (in 5 h 40 min)"
    );
    assert_eq!(
        bar(2500, 30),
        [
            "⠙ 25 %  2500 of 10,000 machi…",
            "  waiting for the quota unti…"
        ]
    );
}

#[test]
fn one_column_is_enough() {
    let drawing = Drawing::new(screen(1, true));
    drawing.show(counts(7), &lines(7));
    drawing.clear();
}

#[test]
fn last_machine_alone_makes_100_percent() {
    let first = |answered| bar(answered, 100)[0].clone();
    assert!(
        first(9999).starts_with("⠙ ━━━━━━━━━━━━━━━╸  99 %"),
        "{}",
        first(9999)
    );
    assert!(first(10_000).starts_with("⠙ ━━━━━━━━━━━━━━━━ 100 %"));
}

/// A terminal that records the calls of its drawing.
type Calls = Arc<Mutex<Vec<&'static str>>>;

impl Terminal for Calls {
    fn width(&self) -> u16 {
        80
    }

    fn height(&self) -> u16 {
        24
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        if text != "\r" {
            self.lock().push("draw");
        }
        Ok(())
    }

    fn move_up(&mut self, _: usize) -> io::Result<()> {
        self.lock().push("up");
        Ok(())
    }

    fn erase_to_end(&mut self) -> io::Result<()> {
        self.lock().push("erase");
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().push("flush");
        Ok(())
    }
}

#[test]
fn lines_of_tenants_are_drawn_below_what_is_written() {
    let screen = screen(40, true);
    let drawing = Drawing::new(Arc::clone(&screen));
    let show = |texts: &[&str]| {
        let texts: Vec<String> = texts.iter().map(|it| (*it).to_owned()).collect();
        drawing.show_lines(|columns, rows| {
            assert_eq!((columns > 0, rows), (true, 50));
            texts
        });
    };
    let long = "x".repeat(60);
    show(&["one  beginning", &long, "0 of 3 tenants done"]);
    drawing.above(|| screen.lock().write("refused\n"));
    let cut = "x".repeat(38) + "…";
    let expected = ["refused", "one  beginning", &cut, "0 of 3 tenants done"];
    assert_eq!(screen.lock().screen(), expected);
    // Fewer lines leave nothing behind, and neither does a narrower terminal.
    screen.lock().resize(25);
    show(&["2 of 3 tenants done"]);
    assert_eq!(screen.lock().screen(), ["refused", "2 of 3 tenants done"]);
    drawing.clear();
    assert_eq!(screen.lock().screen(), ["refused"]);
}
