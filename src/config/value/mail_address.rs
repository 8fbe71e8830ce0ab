//! Addresses of mail.

use std::{fmt, str::FromStr};

use lettre::message::Mailbox;

use super::InvalidValue;

/// An address of mail, with or without a name: `ops@contoso.example`, `Patching <ops@contoso.example>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(Mailbox);

impl FromStr for MailAddress {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = "an address such as ops@contoso.example";
        let refused = || InvalidValue::new(text, "mail address", wanted);
        // A line end would begin another header.
        if text.trim().contains(char::is_control) {
            return Err(refused());
        }
        text.trim().parse().map(Self).map_err(|_| refused())
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.email.fmt(formatter)
    }
}

impl From<MailAddress> for Mailbox {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed() {
        for (text, shown) in [
            ("ops@contoso.example", "ops@contoso.example"),
            (" ops@contoso.example ", "ops@contoso.example"),
            ("Patching <ops@contoso.example>", "ops@contoso.example"),
            ("root@localhost", "root@localhost"),
        ] {
            let address: MailAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
        }
        for text in [
            "",
            "ops",
            "ops@",
            "@contoso.example",
            "a b@contoso.example",
            "a@contoso.example\r\nBcc: b@contoso.example",
            "A\r\nBcc: b@contoso.example <a@contoso.example>",
            "a@contoso.example, b@contoso.example",
        ] {
            assert!(text.parse::<MailAddress>().is_err(), "{text:?}");
        }
    }
}
