//! Numbers, durations and error chains, formatted for people.

use std::{error::Error, time::Duration};

/// A count with thousands separators: `1,234,567`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A difference with its sign: `+1,200`, `-3`, `±0`.
pub fn signed(difference: i128) -> String {
    let sign = match difference {
        0 => "±",
        1.. => "+",
        _ => "-",
    };
    let amount = u64::try_from(difference.unsigned_abs()).unwrap_or(u64::MAX);
    format!("{sign}{}", thousands(amount))
}

/// A count with its noun: `1 machine`, `2,000 machines`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", thousands(count))
}

/// The share in percent, rounded to one decimal. A share below the whole is never `100.0 %`.
pub fn share(part: u64, whole: u64) -> String {
    let per_mille = per_mille(part, whole);
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

/// The share in thousandths, rounded like [`share`].
pub fn per_mille(part: u64, whole: u64) -> u64 {
    u64::try_from(rounded(part, whole, 1000)).unwrap_or(u64::MAX)
}

/// The share in whole percent, rounded like [`share`].
pub fn whole_share(part: u64, whole: u64) -> String {
    format!("{} %", rounded(part, whole, 100))
}

/// `of * part / whole`, rounded to the nearest integer, but below `of` if the part is below the whole.
fn rounded(part: u64, whole: u64, of: u128) -> u128 {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let nearest = (2 * part * of + whole).checked_div(2 * whole).unwrap_or(0);
    if part < whole {
        nearest.min(of - 1)
    } else {
        nearest
    }
}

/// A duration in its two largest units: `5 h 40 min`, `43 min`, `12 s`.
pub fn span(span: Duration) -> String {
    let rounded = u64::from(span.subsec_millis() >= 500);
    let seconds = span.as_secs().saturating_add(rounded);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, 1..=4) if !seconds.is_multiple_of(60) => format!("{minutes} min {} s", seconds % 60),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} d"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A range of durations, `10 to 20 s`; a single duration if both are about the same.
pub fn span_between(least: Duration, most: Duration) -> String {
    let [from, to] = [least, most].map(span);
    if is_about_the_same(least, most) {
        return from;
    }
    match (from.split_once(' '), to.split_once(' ')) {
        (Some((number, unit)), Some((_, its_unit))) if unit == its_unit && !unit.contains(' ') => {
            format!("{number} to {to}")
        }
        _ => format!("{from} to {to}"),
    }
}

/// Whether two durations are the same for practical purposes.
pub fn is_about_the_same(least: Duration, most: Duration) -> bool {
    most <= least.saturating_add(least / 5) || span(least) == span(most)
}

/// Whether the range is too wide to be useful: more than a factor of ten, and longer than a minute.
pub fn is_unknown(least: Duration, most: Duration) -> bool {
    most > Duration::from_mins(1) && most > least.saturating_mul(10)
}

/// A size in bytes, such as `12.3 MB`.
pub fn bytes(count: u64) -> String {
    let (unit, name) = match count {
        0..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = (u128::from(count) * 10 + unit / 2) / unit;
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// An error and its causes: `a: b: c`.
pub fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&cause| cause.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

/// The causes of an error without the error itself, which only names its kind or contains an address that does not
/// belong in the message: `b: c`. For an error without causes, the error itself.
pub fn causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let mut causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.dedup();
    if causes.is_empty() {
        error.to_string()
    } else {
        causes.join(": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Cause {
        text: &'static str,
        source: Option<Box<Self>>,
    }

    #[test]
    fn causes_are_without_the_error_itself_and_its_repetitions() {
        for (texts, expected) in [
            (&["sent"][..], "sent"),
            (&["sent", "connect"], "connect"),
            (
                &["sent", "connect", "connect", "refused"],
                "connect: refused",
            ),
        ] {
            let error = texts.iter().rev().fold(None, |source, &text| {
                let source = source.map(Box::new);
                Some(Cause { text, source })
            });
            assert_eq!(causes(&error.unwrap()), expected);
        }
    }

    #[test]
    fn sizes_have_one_decimal() {
        for (count, text) in [
            (0, "0.0 kB"),
            (1_449, "1.4 kB"),
            (999_999, "1000.0 kB"),
            (12_350_000, "12.4 MB"),
            (4_000_000_000, "4.0 GB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn counts_are_grouped() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (12_345, "12,345"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(thousands(count), text);
        }
    }

    #[test]
    fn spans_are_rounded_to_two_units() {
        for (milliseconds, text) in [
            (0, "0 s"),
            (499, "0 s"),
            (500, "1 s"),
            (59_499, "59 s"),
            (59_500, "1 min"),
            (61_000, "1 min 1 s"),
            (299_000, "4 min 59 s"),
            (301_000, "5 min"),
            (3_599_400, "59 min"),
            (3_600_000, "1 h"),
            (20_400_000, "5 h 40 min"),
            (86_400_000, "1 d"),
            (180_000_000, "2 d 2 h"),
        ] {
            assert_eq!(span(Duration::from_millis(milliseconds)), text);
        }
    }

    #[test]
    fn different_spans_are_shown_as_a_range() {
        for (least, most, text) in [
            (10_000, 20_000, "10 to 20 s"),
            (10_000, 12_000, "10 s"),
            (10_000, 9_000, "10 s"),
            (0, 0, "0 s"),
            (500, 900, "1 s"),
            (50_000, 90_000, "50 s to 1 min 30 s"),
            (90_000, 120_000, "1 min 30 s to 2 min"),
            (360_000, 600_000, "6 to 10 min"),
            (3_600_000, 7_200_000, "1 to 2 h"),
            (3_600_000, 9_000_000, "1 h to 2 h 30 min"),
        ] {
            let [from, to] = [least, most].map(Duration::from_millis);
            assert_eq!(span_between(from, to), text);
        }
        assert_eq!(
            span_between(Duration::MAX, Duration::MAX),
            span(Duration::MAX)
        );
    }

    #[test]
    fn wide_range_is_not_an_estimate() {
        for (least, most, expected) in [
            (0, 60, false),
            (0, 61, true),
            (12, 120, false),
            (12, 121, true),
            (4000, 4000, false),
        ] {
            let [from, to] = [least, most].map(Duration::from_secs);
            assert_eq!(is_unknown(from, to), expected, "{least} {most}");
        }
        assert!(!is_unknown(Duration::MAX, Duration::MAX));
    }

    #[test]
    fn shares_are_rounded_but_never_up_to_the_whole() {
        for (part, whole, tenths, percent) in [
            (9_873, 10_000, "98.7 %", "99 %"),
            (9_875, 10_000, "98.8 %", "99 %"),
            (99_999, 100_000, "99.9 %", "99 %"),
            (1, 1, "100.0 %", "100 %"),
            (0, 0, "0.0 %", "0 %"),
            (0, 7, "0.0 %", "0 %"),
            (719, 1000, "71.9 %", "72 %"),
            (2, 3, "66.7 %", "67 %"),
            (u64::MAX, u64::MAX, "100.0 %", "100 %"),
            (u64::MAX - 1, u64::MAX, "99.9 %", "99 %"),
            (3, 2, "150.0 %", "150 %"),
        ] {
            assert_eq!(share(part, whole), tenths);
            assert_eq!(whole_share(part, whole), percent);
        }
    }
}
