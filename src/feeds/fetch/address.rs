//! Addresses below another.

use url::Url;

/// An address below another.
pub(super) fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_below_the_base() {
        for (base, expected) in [
            ("https://host/cvrf/v3.0", "https://host/cvrf/v3.0/updates"),
            ("https://host/a/", "https://host/a/updates"),
            ("https://host", "https://host/updates"),
        ] {
            let url = below(&base.parse().unwrap(), &["updates"]);
            assert_eq!(url.as_str(), expected);
        }
    }
}
