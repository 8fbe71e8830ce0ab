//! Which addresses become links.

use url::Url;

/// Links that a sheet can hold.
pub(super) const MOST_LINKS: u32 = 65_530;

/// How long a link can be.
const LONGEST: usize = 2_079;

/// Whether an address may be followed: https, and of characters alone that come through a
/// workbook as they are. An address with a name before the host reads as that of another host.
pub(super) fn is_link(address: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-._~:/?#!$&'()*+,;=".contains(it);
    address.starts_with("https://")
        && address.len() <= LONGEST
        && address.chars().all(is_plain)
        && Url::parse(address).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_of_https_are_links() {
        let catalog = "https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB4540673";
        let longest = format!("https://a.example/{}", "x".repeat(LONGEST - 18));
        for (address, expected) in [
            (catalog, true),
            (&*longest, true),
            (&*format!("{longest}x"), false),
            ("http://catalog.update.microsoft.com/", false),
            ("HTTPS://catalog.update.microsoft.com/", false),
            ("https://microsoft.com@evil.example/", false),
            ("https://evil.example/\u{202e}", false),
            ("https://evil.example/\" onclick", false),
            ("https://evil.example/%41", false),
            ("https://", false),
            ("https://x:y/", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)//https://", false),
            ("internal:About!A1", false),
            ("", false),
        ] {
            assert_eq!(is_link(address), expected, "{address}");
        }
    }
}
