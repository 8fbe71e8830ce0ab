//! The `Range` header: one range of bytes.

use std::ops::Range;

/// The requested range of a file of this length. `None` means the whole file: there is no such header, or it
/// cannot be parsed. `Some(Err)` is a range that the file does not have.
pub(super) fn requested(header: Option<&str>, length: u64) -> Option<Result<Range<u64>, ()>> {
    let (first, last) = header?.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(start), Ok(last)) if start <= last => (start, last.saturating_add(1).min(length)),
        (Ok(start), Err(_)) if last.is_empty() => (start, length),
        (Err(_), Ok(bytes)) if first.is_empty() => (length.saturating_sub(bytes), length),
        _ => return None,
    };
    let satisfiable = start < length && start < end;
    Some(satisfiable.then_some(start..end).ok_or(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        for (header, expected) in [
            ("bytes=0-3", Some(Ok(0..4))),
            ("bytes=4-", Some(Ok(4..10))),
            ("bytes=8-99", Some(Ok(8..10))),
            ("bytes=-3", Some(Ok(7..10))),
            ("bytes=-99", Some(Ok(0..10))),
            ("bytes=10-", Some(Err(()))),
            ("bytes=-0", Some(Err(()))),
            ("bytes=3-2", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
            ("lines=0-3", None),
        ] {
            assert_eq!(requested(Some(header), 10), expected, "{header}");
        }
        assert_eq!(requested(None, 10), None);
    }
}
