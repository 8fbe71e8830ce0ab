//! The folder of the reports, whose name may depend on the start of the run and on the tenant.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use jiff::ZonedDateTime;

use super::InvalidValue;

/// A folder in whose path `{date}` and `{time}` stand for the start of the run, and `{tenant}` for
/// the name of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutFolder(String);

/// The placeholders, each with the time format that replaces it.
const PLACEHOLDERS: [(&str, &str); 2] = [("{date}", "%Y-%m-%d"), ("{time}", "%H%M%S")];

/// The placeholder for the name of a tenant.
pub(super) const TENANT: &str = "{tenant}";

/// The text with the start of the run in place of `{date}` and `{time}`, in the time zone of `started`.
pub(super) fn fill_in(text: &str, started: &ZonedDateTime) -> String {
    let placeholders = PLACEHOLDERS.into_iter();
    placeholders.fold(text.to_owned(), |text, (placeholder, format)| {
        text.replace(placeholder, &started.strftime(format).to_string())
    })
}

/// Whether the text has a placeholder for the start of the run.
pub(super) fn is_dated(text: &str) -> bool {
    let mut placeholders = PLACEHOLDERS.into_iter();
    placeholders.any(|(placeholder, _)| text.contains(placeholder))
}

/// Whether all text in braces is a known placeholder.
pub(super) fn has_only_known_placeholders(text: &str) -> bool {
    let placeholders = PLACEHOLDERS.into_iter().map(|(placeholder, _)| placeholder);
    let placeholders = placeholders.chain([TENANT]);
    let rest = placeholders.fold(text.to_owned(), |path, placeholder| {
        path.replace(placeholder, "-")
    });
    !rest.contains('{')
}

impl OutFolder {
    /// The path as given.
    pub(in crate::config) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the path depends on the local time at which the run began.
    pub(in crate::config) fn is_dated(&self) -> bool {
        is_dated(&self.0)
    }

    /// Whether the path depends on the tenant.
    pub(in crate::config) fn is_of_tenant(&self) -> bool {
        self.0.contains(TENANT)
    }

    /// The path with a folder for each tenant; appends `{tenant}` if the path does not contain it.
    pub(in crate::config) fn of_each(&self) -> Self {
        if self.is_of_tenant() {
            return self.clone();
        }
        let path = self.0.trim_end_matches(std::path::is_separator);
        Self(format!("{path}/{TENANT}"))
    }

    /// The path for this tenant.
    pub(in crate::config) fn of(&self, tenant: &str) -> Self {
        Self(self.0.replace(TENANT, tenant))
    }

    /// The folder that contains those of all tenants.
    pub(in crate::config) fn above_tenants(&self) -> Self {
        let parts = Path::new(&self.0).components();
        let above = parts.take_while(|part| !part.as_os_str().to_string_lossy().contains(TENANT));
        let above: PathBuf = above.collect();
        let above = above.to_string_lossy();
        Self(if above.is_empty() { "." } else { &above }.to_owned())
    }

    /// The path in this folder, unless it is absolute.
    pub(in crate::config) fn relative_to(self, folder: &Path) -> Self {
        Self(folder.join(&self.0).to_string_lossy().into_owned())
    }

    /// The folder of a run that began at `started`, in the time zone of `started`.
    ///
    /// ```
    /// use patchgap::config::OutFolder;
    ///
    /// let out: OutFolder = "reports/{date}/{time}".parse()?;
    /// let started = jiff::civil::datetime(2026, 11, 23, 13, 5, 42, 0).in_tz("UTC")?;
    /// assert_eq!(out.at(&started).to_str(), Some("reports/2026-11-23/130542"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(&self, started: &ZonedDateTime) -> PathBuf {
        PathBuf::from(fill_in(&self.0, started))
    }
}

impl FromStr for OutFolder {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_matches(' ');
        if text.is_empty() || !has_only_known_placeholders(text) {
            let wanted = "a folder with only {date}, {time} and {tenant} in braces";
            return Err(InvalidValue::new(text, "--out", wanted));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_placeholders_are_accepted() {
        for (text, fits) in [
            ("reports", true),
            ("{date}", true),
            ("/srv/{date}/{time}-{date}", true),
            ("odd}name", true),
            (" reports ", true),
            (" ", false),
            ("", false),
            ("{Date}", false),
            ("{tenant}", true),
            ("a/{tenant}/{date}", true),
            ("{ten{date}ant}", false),
            ("{date", false),
            ("{{date}}", false),
            ("{da{time}te}", false),
            ("{ti{date}me}", false),
        ] {
            assert_eq!(text.parse::<OutFolder>().is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn each_tenant_has_a_folder_below_the_common_one() {
        for (text, above, of_a) in [
            ("reports", "reports", "reports/A"),
            ("reports/", "reports", "reports/A"),
            ("/", "/", "/A"),
            ("{tenant}", ".", "A"),
            ("x/{tenant}/y", "x", "x/A/y"),
            ("x/a-{tenant}/{tenant}", "x", "x/a-A/A"),
            ("/x/y/{tenant}", "/x/y", "/x/y/A"),
        ] {
            let each = text.parse::<OutFolder>().unwrap().of_each();
            // Windows has another separator.
            for (folder, expected) in [(each.above_tenants(), above), (each.of("A"), of_a)] {
                assert_eq!(Path::new(folder.as_str()), Path::new(expected), "{text}");
            }
        }
    }
}
