//! The rows of the answer to a query, generated while they are sent.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value, json};

use super::query::{Column, Content, Query};
use crate::simulator::{
    listing::Entry,
    long_list::LongList,
    tenant::Tenant,
    vulnerabilities::{Findings, MachineRows},
};

const CONTEXT: &str = "https://graph.microsoft.com/v1.0/$metadata\
                       #microsoft.graph.security.huntingQueryResults";

/// The data for one KB on one device; the empty KB stands for vulnerabilities that no KB fixes.
#[derive(Debug, Default)]
struct Group {
    kb: String,
    cves: BTreeSet<String>,
    software: BTreeSet<&'static str>,
    title: String,
}

/// The answer of at most this number of rows, in chunks. Rows beyond these are dropped without notice.
pub(in crate::simulator) fn results(
    tenant: Arc<Tenant>,
    query: Query,
    most: usize,
) -> impl Iterator<Item = Vec<u8>> {
    let schema = json!(schema(&query));
    let head = format!("{{\"@odata.context\":\"{CONTEXT}\",\"schema\":{schema},\"results\":[");
    let (mut machine, mut left) = (0, most);
    LongList::chunks(head, move |list| {
        let entry = tenant.all_entries().get(machine);
        let Some(entry) = entry.filter(|_| left > 0) else {
            list.end("]}");
            return false;
        };
        machine += 1;
        for row in rows(&tenant, &query, *entry).iter().take(left) {
            list.push(row.to_string().as_bytes());
            left -= 1;
        }
        true
    })
}

/// The rows about the machine at an entry.
fn rows(tenant: &Tenant, query: &Query, entry: Entry) -> Vec<Value> {
    let table = tenant.vulnerabilities(0);
    // What is found on a machine of another part need not be made.
    let known = table.member_id(entry).map(|id| id.to_string());
    if known.is_some_and(|id| !query.includes(&id)) {
        return Vec::new();
    }
    let machine = table.machine(entry);
    let Some(machine) = machine.filter(|it| query.includes(&it.device.id)) else {
        return Vec::new();
    };
    let groups = groups(&machine).into_iter();
    groups.map(|group| row(query, &machine, &group)).collect()
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
