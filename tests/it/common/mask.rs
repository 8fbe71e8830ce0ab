//! Hides what differs between runs in a CSV report, and leaves every other byte as it is.

/// The CSV with every cell of these columns masked, unless it is empty.
pub(crate) fn mask_columns(csv: &str, columns: &[&str]) -> String {
    let mut rows = rows(csv).into_iter();
    let header = rows.next().unwrap_or_default();
    let is_masked = |place: usize| header.get(place).is_some_and(|it| columns.contains(it));
    let rows = rows.map(|row| {
        let cells = row.into_iter().enumerate();
        let cells = cells.map(|(place, cell)| {
            let is_hidden = is_masked(place) && !cell.is_empty();
            if is_hidden { "<masked>" } else { cell }
        });
        cells.collect::<Vec<_>>().join(",")
    });
    let rows: Vec<String> = std::iter::once(header.join(",")).chain(rows).collect();
    rows.join("\n")
}

/// The cells as they are written, quotes included. A last line end gives a last row with an empty
/// cell.
fn rows(csv: &str) -> Vec<Vec<&str>> {
    let (mut rows, mut row, mut start, mut is_quoted) = (Vec::new(), Vec::new(), 0, false);
    for (at, byte) in csv.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' | b'\n' if !is_quoted => {
                row.push(&csv[start..at]);
                start = at + 1;
                if byte == b'\n' {
                    rows.push(std::mem::take(&mut row));
                }
            }
            _ => {}
        }
    }
    row.push(&csv[start..]);
    rows.push(row);
    rows
}

#[test]
fn only_the_cells_of_the_columns_are_masked() {
    for (csv, expected) in [
        ("a,run,b\n3,3,3\n", "a,run,b\n3,<masked>,3\n"),
        ("a,run\n\"x\n,3\",3\n", "a,run\n\"x\n,3\",<masked>\n"),
        ("run,a\n,3\n\"1\"\"\",3\r\n", "run,a\n,3\n<masked>,3\r\n"),
        ("run\n1\nrun", "run\n<masked>\n<masked>"),
    ] {
        assert_eq!(mask_columns(csv, &["run"]), expected);
    }
}
