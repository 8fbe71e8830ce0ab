//! The software of machines: each distinct set is stored once, and so is each version of a product.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use sha2::{Digest, Sha256};

use crate::{
    domain::software::{ProductVersion, SoftwareInventory, SoftwareSet, Windows},
    store::{
        error::damage,
        tables::cells::{parse, parse_json, to_json},
    },
};

/// The store's numbers for the sets of an inventory, in their order there.
pub(super) struct Numbers(Vec<i64>);

/// A set as it is stored.
pub(super) struct StoredSet {
    pub(super) platform: String,
    /// The numbers of its versions: JSON, a list.
    pub(super) versions: String,
    windows_build: Option<String>,
    support_status: Option<String>,
    support_ends: Option<String>,
}

impl Numbers {
    /// Stores the sets that are new.
    pub(super) fn of(connection: &Connection, inventory: &SoftwareInventory) -> Result<Self> {
        let versions = inventory.versions.iter();
        let versions: Vec<i64> = versions
            .map(|it| version_number(connection, it))
            .collect::<Result<_>>()?;
        let sets = inventory.sets.iter();
        let sets = sets.map(|set| set_number(connection, &StoredSet::of(set, &versions)?));
        Ok(Self(sets.collect::<Result<_>>()?))
    }

    pub(super) fn set(&self, index: u32) -> i64 {
        self.0.get(index as usize).copied().unwrap_or_default()
    }
}

fn version_number(connection: &Connection, version: &ProductVersion) -> Result<i64> {
    let ProductVersion { product, version } = version;
    let mut find = connection
        .prepare_cached("SELECT id FROM software_version WHERE product = ?1 AND version = ?2")?;
    let found = find.query_row([product, version], |row| row.get(0));
    if let Some(number) = found.optional()? {
        return Ok(number);
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO software_version (product, version, digest) VALUES (?1, ?2, ?3)",
    )?;
    insert.insert(params![product, version, digest(&[product, version])])
}

fn set_number(connection: &Connection, set: &StoredSet) -> Result<i64> {
    let digest = set.digest();
    let mut find = connection.prepare_cached("SELECT id FROM software_set WHERE digest = ?1")?;
    let found = find.query_row([&digest], |row| row.get(0));
    if let Some(number) = found.optional()? {
        return Ok(number);
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO software_set
             (platform, versions, windows_build, support_status, support_ends, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    insert.insert(params![
        set.platform,
        set.versions,
        set.windows_build,
        set.support_status,
        set.support_ends,
        digest
    ])
}

/// Emits every set with its number.
pub(super) fn for_each_set(
    connection: &Connection,
    mut take: impl FnMut(i64, StoredSet) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT id, platform, versions, windows_build, support_status, support_ends, digest
         FROM software_set",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let set = StoredSet::read(row)?;
        if row.get_ref(6)?.as_blob()? != set.digest() {
            return Err(damage("a set of software does not match its checksum"));
        }
        take(row.get(0)?, set)?;
    }
    Ok(())
}

/// Every version with its number.
pub(super) fn versions(
    connection: &Connection,
) -> Result<HashMap<i64, ProductVersion, RandomState>> {
    let mut statement =
        connection.prepare("SELECT id, product, version, digest FROM software_version")?;
    let rows = statement.query_map([], |row| {
        let (product, version): (Box<str>, Box<str>) = (row.get(1)?, row.get(2)?);
        if row.get_ref(3)?.as_blob()? != digest(&[&product, &version]) {
            return Err(damage("a version of software does not match its checksum"));
        }
        Ok((row.get(0)?, ProductVersion { product, version }))
    })?;
    rows.collect()
}

/// Verifies every set and every version.
pub(crate) fn verify(connection: &Connection) -> Result<()> {
    versions(connection)?;
    for_each_set(connection, |_, _| Ok(()))
}

impl StoredSet {
    fn of(set: &SoftwareSet, versions: &[i64]) -> Result<Self> {
        let numbers = set.versions.iter();
        let numbers: Vec<i64> = numbers
            .filter_map(|it| versions.get(*it as usize).copied())
            .collect();
        let windows = set.windows.as_ref();
        Ok(Self {
            platform: set.platform.to_string(),
            versions: to_json(&numbers)?,
            windows_build: windows.map(|it| it.build.to_string()),
            support_status: windows.map(|it| it.support_status.to_string()),
            support_ends: windows
                .and_then(|it| it.support_ends)
                .map(|it| it.to_string()),
        })
    }

    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            platform: row.get(1)?,
            versions: row.get(2)?,
            windows_build: row.get(3)?,
            support_status: row.get(4)?,
            support_ends: row.get(5)?,
        })
    }

    /// The numbers of its versions.
    pub(super) fn version_numbers(&self) -> Result<Vec<i64>> {
        parse_json(&self.versions)
    }

    /// Its Windows installation, if it has one.
    pub(super) fn windows(&self) -> Result<Option<Windows>> {
        let Some(build) = &self.windows_build else {
            return Ok(None);
        };
        let ends = self.support_ends.as_deref().map(parse).transpose()?;
        Ok(Some(Windows {
            build: build.as_str().into(),
            support_status: self.support_status.clone().unwrap_or_default().into(),
            support_ends: ends,
        }))
    }

    fn digest(&self) -> Vec<u8> {
        let given = |text: &Option<String>| {
            text.as_ref()
                .map_or_else(String::new, |it| format!("={it}"))
        };
        digest(&[
            &self.platform,
            &self.versions,
            &given(&self.windows_build),
            &given(&self.support_status),
            &given(&self.support_ends),
        ])
    }
}

fn digest(texts: &[&str]) -> Vec<u8> {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    digest.finalize().to_vec()
}
