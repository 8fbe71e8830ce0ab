//! Secrets in somebody else's words: a debugging gateway may repeat what it was sent.

use secrecy::{ExposeSecret, SecretString};

/// What stands in a secret's place.
const MASK: &str = "[secret]";
/// Shorter ones are no secrets, and masking them would only make holes.
const SHORTEST: usize = 8;

/// Secrets that must not show.
#[derive(Debug, Default)]
pub(in crate::defender) struct Mask(Vec<SecretString>);

impl Mask {
    pub(in crate::defender) fn of(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let is_one = |secret: &SecretString| secret.expose_secret().len() >= SHORTEST;
        Self(secrets.into_iter().filter(is_one).collect())
    }

    /// The text, with the secrets masked wherever it repeats them.
    pub(in crate::defender) fn hide(&self, text: &str) -> String {
        let secrets = self.0.iter().map(ExposeSecret::expose_secret);
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let mask = Mask::of(["abcdefgh", "abc", ""].map(SecretString::from));
        for (text, expected) in [
            ("Bearer abcdefgh.", "Bearer [secret]."),
            ("abcdefghabcdefgh", "[secret][secret]"),
            ("abc", "abc"),
            ("", ""),
        ] {
            assert_eq!(mask.hide(text), expected);
        }
    }
}
