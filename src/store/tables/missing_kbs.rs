//! Missing KBs. Each description is stored once: a fleet misses the same few thousand repeatedly.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use rusqlite::{Connection, Result, Row, params};
use sha2::{Digest, Sha256};

use super::{
    cells::{from_json, parse_json, to_json},
    cves,
};
use crate::domain::{
    kb::{ByPointer, KbId, MissingKb, MissingKbs},
    repeat_cache::RepeatCache,
};
use crate::store::error::damage;

/// The maximum number of cached descriptions; others are looked up in the table.
const MAX_CACHED: usize = 1 << 15;

/// The maximum size of those descriptions in memory, in bytes, in case they are unusually long.
const MAX_WEIGHT: usize = 16 << 20;

/// The maximum number of cached lists.
const MAX_LISTS: usize = 1 << 14;
/// Longer lists are not cached: they are rare even in a large fleet.
const MAX_LIST_LENGTH: usize = 4096;

type Fingerprint = [u8; 16];

/// Assigns numbers to descriptions.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// Machines with the same patch level share a list: its text is built only once.
    lists: HashMap<ByPointer<[Arc<MissingKb>]>, Arc<str>, RandomState>,
    /// Most descriptions arrive as the same object again: these need no fingerprint.
    seen: HashMap<ByPointer<MissingKb>, i64, RandomState>,
    /// The size of the cached descriptions in memory, in bytes.
    weight: usize,
    inserted: HashMap<Fingerprint, i64>,
    /// The KBs of descriptions in earlier answers, by number.
    ids: HashMap<i64, KbId, RandomState>,
}

impl Numbers {
    /// The text of the `missing` column: the numbers of the missing KBs. New descriptions are
    /// inserted; `run` is recorded as the last run that saw them.
    pub(crate) fn list(
        &mut self,
        connection: &Connection,
        missing: &MissingKbs,
        run: i64,
    ) -> Result<Arc<str>> {
        // A list that is not shared will not occur again.
        let can_come_again = missing.is_shared() && missing.len() <= MAX_LIST_LENGTH;
        let same = missing.by_pointer();
        if let Some(list) = self.lists.get(&same) {
            return Ok(Arc::clone(list));
        }
        let numbers = missing.iter().map(|kb| self.of(connection, kb, run));
        let numbers: Vec<i64> = numbers.collect::<Result<_>>()?;
        let list: Arc<str> = to_json(&numbers)?.into();
        if can_come_again {
            if self.lists.len() >= MAX_LISTS {
                self.lists.clear();
            }
            self.lists.insert(same, Arc::clone(&list));
        }
        Ok(list)
    }

    /// The number of a description, which is inserted if it is new; `run` is recorded as the last
    /// run that saw it.
    fn of(&mut self, connection: &Connection, kb: &Arc<MissingKb>, run: i64) -> Result<i64> {
        let same = ByPointer(Arc::clone(kb));
        if let Some(number) = self.seen.get(&same) {
            return Ok(*number);
        }
        let number = self.number_of(connection, kb, run)?;
        if self.seen.len() >= MAX_CACHED || self.weight > MAX_WEIGHT {
            self.seen.clear();
            self.weight = 0;
        }
        self.weight += kb.weight();
        self.seen.insert(same, number);
        Ok(number)
    }

    /// The KB of the description with this number.
    pub(crate) fn id_of(&mut self, connection: &Connection, number: i64) -> Result<KbId> {
        if let Some(id) = self.ids.get(&number) {
            return Ok(id.clone());
        }
        let mut find = connection.prepare_cached("SELECT kb_id FROM missing_kb WHERE id = ?1")?;
        let id = find.query_row([number], |row| {
            Ok(KbId::from_stored(row.get_ref(0)?.as_str()?))
        })?;
        if self.ids.len() >= MAX_CACHED {
            self.ids.clear();
        }
        self.ids.insert(number, id.clone());
        Ok(id)
    }

    fn number_of(&mut self, connection: &Connection, kb: &MissingKb, run: i64) -> Result<i64> {
        let digest = digest(kb);
        if let Some(number) = self.inserted.get(&digest) {
            return Ok(*number);
        }
        let number = insert(connection, kb, digest, run)?;
        if self.inserted.len() >= MAX_CACHED {
            self.inserted.clear();
        }
        self.inserted.insert(digest, number);
        Ok(number)
    }
}

fn insert(connection: &Connection, kb: &MissingKb, digest: Fingerprint, run: i64) -> Result<i64> {
    // Every field by its name, so that a new one is not forgotten.
    let MissingKb {
        id,
        name,
        products,
        url,
        machine_missed_on,
        cve_addressed,
        os_build,
        cves,
        unreadable,
    } = kb;
    let products: Vec<&str> = products.iter().map(AsRef::as_ref).collect();
    let unreadable: Vec<&str> = unreadable.iter().map(AsRef::as_ref).collect();
    let cve_set = cves.as_deref();
    let cve_set = cve_set.map(|cves| cves::insert_set(connection, cves));
    let cve_set = cve_set.transpose()?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO missing_kb (kb_id, name, products_names, url, machine_missed_on,
             cve_addressed, os_build, digest, last_run, unreadable, cve_set)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (digest) DO UPDATE SET last_run = max(last_run, excluded.last_run)
         RETURNING id",
    )?;
    statement.query_row(
        params![
            id.as_str(),
            name.as_deref(),
            to_json(&products)?,
            url.as_deref(),
            // Values beyond SQLite's signed range become negative, and are converted back when
            // read.
            machine_missed_on.map(u64::cast_signed),
            cve_addressed.cast_signed(),
            os_build.as_deref(),
            digest,
            run,
            to_json(&unreadable)?,
            cve_set,
        ],
        |row| row.get(0),
    )
}

/// A fingerprint of the whole description.
fn digest(kb: &MissingKb) -> Fingerprint {
    // Every field by its name, so that a new one is not forgotten.
    let MissingKb {
        id,
        name,
        products,
        url,
        machine_missed_on,
        cve_addressed,
        os_build,
        cves,
        unreadable,
    } = kb;
    let mut digest = Sha256::new();
    let mut text = |text: Option<&str>| {
        // Each length comes first, so that adjacent fields cannot be confused.
        digest.update(
            text.map_or(u64::MAX, |text| text.len() as u64)
                .to_le_bytes(),
        );
        digest.update(text.unwrap_or_default());
    };
    text(Some(id.as_str()));
    text(name.as_deref());
    text(url.as_deref());
    text(os_build.as_deref());
    for product in products {
        text(Some(product));
    }
    digest.update([u8::from(machine_missed_on.is_some())]);
    digest.update(machine_missed_on.unwrap_or_default().to_le_bytes());
    digest.update(cve_addressed.to_le_bytes());
    for value in unreadable {
        digest.update(value.len().to_le_bytes());
        digest.update(value.as_bytes());
    }
    if let Some(cves) = cves {
        digest.update(cves::digest(cves));
    }
    let mut fingerprint = Fingerprint::default();
    fingerprint.copy_from_slice(&digest.finalize()[..16]);
    fingerprint
}

/// Descriptions by number, each read once, and whole lists that many machines share.
#[derive(Debug, Default)]
pub(crate) struct Descriptions {
    known: HashMap<i64, Arc<MissingKb>, RandomState>,
    /// Their size in memory, in bytes.
    weight: usize,
    lists: RepeatCache<StoredList>,
}

/// The list of an answer.
#[derive(Debug, Clone)]
pub(crate) struct StoredList {
    /// The numbers of the descriptions.
    pub(crate) numbers: Arc<[i64]>,
    /// The descriptions.
    pub(crate) missing: MissingKbs,
}

impl Descriptions {
    /// The list for the text of a `missing` column.
    pub(crate) fn list(&mut self, connection: &Connection, text: &str) -> Result<StoredList> {
        if let Some(listed) = self.lists.get(text.as_bytes()) {
            return Ok(listed.clone());
        }
        let numbers: Vec<i64> = parse_json(text)?;
        let listed = StoredList {
            missing: self.of(connection, numbers.iter().copied())?,
            numbers: numbers.into(),
        };
        self.lists.record(text.as_bytes(), &listed);
        Ok(listed)
    }

    /// The descriptions with these numbers.
    pub(crate) fn of(
        &mut self,
        connection: &Connection,
        numbers: impl IntoIterator<Item = i64>,
    ) -> Result<MissingKbs> {
        let numbers = numbers.into_iter();
        numbers.map(|number| self.get(connection, number)).collect()
    }

    /// The description with this number.
    fn get(&mut self, connection: &Connection, number: i64) -> Result<Arc<MissingKb>> {
        if let Some(kb) = self.known.get(&number) {
            return Ok(Arc::clone(kb));
        }
        let mut statement =
            connection.prepare_cached(&format!("{SELECT_DESCRIPTIONS} WHERE id = ?1"))?;
        let kb = Arc::new(statement.query_row([number], description)?);
        if self.known.len() >= MAX_CACHED || self.weight > MAX_WEIGHT {
            self.known.clear();
            self.weight = 0;
        }
        self.weight += kb.weight();
        self.known.insert(number, Arc::clone(&kb));
        Ok(kb)
    }
}

/// The columns of a description.
const SELECT_DESCRIPTIONS: &str = "
    SELECT kb_id, name, products_names, url, machine_missed_on, cve_addressed, os_build, digest,
        unreadable, (SELECT cves FROM cve_set WHERE cve_set.id = missing_kb.cve_set) AS cves
    FROM missing_kb";

/// Verifies the fingerprint of every description.
pub(crate) fn verify(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare(SELECT_DESCRIPTIONS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        description(row)?;
    }
    Ok(())
}

fn description(row: &Row<'_>) -> Result<MissingKb> {
    let products: Vec<String> = from_json(row, "products_names")?;
    let unreadable: Vec<String> = from_json(row, "unreadable")?;
    let kb = MissingKb {
        id: KbId::from_stored(row.get_ref("kb_id")?.as_str()?),
        name: text(row, "name")?,
        products: products.into_iter().map(Into::into).collect(),
        url: text(row, "url")?,
        machine_missed_on: row
            .get::<_, Option<i64>>("machine_missed_on")?
            .map(i64::cast_unsigned),
        cve_addressed: row.get::<_, i64>("cve_addressed")?.cast_unsigned(),
        os_build: text(row, "os_build")?,
        cves: cves::set(row, "cves")?,
        unreadable: unreadable.into_iter().map(Into::into).collect(),
    };
    if row.get_ref("digest")?.as_blob()? != digest(&kb) {
        return Err(damage("a missing KB does not match its checksum"));
    }
    Ok(kb)
}

fn text(row: &Row<'_>, column: &str) -> Result<Option<Arc<str>>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.map(Into::into))
}
