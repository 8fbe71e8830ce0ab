//! Columns of numeric dates: one order for the whole column.

use super::*;

/// The days of a column, cell by cell; a dash for one that is not understood.
fn days(cells: &[&str]) -> Vec<String> {
    let times = times(cells);
    let day = |cell: &&str| {
        let time = times.read(cell).map(|time| time.to_string());
        time.map_or_else(|| "-".to_owned(), |time| time[..10].to_owned())
    };
    cells.iter().map(day).collect()
}

#[test]
fn one_unambiguous_cell_decides_the_date_order() {
    for (cells, expected) in [
        (
            &["05/11/2026 09:15", "14/03/2026"][..],
            &["2026-11-05", "2026-03-14"][..],
        ),
        (
            &["05/11/2026 09:15", "03/14/2026"],
            &["2026-05-11", "2026-03-14"],
        ),
        (
            &["11/05/26 22:10", "11/20/26 22:10"],
            &["2026-11-05", "2026-11-20"],
        ),
        (
            &["05/11/26 22:10", "20/11/26 22:10"],
            &["2026-11-05", "2026-11-20"],
        ),
        (&["05-11-2026", "28-11-2026"], &["2026-11-05", "2026-11-28"]),
        (&["05-11-2026", "28/11/2026"], &["2026-11-05", "2026-11-28"]),
        // It decides the order although its own time, of next year, is refused.
        (&["05/11/2026", "31/12/2027"], &["2026-11-05", "-"]),
        // Other formats, and cells without a time, do not count.
        (
            &[
                "05/11/2026",
                "",
                "n/a",
                "2026-11-28",
                "13.11.2026",
                "28/11/2026",
            ],
            &[
                "2026-11-05",
                "-",
                "-",
                "2026-11-28",
                "2026-11-13",
                "2026-11-28",
            ],
        ),
        // The year in the first place, in two digits: no day and no month is 26 in 2001.
        (&["26/11/20", "26/10/01"], &["2026-11-20", "2026-10-01"]),
    ] {
        assert_eq!(days(cells), expected, "{cells:?}");
    }
}

#[test]
fn ambiguous_date_order_is_not_read() {
    for (cells, expected, reason) in [
        (
            &["05/11/2026", "11/05/2026", "07/07/2026"][..],
            &["-", "-", "2026-07-07"][..],
            UnreadReason::Undecided,
        ),
        // Does not decide: the date does not exist.
        (
            &["05/11/2026", "31/02/2026"],
            &["-", "-"],
            UnreadReason::Undecided,
        ),
        (
            &["05/11/2026", "13/13/2026"],
            &["-", "-"],
            UnreadReason::Undecided,
        ),
        (
            &["05/11/2026", "13.10.2026"],
            &["-", "2026-10-13"],
            UnreadReason::Undecided,
        ),
        (
            &["05/11/2026", "14/03/2026", "03/14/2026"],
            &["-", "2026-03-14", "2026-03-14"],
            UnreadReason::Mixed,
        ),
        (
            &["05/11/26", "26/10/01", "03/14/2026"],
            &["-", "-", "2026-03-14"],
            UnreadReason::Mixed,
        ),
    ] {
        assert_eq!(days(cells), expected, "{cells:?}");
        assert_eq!(times(cells).unread_reason(cells[0]), reason, "{cells:?}");
    }
    let settled = times(&["05/11/2026", "14/03/2026", "31/02/2026", "never"]);
    for cell in ["05/11/2026", "31/02/2026", "never", "2026-11-05"] {
        assert_eq!(settled.unread_reason(cell), UnreadReason::Form, "{cell}");
    }
}
