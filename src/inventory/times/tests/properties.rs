//! Times round-trip in every format.

use jiff::tz::TimeZone;
use proptest::{collection::vec, prelude::*};

use super::*;

/// Formats, and their resolution in seconds.
const FORMS: [(&str, i64); 32] = [
    ("%Y-%m-%dT%H:%M:%SZ", 1),
    ("%Y-%m-%dT%H:%M:%S.0000000Z", 1),
    ("%Y-%m-%dT%H:%M:%S+00:00", 1),
    ("%Y-%m-%d %H:%M:%S", 1),
    ("%Y-%m-%d %H:%M", 60),
    ("%Y-%m-%d", 86_400),
    ("%Y/%m/%d %H:%M", 60),
    ("%Y/%-m/%-d %-H:%M:%S", 1),
    ("%Y. %m. %d. %-H:%M:%S", 1),
    ("%m/%d/%Y %I:%M:%S %p", 1),
    ("%-m/%-d/%Y, %-I:%M:%S.000 %p", 1),
    ("%-m/%-d/%Y, %-I:%M:%S\u{202f}%p", 1),
    ("%-m/%-d/%y %-H:%M", 60),
    ("%m-%d-%Y %H:%M:%S", 1),
    ("%m/%d/%Y", 86_400),
    ("%d/%m/%Y %H:%M", 60),
    ("%d/%m/%Y, %H:%M:%S", 1),
    ("%-d/%-m/%y", 86_400),
    ("%d-%m-%Y %H:%M:%S", 1),
    ("%d.%m.%Y, %H:%M:%S", 1),
    ("%-d.%-m.%Y %-H:%M", 60),
    ("%d.%m.%y", 86_400),
    ("%b %-d, %Y, %-I:%M %p", 60),
    ("%B %-d, %Y %-I:%M:%S %p", 1),
    ("%b %d, %Y", 86_400),
    ("%-d %b %Y", 86_400),
    ("%d-%b-%y", 86_400),
    ("%d %B %Y %H:%M:%S", 1),
    ("%a, %d %b %Y %H:%M:%S GMT", 1),
    ("%a, %-d %b %Y %H:%M:%S +0000", 1),
    (
        "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)",
        1,
    ),
    ("%s", 1),
];

/// A day that decides the order in every format.
fn settling() -> Timestamp {
    "2026-10-31T00:00:00Z".parse().unwrap()
}

fn spell(time: Timestamp, form: &str) -> String {
    let time = time.to_zoned_datetime(TimeZone::UTC);
    time.strftime(form).to_string()
}

/// Seconds from 2010 to the day on which the columns are read.
fn moments() -> impl Strategy<Value = Vec<i64>> {
    vec(1_262_304_000_i64..1_795_953_600, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn times_round_trip_in_every_format(seconds in moments()) {
        for (form, exact_to) in FORMS {
            let moments = seconds.iter().map(|it| Timestamp::from_second(*it).unwrap());
            let moments: Vec<Timestamp> = moments.chain([settling()]).collect();
            let cells: Vec<String> = moments.iter().map(|it| spell(*it, form)).collect();
            let now = NOW.parse().unwrap();
            let times = Times::of(cells.iter().map(String::as_str), now);
            for (moment, cell) in moments.iter().zip(&cells) {
                let second = moment.as_second();
                let expected = Timestamp::from_second(second - second % exact_to).unwrap();
                prop_assert_eq!(times.read(cell), Some(expected), "{} as {}", form, cell);
            }
        }
    }

    #[test]
    fn arbitrary_column_gives_plausible_times(cells in vec(".{0,40}", 0..20)) {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let times = times(&cells);
        let latest: Timestamp = NOW.parse().unwrap();
        for time in cells.iter().filter_map(|cell| times.read(cell)) {
            prop_assert!(time <= latest + MAX_CLOCK_LEAD && time >= EARLIEST);
        }
    }

    #[test]
    fn digits_and_punctuation_do_not_panic(cell in "[0-9/.:, TZapm+()-]{0,30}") {
        let _ = times(&[&cell]).read(&cell);
    }
}
