//! The limit that a refusal for quota names: `maximum allowed 50 per 00:01:00`.

use std::time::Duration;

use crate::domain::limits::RateLimit;

/// The longest plausible window: longer ones have never been seen.
const MAX_WINDOW: Duration = Duration::from_hours(24);

/// The limit in a message, whatever the text around it and in between: the first number after
/// `maximum allowed`, and the window after the next `per`.
pub(super) fn named_limit(message: &str) -> Option<RateLimit> {
    let message = message.to_ascii_lowercase();
    let (_, allowed) = message.split_once("maximum allowed")?;
    let (calls, window) = allowed.split_once(" per ")?;
    Some(RateLimit {
        calls: only_number(calls)?.parse().ok()?,
        window: window_length(window)?,
    })
}

/// The only number in a text.
fn only_number(text: &str) -> Option<&str> {
    let is_no_digit = |letter: char| !letter.is_ascii_digit();
    let mut numbers = text.split(is_no_digit).filter(|it| !it.is_empty());
    let number = numbers.next()?;
    numbers.next().is_none().then_some(number)
}

/// The length of a window that a text begins with, as the service writes it: `01:00:00`.
fn window_length(text: &str) -> Option<Duration> {
    let is_part = |letter: char| letter.is_ascii_digit() || letter == ':' || letter == '.';
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    let mut parts = text[..end].trim_end_matches(['.', ':']).split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = |text: &str| text.parse::<u32>().ok().map(f64::from);
    let seconds = whole(hours)? * 3600.0 + whole(minutes)? * 60.0 + seconds.parse::<f64>().ok()?;
    let length = Duration::try_from_secs_f64(seconds).ok()?;
    let is_plausible = parts.next().is_none() && !length.is_zero() && length <= MAX_WINDOW;
    is_plausible.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_found_in_any_words() {
        for (message, expected) in [
            ("maximum allowed 50 per 00:01:00", "50/min"),
            (
                "API calls quota exceeded! maximum allowed 1500 per 01:00:00",
                "1500/h",
            ),
            (
                "Maximum Allowed 30 per 00:01:00. Try again in 17 seconds.",
                "30/min",
            ),
            (
                "quota exceeded, maximum allowed: 45 calls per 00:15:00, sorry",
                "45/900s",
            ),
            ("The maximum allowed is 10 requests per 00:00:01", "10/s"),
            ("maximum allowed 20 per 00:00:01.500", "20/1500ms"),
            ("maximum allowed 2000 per 24:00:00.", "2000/day"),
        ] {
            let limit = named_limit(message).map(|it| it.to_string());
            assert_eq!(limit.as_deref(), Some(expected), "{message}");
        }
    }

    #[test]
    fn other_messages_name_no_limit() {
        for message in [
            "",
            "API calls quota exceeded! The calls of this application take too long",
            "maximum allowed 50",
            "maximum allowed per 00:01:00",
            "maximum allowed 0 per 00:01:00",
            "maximum allowed -1 calls, 50 in all, per 00:01:00",
            "maximum allowed 99999999999 per 00:01:00",
            "maximum allowed 50 per minute",
            "maximum allowed 50 per 00:00:00",
            "maximum allowed 50 per 01:00",
            "maximum allowed 50 per 00:01:00:00",
            "maximum allowed 50 per 24:00:01",
            "maximum allowed 50 per 99999999999:00:00",
            "maximum allowed 50 per 00:01:0.0.0",
            "50 per 00:01:00",
        ] {
            assert_eq!(named_limit(message), None, "{message}");
        }
    }
}
