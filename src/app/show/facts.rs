//! Facts about a machine besides its gaps: its Windows version, and where its answer comes from.

use serde::Serialize;

use super::find::SearchedRun;
use crate::{
    aggregate::{Answered, MachineRow},
    domain::{
        answer::Provenance,
        software::{Support, Windows},
    },
};

/// Facts about a machine besides its gaps. Unknown facts are left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MachineFacts<'run> {
    #[serde(skip_serializing_if = "Option::is_none")]
    unsupported: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows_build: Option<&'run str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    support_status: Option<&'run str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    support_ends: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Provenance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inferred_from: Option<String>,
}

impl<'run> SearchedRun<'run> {
    /// The facts about a machine.
    pub(super) fn facts(&self, machine: &'run MachineRow) -> MachineFacts<'run> {
        let answered = machine.result.as_ref().ok();
        let windows: Option<&Windows> = self.software.and_then(|it| it.windows(machine.id));
        let support = self.software.and_then(|it| it.support(machine.id));
        let origin = answered.and_then(|it| self.fleet.origin_of(it));
        MachineFacts {
            unsupported: support.map(|it| it == Support::Unsupported),
            windows_build: windows.map(|it| &*it.build),
            support_status: windows.map(|it| &*it.support_status),
            support_ends: windows.and_then(|it| Some(it.support_ends?.to_string())),
            source: answered.map(Answered::provenance),
            inferred_from: origin.map(|it| it.to_string()),
        }
    }
}

impl MachineFacts<'_> {
    /// The same as lines of text; none about the source if the machine was requested in this run.
    pub(super) fn for_people(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(build) = self.windows_build {
            lines.push(format!("Windows {build}{}", self.support()));
        }
        match (self.source, &self.inferred_from) {
            (Some(Provenance::Inferred), Some(origin)) => lines.push(format!(
                "not queried: inferred from {origin}, which has the same Microsoft software in the same versions"
            )),
            (Some(Provenance::Kept), _) => {
                lines.push("not queried: the answer of an earlier run".to_owned());
            }
            (Some(Provenance::Export), _) => {
                lines.push("from the export of software vulnerabilities".to_owned());
            }
            (Some(Provenance::Hunting), _) => lines.push("from a hunting query".to_owned()),
            (Some(Provenance::Calls) | None, _) | (Some(Provenance::Inferred), None) => {}
        }
        lines
    }

    fn support(&self) -> String {
        match (self.unsupported, &self.support_ends) {
            (Some(true), Some(ended)) => format!(", no updates since {ended}"),
            (Some(true), None) => ", no updates any more".to_owned(),
            (_, Some(ends)) => format!(", updates until {ends}"),
            (_, None) => String::new(),
        }
    }
}
