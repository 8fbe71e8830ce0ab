//! Decides which URLs become links.

use url::Url;

/// The maximum number of links in a sheet.
pub(super) const MOST_LINKS: u32 = 65_530;

/// The maximum length of a link.
const MAX_LENGTH: usize = 2_079;

/// Whether a URL may become a link: it is https and contains only characters that a workbook stores
/// unchanged. A user name is not allowed, because it can look like the host.
pub(super) fn is_link(address: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-._~:/?#!$&'()*+,;=".contains(it);
    address.starts_with("https://")
        && address.len() <= MAX_LENGTH
        && address.chars().all(is_plain)
        && Url::parse(address).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_https_urls_are_links() {
        let catalog = "https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB4540673";
        let longest = format!("https://a.example/{}", "x".repeat(MAX_LENGTH - 18));
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
