//! Places at a URL: object stores, and folders.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use jiff::ZonedDateTime;

use super::{
    InvalidValue, OutFolder, Text,
    out_folder::{TENANT, fill_in, has_only_known_placeholders, is_dated},
    url_secret::{instead_of_password, shown},
};
use crate::domain::quotes::unquoted;

/// The kind of value in messages.
const VALUE_KIND: &str = "URL";

/// The accepted forms in messages.
const WANTED: &str = "az://CONTAINER/PATH, abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net/PATH, s3://BUCKET/PATH, \
                      gs://BUCKET/PATH or file:///PATH";

/// The domains of Azure's storage accounts, behind `ACCOUNT.dfs.` or `ACCOUNT.blob.`.
const AZURE_DOMAINS: [&str; 4] = [
    "core.windows.net",
    "core.usgovcloudapi.net",
    "core.chinacloudapi.cn",
    "fabric.microsoft.com",
];

/// A place at a URL, in whose path `{date}`, `{time}` and `{tenant}` may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceUrl {
    /// `file:///PATH`.
    Folder(OutFolder),
    /// Any other.
    Store(StoreUrl),
}

/// A place in an object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreUrl {
    /// The store.
    pub store: Store,
    /// The folders below its container or bucket.
    pub folders: Vec<String>,
}

/// A container or bucket of an object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// Azure Blob Storage, Data Lake Storage, or Fabric's `OneLake`.
    Azure {
        /// The container or file system.
        container: String,
        /// The account; from the environment if `None`.
        account: Option<AzureAccount>,
    },
    /// Amazon S3, or a store with the same API.
    Amazon(String),
    /// Google Cloud Storage.
    Google(String),
}

/// A storage account of Azure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureAccount {
    /// Its name.
    pub name: String,
    /// Its domain, such as `core.windows.net`.
    pub domain: &'static str,
}

/// A place with its placeholders filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder.
    Folder(PathBuf),
    /// In an object store.
    Store(StoreUrl),
}

/// Errors never repeat what may be a secret.
impl FromStr for PlaceUrl {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text: Text = text.parse()?;
        let text = unquoted(text.as_str()).trim();
        let refuse = |wanted: &str| Err(InvalidValue::new(&shown(text), VALUE_KIND, wanted));
        let Some((scheme, rest)) = text.split_once("://") else {
            return refuse(WANTED);
        };
        if let Some(wanted) = instead_of_password(scheme, rest) {
            return refuse(wanted);
        }
        if rest.contains(['?', '#']) {
            return refuse("no query: keys and signatures belong in the environment");
        }
        if rest.contains(|it: char| it.is_control() || it == '\\') {
            return refuse("a path with `/` and without control characters");
        }
        if !has_only_known_placeholders(rest) {
            return refuse("only {date}, {time} and {tenant} in braces");
        }
        if scheme.eq_ignore_ascii_case("file") {
            return folder(rest).map_or_else(|| refuse("file:///PATH"), |it| Ok(Self::Folder(it)));
        }
        if !cfg!(feature = "upload") {
            return refuse("file:///PATH: this build has no object stores");
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let Some(store) = store(scheme, authority) else {
            return refuse(WANTED);
        };
        match folders(path) {
            Some(folders) => Ok(Self::Store(StoreUrl { store, folders })),
            None => refuse("a path without `.`, `..` and empty parts"),
        }
    }
}

impl PlaceUrl {
    /// Whether the path depends on the local time at which the run began.
    pub(in crate::config) fn is_dated(&self) -> bool {
        match self {
            Self::Folder(folder) => folder.is_dated(),
            Self::Store(url) => url.folders.iter().any(|it| is_dated(it)),
        }
    }

    /// Whether the path depends on the tenant.
    pub(in crate::config) fn is_of_tenant(&self) -> bool {
        match self {
            Self::Folder(folder) => folder.is_of_tenant(),
            Self::Store(url) => url.folders.iter().any(|it| it.contains(TENANT)),
        }
    }

    /// The place with a folder for each tenant; appends `{tenant}` if the path does not contain it.
    pub(in crate::config) fn of_each(&self) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(folder.of_each()),
            _ if self.is_of_tenant() => self.clone(),
            Self::Store(url) => {
                let mut url = url.clone();
                url.folders.push(TENANT.to_owned());
                Self::Store(url)
            }
        }
    }

    /// The place for this tenant.
    pub(in crate::config) fn of(&self, tenant: &str) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(folder.of(tenant)),
            Self::Store(url) => Self::Store(url.with_folders(|it| it.replace(TENANT, tenant))),
        }
    }

    /// The folder that contains those of all tenants.
    pub(in crate::config) fn above_tenants(&self) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(folder.above_tenants()),
            Self::Store(url) => {
                let mut url = url.clone();
                let above = url.folders.iter().take_while(|it| !it.contains(TENANT));
                url.folders = above.cloned().collect();
                Self::Store(url)
            }
        }
    }

    /// The place of a run that began at `started`.
    pub(in crate::config) fn at(&self, started: &ZonedDateTime) -> Place {
        match self {
            Self::Folder(folder) => Place::Folder(folder.at(started)),
            Self::Store(url) => Place::Store(url.with_folders(|it| fill_in(it, started))),
        }
    }
}

impl StoreUrl {
    fn with_folders(&self, change: impl Fn(&str) -> String) -> Self {
        Self {
            store: self.store.clone(),
            folders: self.folders.iter().map(|it| change(it)).collect(),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.store {
            Store::Azure {
                container,
                account: None,
            } => write!(formatter, "az://{container}")?,
            Store::Azure {
                container,
                account: Some(AzureAccount { name, domain }),
            } => write!(formatter, "abfss://{container}@{name}.dfs.{domain}")?,
            Store::Amazon(bucket) => write!(formatter, "s3://{bucket}")?,
            Store::Google(bucket) => write!(formatter, "gs://{bucket}")?,
        }
        let mut folders = self.folders.iter();
        folders.try_for_each(|folder| write!(formatter, "/{folder}"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(formatter),
            Self::Store(url) => url.fmt(formatter),
        }
    }
}

fn store(scheme: &str, authority: &str) -> Option<Store> {
    let named = |extra: &str| is_name(authority, extra).then(|| authority.to_owned());
    match scheme.to_ascii_lowercase().as_str() {
        "s3" => Some(Store::Amazon(named("._")?)),
        "gs" => Some(Store::Google(named("._")?)),
        "az" => Some(Store::Azure {
            container: named("$")?,
            account: None,
        }),
        "abfss" => {
            let (container, host) = authority.split_once('@')?;
            Some(Store::Azure {
                container: is_name(container, "$").then(|| container.to_owned())?,
                account: Some(account(host)?),
            })
        }
        _ => None,
    }
}

fn account(host: &str) -> Option<AzureAccount> {
    let host = host.to_ascii_lowercase();
    let (name, rest) = host.split_once('.')?;
    let domain = rest.strip_prefix("dfs.").or(rest.strip_prefix("blob."))?;
    let domain = AZURE_DOMAINS.into_iter().find(|it| *it == domain)?;
    is_name(name, "").then(|| AzureAccount {
        name: name.to_owned(),
        domain,
    })
}

/// Whether a container, bucket or account can have this name.
fn is_name(name: &str, extra: &str) -> bool {
    let fits = |it: char| it.is_ascii_alphanumeric() || it == '-' || extra.contains(it);
    !name.is_empty() && name.len() <= 222 && !name.contains("..") && name.chars().all(fits)
}

/// The folders of a path; `None` if one of them is empty, `.` or `..`.
fn folders(path: &str) -> Option<Vec<String>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    let folders = path.split('/');
    let folders = folders.map(|it| (!matches!(it, "" | "." | "..")).then(|| it.to_owned()));
    folders.collect()
}

/// The folder of a URL without `file://`.
fn folder(rest: &str) -> Option<OutFolder> {
    let url = url::Url::parse(&format!("file://{rest}")).ok()?;
    let path = rest
        .starts_with('/')
        .then(|| url.to_file_path().ok())
        .flatten()?;
    let is_there = path.file_name().is_some() && path.is_absolute();
    let path: &Path = is_there.then_some(&path)?;
    path.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<PlaceUrl, String> {
        text.parse()
            .map_err(|error: InvalidValue| error.to_string())
    }

    #[cfg(feature = "upload")]
    #[test]
    fn urls_of_each_store_are_read() {
        for (text, expected) in [
            ("s3://bucket/patchgap/nights", "s3://bucket/patchgap/nights"),
            ("S3://my.bucket_1", "s3://my.bucket_1"),
            ("s3://bucket/", "s3://bucket"),
            ("gs://bucket/a/", "gs://bucket/a"),
            ("az://reports/a b/ü", "az://reports/a b/ü"),
            ("az://$web/x", "az://$web/x"),
            (
                "abfss://fs@Acc1.dfs.core.windows.net/x",
                "abfss://fs@acc1.dfs.core.windows.net/x",
            ),
            (
                "abfss://fs@acc.blob.core.usgovcloudapi.net",
                "abfss://fs@acc.dfs.core.usgovcloudapi.net",
            ),
            (
                "abfss://Space@onelake.dfs.fabric.microsoft.com/House.Lakehouse/Files",
                "abfss://Space@onelake.dfs.fabric.microsoft.com/House.Lakehouse/Files",
            ),
            (
                " \"s3://bucket/{tenant}/{date}\" ",
                "s3://bucket/{tenant}/{date}",
            ),
        ] {
            let Ok(PlaceUrl::Store(url)) = parsed(text) else {
                panic!("{text}: {:?}", parsed(text));
            };
            assert_eq!(url.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_refused_with_what_is_meant() {
        for (text, expected) in [
            ("", "value must not be empty"),
            (
                "bucket/path",
                "invalid URL `bucket/path`: expected az://CONTAINER/PATH, ",
            ),
            (
                "ftp://host/path",
                "invalid URL `ftp://host/path`: expected az://",
            ),
            (
                "https://a.blob.core.windows.net/c",
                "expected az://CONTAINER/PATH",
            ),
            ("s3:///path", "expected az://CONTAINER/PATH"),
            ("s3://bu cket", "expected az://CONTAINER/PATH"),
            ("s3://bucket:9000/x", "expected az://CONTAINER/PATH"),
            ("az://a.b/x", "expected az://CONTAINER/PATH"),
            ("abfss://fs/x", "expected az://CONTAINER/PATH"),
            ("s3://bucket//x", "without `.`, `..` and empty parts"),
            ("s3://bucket/../x", "without `.`, `..` and empty parts"),
            ("s3://bucket/a\\b", "a path with `/`"),
            (
                "s3://bucket/{day}",
                "only {date}, {time} and {tenant} in braces",
            ),
            ("file://relative", "file:///PATH"),
            ("file://host/share", "file:///PATH"),
            ("file:///", "file:///PATH"),
        ] {
            let error = parsed(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn errors_repeat_no_secret() {
        for text in [
            "s3://key:hunter2@bucket/x",
            "s3://key:hun/ter2@bucket/x",
            "az://c/x?sv=2026&sig=hunter2",
            "abfss://fs@acc.dfs.core.windows.net/x?sig=hunter2",
            "abfss://fs:hunter2@acc.dfs.core.windows.net/x",
            "abfss://fs@hunter2.example/x",
            "s3://bucket/#hunter2",
            "hunter2@host",
        ] {
            let error = parsed(text).unwrap_err();
            assert!(
                !error.contains("hunter2") && !error.contains("ter2"),
                "{error}"
            );
        }
        let error = parsed("s3://key:hunter2@bucket/x").unwrap_err();
        assert!(
            error.contains("expected no user name and no password: set AWS_"),
            "{error}"
        );
    }

    #[cfg(feature = "upload")]
    #[test]
    fn each_tenant_has_a_folder_below_the_common_one() {
        for (text, above, of_a) in [
            ("s3://b", "s3://b", "s3://b/A"),
            ("s3://b/x", "s3://b/x", "s3://b/x/A"),
            ("s3://b/x/{tenant}/y", "s3://b/x", "s3://b/x/A/y"),
            ("s3://b/a-{tenant}", "s3://b", "s3://b/a-A"),
        ] {
            let started = jiff::civil::datetime(2026, 11, 23, 13, 5, 42, 0);
            let started = started.in_tz("UTC").unwrap();
            let each = parsed(text).unwrap().of_each();
            let places = [each.above_tenants(), each.of("A")];
            let places = places.map(|it| it.at(&started).to_string());
            assert_eq!(places, [above, of_a], "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_paths() {
        for (text, expected) in [
            ("file:///srv/reports", "/srv/reports"),
            ("file:///srv/a%20b/{date}/", "/srv/a b/2026-11-23"),
            ("FILE:///srv/../x", "/x"),
        ] {
            let started = jiff::civil::datetime(2026, 11, 23, 13, 5, 42, 0);
            let place = parsed(text).unwrap().at(&started.in_tz("UTC").unwrap());
            assert_eq!(place, Place::Folder(expected.into()), "{text}");
        }
    }
}
