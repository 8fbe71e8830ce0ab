//! Parses a file of tenants.

use std::{collections::HashMap, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Tenant, problem::TenantProblem};
use crate::{
    config::{
        ConfigError, MachineSource,
        document::{Document, entries},
        file::without_mark,
        settings::keys,
    },
    report::output::is_folder_name,
};

/// The key of the tables.
const TENANT: &str = "tenant";

/// The keys of a tenant that are not keys of the configuration.
const TENANT_KEYS: [&str; 3] = ["name", "client_secret_env", "all_machines"];

/// The keys of the configuration that apply to all tenants together.
const COMMON_KEYS: [&str; 16] = [
    "tenants",
    "parallel",
    "offline",
    "dry_run",
    "notify_on",
    "notify_format",
    "notify_url_file",
    "smtp_url_file",
    "mail_to",
    "mail_from",
    "progress",
    "log_format",
    "log_file",
    "verbose",
    "quiet",
    "color",
];

/// Parses the text of a file of tenants; `path` is for error messages, and for the paths in it.
pub(super) fn parse(text: &str, path: &Path) -> Result<Vec<Tenant>, ConfigError> {
    let text = without_mark(text);
    let known = [TENANT.to_owned()];
    let document = Document {
        text,
        path,
        known: &known,
    };
    let mut table = DeTable::parse(text).map_err(|error| document.syntax(&error))?;
    for (key, span) in entries(table.get_ref()) {
        document.check(&key, span.start)?;
    }
    let Some(tables) = table.get_mut().remove(TENANT) else {
        return Err(problem(path, 1, TENANT, TenantProblem::NoTenants));
    };
    let tables = tables_of(&document, tables)?;
    let known: Vec<String> = TENANT_KEYS
        .map(str::to_owned)
        .into_iter()
        .chain(keys())
        .collect();
    let reader = Reader(Document {
        known: &known,
        ..document
    });
    let tenants = tables.into_iter().map(|table| reader.tenant(table));
    let tenants = tenants.collect::<Result<Vec<Tenant>, _>>()?;
    refuse_twins(path, &tenants)?;
    Ok(tenants)
}

/// The error about a key in a line.
pub(super) fn problem(path: &Path, line: usize, key: &str, problem: TenantProblem) -> ConfigError {
    ConfigError::Tenant {
        path: path.to_owned(),
        line,
        key: key.to_owned(),
        problem,
    }
}

/// The tables of the tenants.
fn tables_of<'text>(
    document: &Document<'_>,
    tables: Spanned<DeValue<'text>>,
) -> Result<Vec<Spanned<DeTable<'text>>>, ConfigError> {
    let line = document.line(tables.span().start);
    let not_tables = || problem(document.path, line, TENANT, TenantProblem::NotTables);
    let DeValue::Array(array) = tables.into_inner() else {
        return Err(not_tables());
    };
    let tables = array.into_iter().map(|item| {
        let span = item.span();
        match item.into_inner() {
            DeValue::Table(table) => Ok(Spanned::new(span, table)),
            _ => Err(not_tables()),
        }
    });
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    if tables.is_empty() {
        return Err(problem(
            document.path,
            line,
            TENANT,
            TenantProblem::NoTenants,
        ));
    }
    Ok(tables)
}

/// A text in a table, with its line.
struct TextOnLine {
    text: String,
    line: usize,
}

struct Reader<'text>(Document<'text>);

impl Reader<'_> {
    fn tenant(&self, mut table: Spanned<DeTable<'_>>) -> Result<Tenant, ConfigError> {
        let Self(document) = self;
        let line = document.line(table.span().start);
        for (key, span) in entries(table.get_ref()) {
            document.check(&key, span.start)?;
            if COMMON_KEYS.contains(&&*key) {
                return Err(self.problem(document.line(span.start), &key, TenantProblem::ForAll));
            }
        }
        document.refuse_control_characters(table.get_ref())?;
        let id_line = self.required(table.get_ref(), "tenant_id", line)?.line;
        let name = self.required(table.get_ref(), "name", line)?;
        if !is_folder_name(&name.text) {
            let shown = name.text.chars().take(80).collect();
            return Err(self.problem(name.line, "name", TenantProblem::NotAFolder(shown)));
        }
        let secret_variable = self.secret_variable(table.get_ref())?;
        let is_from_service = self.is_from_service(table.get_ref())?;
        for key in TENANT_KEYS {
            table.get_mut().remove(key);
        }
        let settings = document.settings(table)?;
        let folder = document.path.parent().unwrap_or(Path::new(""));
        let mut settings = settings.relative_to(folder);
        settings.out = settings.out.map(|out| out.relative_to(folder));
        if is_from_service {
            settings.machines = Some(MachineSource::Service);
        }
        Ok(Tenant {
            name: name.text,
            line: name.line,
            id_line,
            secret_variable,
            settings,
        })
    }

    fn problem(&self, line: usize, key: &str, what: TenantProblem) -> ConfigError {
        problem(self.0.path, line, key, what)
    }

    /// The text of a required key; `line` is that of the table.
    fn required(
        &self,
        table: &DeTable<'_>,
        key: &str,
        line: usize,
    ) -> Result<TextOnLine, ConfigError> {
        let found = self.text(table, key)?;
        found.ok_or_else(|| self.problem(line, key, TenantProblem::Missing))
    }

    fn text(&self, table: &DeTable<'_>, key: &str) -> Result<Option<TextOnLine>, ConfigError> {
        let Some((name, value)) = table.get_key_value(key) else {
            return Ok(None);
        };
        let line = self.0.line(name.span().start);
        match value.get_ref().as_str() {
            Some(text) => Ok(Some(TextOnLine {
                text: text.trim().to_owned(),
                line,
            })),
            None => Err(self.problem(line, key, TenantProblem::NotText)),
        }
    }

    /// Whether `all_machines` is set, so that the service lists the machines.
    fn is_from_service(&self, table: &DeTable<'_>) -> Result<bool, ConfigError> {
        let key = "all_machines";
        let Some((name, value)) = table.get_key_value(key) else {
            return Ok(false);
        };
        let line = self.0.line(name.span().start);
        match value.get_ref() {
            DeValue::Boolean(true) if table.contains_key("machines") => {
                Err(self.problem(line, key, TenantProblem::TwoLists))
            }
            DeValue::Boolean(is_wanted) => Ok(*is_wanted),
            _ => Err(self.problem(line, key, TenantProblem::NotASwitch)),
        }
    }

    /// The variable that holds the secret, if one is named.
    fn secret_variable(&self, table: &DeTable<'_>) -> Result<Option<String>, ConfigError> {
        let key = "client_secret_env";
        let Some(TextOnLine { text, line }) = self.text(table, key)? else {
            return Ok(None);
        };
        if !is_variable(&text) {
            return Err(self.problem(line, key, TenantProblem::NotAVariable));
        }
        if table.contains_key("client_secret_file") {
            return Err(self.problem(line, key, TenantProblem::TwoSecrets));
        }
        Ok(Some(text))
    }
}

/// Whether a text can be the name of an environment variable.
fn is_variable(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.bytes().all(fits) && !text.starts_with(|it: char| it.is_ascii_digit())
}

/// Refuses two tenants of the same name, whose reports would share a folder, and a tenant that
/// occurs twice.
fn refuse_twins(path: &Path, tenants: &[Tenant]) -> Result<(), ConfigError> {
    let (mut names, mut ids) = (HashMap::new(), HashMap::new());
    for tenant in tenants {
        let name = tenant.name.to_uppercase().to_lowercase();
        if let Some(line) = names.insert(name, tenant.line) {
            let same = TenantProblem::SameName(line);
            return Err(problem(path, tenant.line, "name", same));
        }
        let id = tenant.settings.tenant_id.clone().map(String::from);
        let id = id.unwrap_or_default().to_lowercase();
        if let Some(other) = ids.insert(id, tenant) {
            let same = TenantProblem::SameTenant {
                name: other.name.clone(),
                line: other.id_line,
            };
            return Err(problem(path, tenant.id_line, "tenant_id", same));
        }
    }
    Ok(())
}
