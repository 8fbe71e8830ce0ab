//! The variables with the accounts, addresses and credentials of object stores.

use std::fmt;

use secrecy::SecretString;

/// The prefixes of their names.
pub(super) const PREFIXES: [&str; 3] = ["AWS_", "AZURE_STORAGE_", "GOOGLE_"];

/// Texts in the names of variables that hold secrets.
const SECRET: [&str; 4] = ["KEY", "SAS", "SECRET", "TOKEN"];

/// The variables of object stores. Some are secrets, so none is shown.
#[derive(Clone, Default)]
pub struct StoreVariables(Vec<(String, SecretString)>);

impl StoreVariables {
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter();
        Self(
            variables
                .map(|(name, value)| (name, value.into()))
                .collect(),
        )
    }

    /// The variables with this prefix; their names in lower case.
    pub fn of<'this>(
        &'this self,
        prefix: &'this str,
    ) -> impl Iterator<Item = (String, &'this SecretString)> {
        let named = self
            .0
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix));
        named.map(|(name, value)| (name.to_ascii_lowercase(), value))
    }

    /// The values that may be secrets.
    pub fn secrets(&self) -> impl Iterator<Item = SecretString> {
        let secret = |name: &str| SECRET.iter().any(|word| name.contains(word));
        let named = self.0.iter().filter(move |(name, _)| secret(name));
        named.map(|(_, value)| value.clone())
    }
}

impl fmt::Debug for StoreVariables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}
