//! The file of tenants: a table for each, with keys of the configuration for that tenant alone.
//!
//! - `read`: parses it; `problem`: errors in it
//! - here: where each tenant's reports go

mod problem;
mod read;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use jiff::ZonedDateTime;

pub use self::problem::TenantProblem;
use super::{ConfigError, OutFolder, Place, PlaceUrl, Settings, file::read_text};
use crate::report::output::comparable;

/// A tenant of the file.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its name, which is also the name of its folder.
    pub name: String,
    /// The line of its name.
    line: usize,
    /// The line of its id.
    id_line: usize,
    /// The environment variable that holds its client secret.
    pub(super) secret_variable: Option<String>,
    /// Its layer of the configuration.
    pub(super) settings: Settings,
}

impl Tenant {
    /// Its id, as configured.
    pub fn id(&self) -> &str {
        let id = self.settings.tenant_id.as_ref();
        id.map_or("", |id| id.as_str())
    }

    /// The path of its store, if it has one of its own.
    pub fn state(&self) -> Option<&Path> {
        self.settings.state.as_deref()
    }

    /// Whether its own table names a list of machines.
    pub fn has_list(&self) -> bool {
        self.settings.machines.is_some()
    }
}

/// A file of tenants.
#[derive(Debug, Clone)]
pub struct Tenants {
    /// The file.
    pub path: PathBuf,
    /// The tenants, in the order of the file.
    pub list: Vec<Tenant>,
    /// The number of concurrent tenants.
    pub parallel: usize,
    /// The folder of the overview.
    pub overview: PathBuf,
    /// Where the overview is uploaded to, if anywhere.
    pub upload: Option<Place>,
    /// The store that records the progress of a run over the tenants.
    pub state: PathBuf,
}

impl Tenants {
    /// The tenant of this name, in any case.
    pub fn named(&self, name: &str) -> Result<&Tenant, ConfigError> {
        let found = self.list.iter().find(|it| it.name == name);
        let similar = || {
            let lower = name.to_lowercase();
            self.list.iter().find(|it| it.name.to_lowercase() == lower)
        };
        found
            .or_else(similar)
            .ok_or_else(|| ConfigError::NoSuchTenant {
                path: self.path.clone(),
                name: name.to_owned(),
                names: self.names(),
            })
    }

    /// The names of all tenants.
    pub fn names(&self) -> Vec<String> {
        self.list.iter().map(|it| it.name.clone()).collect()
    }

    /// The error about a tenant without a list.
    pub fn no_list(&self, tenant: &Tenant) -> ConfigError {
        read::problem(&self.path, tenant.line, "machines", TenantProblem::NoList)
    }

    /// Checks that no two of these folders, in the order of the tenants, are equal or nested, and
    /// that none is the overview's.
    pub fn check_folders(&self, folders: &[Option<&Path>]) -> Result<(), ConfigError> {
        let overview = comparable(&self.overview);
        let folders = self.list.iter().zip(folders);
        let folders = folders.filter_map(|(tenant, path)| Some((comparable((*path)?), tenant)));
        let mut folders: Vec<(PathBuf, &Tenant)> = folders.collect();
        let refused =
            |tenant: &Tenant, what| Err(read::problem(&self.path, tenant.line, "out", what));
        if let Some((_, tenant)) = folders.iter().find(|(it, _)| overview.starts_with(it)) {
            return refused(tenant, TenantProblem::OverviewFolder);
        }
        // In this order, a nested folder directly follows the outer one.
        folders.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut pairs = folders.windows(2);
        let Some([(_, one), (_, other)]) = pairs.find(|pair| pair[1].0.starts_with(&pair[0].0))
        else {
            return Ok(());
        };
        let (first, second) = if one.line < other.line {
            (one, other)
        } else {
            (other, one)
        };
        refused(second, TenantProblem::SameFolder(first.name.clone()))
    }

    /// Checks that no two of these places, in the order of the tenants, are equal, and that none is
    /// the overview's: an upload removes files of other uploads.
    pub fn check_uploads(&self, places: &[Option<&Place>]) -> Result<(), ConfigError> {
        let overview = self.upload.iter();
        let overview = overview.map(|place| (place.to_string(), "the overview".to_owned()));
        let mut taken: HashMap<String, String> = overview.collect();
        for (tenant, place) in self.list.iter().zip(places) {
            let Some(place) = place else { continue };
            let reports = format!("those of `{}`", tenant.name);
            if let Some(others) = taken.insert(place.to_string(), reports) {
                let problem = TenantProblem::SamePlace(others);
                return Err(read::problem(&self.path, tenant.line, "upload", problem));
            }
        }
        Ok(())
    }
}

/// Reads a file of tenants.
pub(super) fn read(path: &Path) -> Result<Vec<Tenant>, ConfigError> {
    read::parse(&read_text("tenants file", path)?, path)
}

/// The folder of a tenant's reports: unchanged from its own table, or else the common one with the
/// tenant's name in it.
pub(super) fn out(
    is_typed: bool,
    tenant: Option<&Tenant>,
    merged: &OutFolder,
    started: &ZonedDateTime,
) -> PathBuf {
    let Some(tenant) = tenant else {
        return merged.at(started);
    };
    let is_own = !is_typed && tenant.settings.out.is_some();
    if is_own {
        merged.of(&tenant.name).at(started)
    } else {
        merged.of_each().of(&tenant.name).at(started)
    }
}

/// The place that a tenant's reports are uploaded to: unchanged from its own table, or else the
/// common one with the tenant's name in it.
pub(super) fn upload(
    is_typed: bool,
    tenant: Option<&Tenant>,
    merged: &PlaceUrl,
    started: &ZonedDateTime,
) -> Place {
    let Some(tenant) = tenant else {
        return merged.at(started);
    };
    let is_own = !is_typed && tenant.settings.upload.is_some();
    if is_own {
        merged.of(&tenant.name).at(started)
    } else {
        merged.of_each().of(&tenant.name).at(started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let error = read::parse(text, Path::new("tenants.toml")).unwrap_err();
        assert!(error.hint().is_some(), "{error}");
        error.to_string()
    }

    fn tenant(more: &str) -> String {
        format!("[[tenant]]\nname = 'a'\ntenant_id = 'a.example'\n{more}\n")
    }

    #[test]
    fn tenants_have_settings_of_their_own() {
        let text = "[[tenant]]\nname = 'Contoso'\ntenant_id = 'contoso.example'\n\
                    machines = 'service'\nrate_limit = '5/min'\nclient_secret_env = 'CONTOSO'\n\
                    [[tenant]]\nname = 'Fabrikam, Inc'\ntenant_id = 'fabrikam.example'\n\
                    client_secret_file = 'secret.txt'\nout = 'special'\n";
        let tenants = read::parse(text, Path::new("folder/tenants.toml")).unwrap();
        let [contoso, fabrikam] = &tenants[..] else {
            panic!("{tenants:?}");
        };
        assert_eq!(
            (&*contoso.name, contoso.id()),
            ("Contoso", "contoso.example")
        );
        assert_eq!(contoso.secret_variable.as_deref(), Some("CONTOSO"));
        assert!(contoso.has_list() && !fabrikam.has_list());
        let service = read::parse(&tenant("all_machines = true"), Path::new("t")).unwrap();
        assert_eq!(service[0].settings.machines, contoso.settings.machines);
        assert!(contoso.settings.rate_limit.is_some());
        let secret = fabrikam.settings.client_secret_file.as_deref();
        assert_eq!(secret, Some(Path::new("folder/secret.txt")));
        let out = fabrikam.settings.out.as_ref();
        let out = out.map(|it| Path::new(it.as_str()));
        assert_eq!(out, Some(Path::new("folder/special")));
    }

    /// Texts with incomplete tenants, each with the error.
    fn incomplete() -> Vec<(String, &'static str)> {
        vec![
            (String::new(), "line 1: tenant: the file has no tenant"),
            (
                "tenant = []".to_owned(),
                "line 1: tenant: the file has no tenant",
            ),
            (
                "tenant = 'a'".to_owned(),
                "line 1: tenant: each tenant is a table",
            ),
            (
                "tenant = [7]".to_owned(),
                "line 1: tenant: each tenant is a table",
            ),
            (
                "[[tenants]]\nname = 'a'".to_owned(),
                "line 1: unknown key `tenants`",
            ),
            (
                "[[tenant]]\nname = 'a'".to_owned(),
                "line 1: tenant_id: a tenant needs this key",
            ),
            (
                "[[tenant]]\ntenant_id = 'a'".to_owned(),
                "line 1: name: a tenant needs this key",
            ),
            (
                "[[tenant]]\nname = 7\ntenant_id = 'a'".to_owned(),
                "line 2: name: strings need quotes",
            ),
            ("[[tenant]\n".to_owned(), "line 1: "),
        ]
    }

    /// Texts with mistakes, each with the error.
    fn mistakes() -> Vec<(String, &'static str)> {
        vec![
            (tenant("timout = '1s'"), "line 4: unknown key `timout`"),
            (tenant("timeout = '1'"), "line 4: timeout: invalid duration"),
            (
                tenant("quiet = true"),
                "line 4: quiet: this key applies to all tenants at once",
            ),
            (
                tenant("parallel = 2"),
                "line 4: parallel: this key applies to all",
            ),
            (
                tenant("secret = 'hunter2'"),
                "line 4: `secret` is not allowed in this file",
            ),
            (
                tenant("client_secret = 'hunter2'"),
                "line 4: `client_secret` is not allowed",
            ),
            (
                tenant("client_secret_env = 'hunter~2'"),
                "line 4: client_secret_env: this is not",
            ),
            (
                tenant("all_machines = 'yes'"),
                "line 4: all_machines: expected true or false",
            ),
            (
                tenant("all_machines = true\nmachines = 'a.csv'"),
                "line 4: all_machines: `machines` names a list already",
            ),
            (
                tenant("client_secret_env = 'A'\nclient_secret_file = 'b'"),
                "line 4: client_secret_env: the secret is in a file already",
            ),
            (
                tenant("title = \"a\\u0007\""),
                "line 4: title: `a\\u{7}` contains a control character",
            ),
            (
                tenant("[[tenant]]\nname = 'A'\ntenant_id = 'b'"),
                "line 5: name: the tenant in line 2 has the same name",
            ),
            (
                tenant("[[tenant]]\nname = 'b'\ntenant_id = 'A.Example'"),
                "line 6: tenant_id: `a` in line 3 is the same tenant",
            ),
        ]
    }

    #[test]
    fn mistakes_are_named_with_line_and_key() {
        for (text, expected) in incomplete().into_iter().chain(mistakes()) {
            let found = message(&text);
            let expected = format!("tenants.toml: {expected}");
            assert!(found.starts_with(&expected), "{text}\n{found}\n{expected}");
            assert!(!found.contains("hunter"), "{found}");
        }
    }

    #[test]
    fn names_are_folder_names() {
        let long = "a".repeat(300);
        for name in [
            "../x",
            "..",
            ".",
            "",
            " ",
            "a/b",
            "a\\\\b",
            "CON",
            "nul.txt",
            "a.",
            ".a",
            "a:b",
            "{date}",
            "-x",
            "tenants.csv",
            "summary.json",
            "targets",
            &long,
        ] {
            let text = format!("[[tenant]]\nname = \"{name}\"\ntenant_id = 'a'");
            let found = message(&text);
            assert!(found.contains("line 2: name: `"), "{name}: {found}");
        }
        for name in ["contoso", "Contoso, Ltd.x", "Zürich", "a b", "contoso.com"] {
            let text = format!("[[tenant]]\nname = '{name}'\ntenant_id = 'a'");
            assert!(read::parse(&text, Path::new("t")).is_ok(), "{name}");
        }
    }

    fn two() -> Tenants {
        let text = "[[tenant]]\nname='a'\ntenant_id='a'\n[[tenant]]\nname='b'\ntenant_id='b'";
        Tenants {
            path: "t".into(),
            list: read::parse(text, Path::new("t")).unwrap(),
            parallel: 1,
            overview: "out".into(),
            upload: Some(Place::Folder("all".into())),
            state: "store".into(),
        }
    }

    #[test]
    fn places_are_those_of_one() {
        for (one, other, expected) in [
            ("all/a", "all/b", None),
            ("all/a", "all/a/b", None),
            (
                "x",
                "all",
                Some(
                    "line 5: upload: the reports would be uploaded to the same place as the overview",
                ),
            ),
            ("x", "x", Some("the same place as those of `a`")),
        ] {
            let places = [one, other].map(|it| Place::Folder(it.into()));
            let [one, other] = places.each_ref().map(Some);
            let checked = two().check_uploads(&[one, other]);
            let error = checked.err().map(|it| it.to_string()).unwrap_or_default();
            assert_eq!(error.is_empty(), expected.is_none(), "{error}");
            assert!(error.contains(expected.unwrap_or_default()), "{error}");
        }
        let place = Place::Folder("x".into());
        assert!(two().check_uploads(&[None, Some(&place)]).is_ok());
    }

    #[test]
    fn folders_do_not_overlap() {
        let tenants = two();
        for (one, other, fits) in [
            ("out/a", "out/b", true),
            ("elsewhere", "out/b", true),
            ("out/a", "out/a", false),
            ("out/a", "out/a/b", false),
            ("out/b/a", "out/b", false),
            ("out/../out/a", "out/a", false),
            ("out", "out/b", false),
            (".", "elsewhere/b", false),
        ] {
            let folders = [Some(Path::new(one)), Some(Path::new(other))];
            assert_eq!(
                tenants.check_folders(&folders).is_ok(),
                fits,
                "{one} {other}"
            );
        }
        assert!(
            tenants
                .check_folders(&[None, Some(Path::new("out/b"))])
                .is_ok()
        );
    }
}
