//! Prepares text from outside for display, and URLs for links.

use askama::Template;
use url::Url;

use crate::{
    aggregate::MachineRow,
    domain::kb::KbId,
    report::{plain::plain, table::MachineNames},
};

/// The text without invisible characters. The templates escape it.
pub(super) fn text(text: &str) -> String {
    plain(text)
}

/// The text without invisible characters. Empty for `None`.
pub(super) fn text_or_empty(found: Option<&str>) -> String {
    found.map(text).unwrap_or_default()
}

/// The name of a machine, or its id if it has no name.
pub(super) fn name_or_id(names: &MachineNames<'_>, machine: &MachineRow) -> String {
    let name = text(names.at(machine.position()).unwrap_or_default());
    if name.is_empty() {
        machine.id.to_string()
    } else {
        name
    }
}

/// The maximum length of a link. Catalog URLs are shorter.
const LONGEST_LINK: usize = 2_000;

/// The URL if it may become a link: only https, and without a user name.
pub(super) fn link(address: Option<&str>) -> Option<String> {
    let address = address.filter(|it| it.len() <= LONGEST_LINK)?;
    let url = Url::parse(address).ok()?;
    let is_harmless =
        url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    is_harmless.then(|| url.into())
}

/// The display form of a KB id, with its link.
#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "kb.html")]
pub(super) struct Kb {
    label: String,
    link: Option<String>,
}

impl Kb {
    pub(super) fn new(id: &KbId, url: Option<&str>) -> Self {
        Self {
            label: text(&id.for_people()),
            link: link(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_https_urls_are_links() {
        let long = format!("https://example.com/{}", "x".repeat(LONGEST_LINK));
        for (address, expected) in [
            (
                "https://example.com/a?q=1",
                Some("https://example.com/a?q=1"),
            ),
            ("HTTPS://EXAMPLE.com", Some("https://example.com/")),
            (
                "https://example.com/\"><b>",
                Some("https://example.com/%22%3E%3Cb%3E"),
            ),
            ("http://example.com/", None),
            ("javascript:alert(1)", None),
            ("java\nscript:alert(1)", None),
            ("data:text/html,x", None),
            ("file:///etc/passwd", None),
            ("//example.com", None),
            ("https://microsoft.com@example.com/", None),
            ("https://", None),
            ("", None),
            (long.as_str(), None),
        ] {
            assert_eq!(link(Some(address)).as_deref(), expected, "{address}");
        }
        assert_eq!(link(None), None);
    }
}
