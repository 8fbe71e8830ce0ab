//! The reports for people begin with the same headline.

use calamine::{Reader, Xlsx};

use super::super::*;
use crate::report::{
    fixture::Fixture,
    terminal::{Style, render, screen},
    view::headline::headline,
};

#[test]
fn headline_is_the_same_everywhere() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        fixture.with_run(|run| {
            let expected = headline(run);
            for text in [
                render(run, 1000, Style::Plain),
                screen(run, 1000, Style::Plain),
            ] {
                assert_eq!(text.lines().next(), Some(&*expected));
            }
            let marked = markdown(run).replace("&#46;<wbr>", ".");
            assert!(marked.contains(&format!("**{expected}**")), "{marked}");
            let mut bytes = Vec::new();
            workbook::Workbook::new().render(run, &mut bytes).unwrap();
            let mut book = Xlsx::new(io::Cursor::new(bytes)).unwrap();
            let summary = book.worksheet_range("Summary").unwrap();
            let mut cells = summary.rows().flatten().map(ToString::to_string);
            assert!(cells.any(|cell| cell == expected));
        });
    }
}
