//! Figures, spans of time and chains of causes as people read them.

use std::{error::Error, time::Duration};

/// A count with separators: `1,234,567`.
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

/// A span of time in the two units that matter: `5 h 40 min`, `43 min`, `12 s`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs() + u64::from(span.subsec_millis() >= 500);
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

/// An error and its causes: `a: b: c`.
pub fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&cause| cause.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn spans_show_what_matters() {
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
}
