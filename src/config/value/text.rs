//! Plain texts, names and switches.

use std::str::FromStr;

use super::InvalidValue;
use crate::domain::quotes::unquoted;

/// A text that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

/// A name in Entra ID: the id or domain of a tenant, or the client id of an app.
///
/// It becomes part of the sign-in URL, so it may contain only letters, digits, `.` and `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraName(String);

impl FromStr for Text {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "" => Err(InvalidValue::new(text, "value", "text")),
            text => Ok(Self(text.to_owned())),
        }
    }
}

impl FromStr for EntraName {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = bare(text);
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        if name.bytes().any(|byte| byte.is_ascii_alphanumeric()) && name.bytes().all(fits) {
            Ok(Self(name.to_owned()))
        } else {
            let wanted = "letters, digits, `.` and `-`, \
                          such as 8f3c0b6e-5a41-4c0f-9d55-2f6f8f0c1a77 or contoso.onmicrosoft.com";
            Err(InvalidValue::new(text, "id", wanted))
        }
    }
}

impl Text {
    /// The text itself.
    pub(in crate::config) fn as_str(&self) -> &str {
        &self.0
    }
}

impl EntraName {
    /// The name itself.
    pub(in crate::config) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl From<EntraName> for String {
    fn from(name: EntraName) -> Self {
        name.0
    }
}

/// The name without quotes, and without the braces that Windows puts around an id.
fn bare(text: &str) -> &str {
    let name = unquoted(text.trim()).trim();
    let inside = || name.strip_prefix('{')?.strip_suffix('}');
    inside().unwrap_or(name)
}

/// Parses `true` and `false`, and their common synonyms.
pub(crate) fn switch(text: &str) -> Result<bool, InvalidValue> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(InvalidValue::new(text, "switch", "true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entra_names_are_safe_in_a_url() {
        for (text, fits) in [
            ("8f3c0b6e-5a41-4c0f-9d55-2f6f8f0c1a77", true),
            (" contoso.onmicrosoft.com\n", true),
            ("\"contoso.onmicrosoft.com\"\r", true),
            ("\u{201c}8f3c0b6e-5a41-4c0f-9d55-2f6f8f0c1a77\u{201d}", true),
            ("{8f3c0b6e-5a41-4c0f-9d55-2f6f8f0c1a77}", true),
            ("\"contoso", false),
            ("\"\"", false),
            ("{}", false),
            ("{date}/x", false),
            ("a\0b", false),
            ("", false),
            ("..", false),
            ("a/b", false),
            ("a b", false),
            ("a?b", false),
            ("käse", false),
        ] {
            let name = text.parse::<EntraName>();
            assert_eq!(name.is_ok(), fits, "{text}");
            if let Ok(name) = name {
                assert!(!name.0.contains(['"', '{', ' ', '\u{201c}']), "{text}");
            }
        }
    }

    #[test]
    fn switches_are_parsed() {
        for text in ["true", "YES", "on", "1"] {
            assert_eq!(switch(text), Ok(true));
        }
        for text in ["false", "No", "off", " 0 "] {
            assert_eq!(switch(text), Ok(false));
        }
        assert!(switch("maybe").is_err());
    }
}
