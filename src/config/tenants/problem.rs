//! Errors in a file of tenants.

use thiserror::Error;

/// What is wrong with a key of a file of tenants.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TenantProblem {
    /// The file has no tenant.
    #[error("the file has no tenant")]
    NoTenants,
    /// `tenant` is not a list of tables.
    #[error("each tenant is a table")]
    NotTables,
    /// A key that every tenant needs is missing.
    #[error("a tenant needs this key")]
    Missing,
    /// A value that is not text.
    #[error("strings need quotes")]
    NotText,
    /// A name that is not a valid folder name on every platform.
    #[error("`{0}` cannot be the name of a folder")]
    NotAFolder(String),
    /// Another tenant has the same name, ignoring case.
    #[error("the tenant in line {0} has the same name, and so the same folder")]
    SameName(usize),
    /// The tenant is already in the file.
    #[error("`{name}` in line {line} is the same tenant")]
    SameTenant {
        /// The name of the other one.
        name: String,
        /// The line of its id.
        line: usize,
    },
    /// The reports of two tenants would be in the same or in nested folders.
    #[error("the reports would share a folder with those of `{0}`")]
    SameFolder(String),
    /// The reports would be in the folder of the overview.
    #[error("the reports would be in the folder of the overview")]
    OverviewFolder,
    /// Other reports are uploaded to the same place.
    #[error("the reports would be uploaded to the same place as {0}")]
    SamePlace(String),
    /// The key applies to all tenants.
    #[error("this key applies to all tenants at once")]
    ForAll,
    /// Not a valid name of a variable. It is not repeated, because it may be the secret itself.
    #[error("this is not the name of an environment variable")]
    NotAVariable,
    /// Two places for the secret.
    #[error("the secret is in a file already: give `client_secret_file` or `client_secret_env`")]
    TwoSecrets,
    /// A value that is neither true nor false.
    #[error("expected true or false, without quotes")]
    NotASwitch,
    /// Two lists of machines.
    #[error("`machines` names a list already")]
    TwoLists,
    /// The tenant has no list of machines.
    #[error("the tenant has no list of machines")]
    NoList,
}

impl TenantProblem {
    /// What to do about it.
    pub(in crate::config) const fn hint(&self) -> &'static str {
        match self {
            Self::NoTenants | Self::NotTables | Self::Missing => {
                "write a table for each tenant: [[tenant]], with `name` and `tenant_id`"
            }
            Self::NotText => "put the value in quotes",
            Self::NotAFolder(_) => {
                "choose a name of at most 60 characters such as `contoso`: without / \\ : * ? \" < > | { }, \
                 no dot at the beginning or end, and none that Windows or patchgap keeps for itself"
            }
            Self::SameName(_) => "give each tenant a name of its own",
            Self::SameTenant { .. } | Self::TwoSecrets | Self::TwoLists => "remove one of the two",
            Self::NotASwitch => "write `all_machines = true`",
            Self::SameFolder(_) | Self::OverviewFolder => {
                "remove `out`: then each tenant has the folder of its name"
            }
            Self::SamePlace(_) => {
                "give each tenant a place of its own, for example with {tenant} in the URL"
            }
            Self::ForAll => "set it with a flag, in the environment, or in the configuration file",
            Self::NotAVariable => {
                "give the name of the variable that holds the secret, such as CONTOSO_SECRET, \
                 not the secret itself"
            }
            Self::NoList => {
                "add `machines = \"service\"` or the path of a list; --all-machines has every \
                 tenant's service list its machines"
            }
        }
    }
}
