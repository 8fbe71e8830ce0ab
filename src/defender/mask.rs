//! Secrets in somebody else's words: a debugging gateway may repeat what it was sent.

/// What stands in a secret's place.
const MASK: &str = "[secret]";
/// Shorter ones are no secrets, and masking them would only make holes.
const SHORTEST: usize = 8;

/// The text, with these secrets masked wherever it repeats them.
pub(super) fn masked<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let secrets = secrets
        .into_iter()
        .filter(|secret| secret.len() >= SHORTEST);
    secrets.fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        for (text, expected) in [
            ("Bearer abcdefgh.", "Bearer [secret]."),
            ("abcdefghabcdefgh", "[secret][secret]"),
            ("abc", "abc"),
            ("", ""),
        ] {
            assert_eq!(masked(text, ["abcdefgh", "abc", ""]), expected);
        }
    }
}
