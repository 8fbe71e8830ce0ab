//! Masks secrets in text from others: a debugging gateway may repeat what it was sent.

use secrecy::{ExposeSecret, SecretString};

/// The replacement for a secret.
const MASK: &str = "[secret]";
/// Minimum length of a secret; masking shorter texts would only damage messages.
const MIN_LENGTH: usize = 8;

/// Secrets to be masked.
#[derive(Debug, Default)]
pub struct Mask(Vec<SecretString>);

impl Mask {
    /// Masks these secrets.
    pub fn of(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let is_one = |secret: &SecretString| secret.expose_secret().len() >= MIN_LENGTH;
        Self(secrets.into_iter().filter(is_one).collect())
    }

    /// The text with all secrets masked.
    pub fn hide(&self, text: &str) -> String {
        let secrets = self.0.iter().map(ExposeSecret::expose_secret);
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_everywhere() {
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
