//! The rows that answer a query, made while they are sent.

use std::{collections::BTreeSet, mem, sync::Arc};

use serde_json::{Map, Value, json};

use super::query::{Column, Content, Query};
use crate::simulator::{
    tenant::Tenant,
    vulnerabilities::{Findings, MachineRows},
};

/// How much of an answer is made at once.
const CHUNK_BYTES: usize = 256 * 1024;

const CONTEXT: &str = "https://graph.microsoft.com/v1.0/$metadata\
                       #microsoft.graph.security.huntingQueryResults";

/// The body of an answer, in chunks.
pub(in crate::simulator) struct Results {
    tenant: Arc<Tenant>,
    query: Query,
    /// The number of the next machine.
    machine: usize,
    /// The most rows that are still sent.
    left: usize,
    next: Vec<u8>,
    is_first_row: bool,
    ended: bool,
}

/// What is found for one KB on one device; the empty KB stands for what no KB mends.
#[derive(Debug, Default)]
struct Group {
    kb: String,
    cves: BTreeSet<String>,
    software: BTreeSet<&'static str>,
    title: String,
}

impl Results {
    /// The answer of at most so many rows.
    pub(in crate::simulator) fn new(tenant: Arc<Tenant>, query: Query, most: usize) -> Self {
        let schema = json!(schema(&query));
        let head = format!("{{\"@odata.context\":\"{CONTEXT}\",\"schema\":{schema},\"results\":[");
        Self {
            tenant,
            query,
            machine: 0,
            left: most,
            next: head.into_bytes(),
            is_first_row: true,
            ended: false,
        }
    }

    /// Adds the rows of the next machine; false after the last one.
    fn add_machine(&mut self) -> bool {
        let tenant = Arc::clone(&self.tenant);
        let Some(&entry) = tenant.all_entries().get(self.machine) else {
            return false;
        };
        self.machine += 1;
        let table = tenant.vulnerabilities(0);
        // What is found on a machine of another part need not be made.
        let known = table.member_id(entry).map(|id| id.to_string());
        if known.is_some_and(|id| !self.query.includes(&id)) {
            return true;
        }
        let machine = table.machine(entry);
        if let Some(machine) = machine.filter(|it| self.query.includes(&it.device.id)) {
            for group in groups(&machine) {
                self.add(&row(&self.query, &machine, &group));
            }
        }
        true
    }

    /// Adds a row, unless there are enough: then it is left out without a word.
    fn add(&mut self, row: &Value) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        if !mem::take(&mut self.is_first_row) {
            self.next.push(b',');
        }
        self.next.extend(row.to_string().bytes());
    }
}

impl Iterator for Results {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        while !self.ended && self.next.len() < CHUNK_BYTES {
            if self.left == 0 || !self.add_machine() {
                self.ended = true;
                self.next.extend(b"]}");
            }
        }
        Some(mem::take(&mut self.next)).filter(|chunk| !chunk.is_empty())
    }
}

/// The names and types of the columns.
fn schema(query: &Query) -> Vec<Value> {
    let keys = ["DeviceId", "RecommendedSecurityUpdateId"];
    let keys = keys.map(|name| json!({"name": name, "type": "String"}));
    let columns = query.columns.iter().map(|column| {
        let kind = if column.content.is_set() {
            "Object"
        } else {
            "String"
        };
        json!({"name": column.name, "type": kind})
    });
    keys.into_iter().chain(columns).collect()
}

/// What is found on a device, by KB.
fn groups(machine: &MachineRows) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for findings in &machine.findings {
        let kb = findings.update.kb.as_ref();
        let kb = kb.map_or("", |kb| kb.as_str());
        let place = groups.iter().position(|group| group.kb == kb);
        let place = place.unwrap_or_else(|| {
            groups.push(Group {
                kb: kb.to_owned(),
                ..Group::default()
            });
            groups.len() - 1
        });
        groups[place].add(findings);
    }
    groups
}

fn row(query: &Query, machine: &MachineRows, group: &Group) -> Value {
    let mut row = Map::new();
    row.insert("DeviceId".to_owned(), json!(machine.device.id));
    row.insert("RecommendedSecurityUpdateId".to_owned(), json!(group.kb));
    for Column { name, content } in &query.columns {
        if content.is_set() {
            row.insert(format!("{name}@odata.type"), json!("#Collection(String)"));
        }
        row.insert(name.clone(), content.value(machine, group));
    }
    Value::Object(row)
}

impl Group {
    fn add(&mut self, findings: &Findings) {
        // An absent value is an empty text here.
        let cves = findings.cves.iter();
        let cves = cves.map(|cve| cve.map_or_else(String::new, |cve| cve.to_string()));
        self.cves.extend(cves);
        self.software.insert(findings.software.name);
        if let Some(title) = findings.update.title.as_deref()
            && self.title.is_empty()
        {
            title.clone_into(&mut self.title);
        }
    }
}

impl Content {
    fn is_set(self) -> bool {
        matches!(self, Self::Cves | Self::CvesOfKb | Self::SoftwareNames)
    }

    fn value(self, machine: &MachineRows, group: &Group) -> Value {
        match self {
            Self::CvesOfKb if group.kb.is_empty() => json!([""]),
            Self::Cves | Self::CvesOfKb => json!(group.cves),
            Self::SoftwareNames => json!(group.software),
            Self::Title => json!(group.title),
            Self::OsVersion => json!(machine.device.os_version.as_deref().unwrap_or_default()),
        }
    }
}
