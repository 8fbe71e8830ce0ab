//! A fleet to measure with, in memory.

use std::{fmt::Write as _, io};

use jiff::{Timestamp, tz::TimeZone};
use patchgap::{
    aggregate::{Aggregation, Fleet, RankBy},
    defender::AnswerBody,
    domain::{
        answer::{Answer, Source},
        ending::RunOutcome,
        gaps::{AnswerRef, Gaps},
        kb::MissingKbs,
        machine::MachineId,
        outcome::Outcome,
        requests::Requests,
        since::MissingSince,
    },
    inventory::{self, Inventory},
    report::{Facts, Format, Run, Tool, reports},
};
use serde_json::json;

/// Machines of the fleet.
pub(crate) const MACHINES: usize = 10_000;
/// What each of them misses.
const GAPS: usize = 8;

/// The body of an answer with this number of missing KBs.
pub(crate) fn answer(gaps: usize) -> Vec<u8> {
    numbered_answer(gaps, 0)
}

/// The same under another number, so that no two are alike.
pub(crate) fn numbered_answer(gaps: usize, number: usize) -> Vec<u8> {
    let items = (0..gaps).map(|gap| {
        let id = 5_000_000 + gap * 131;
        json!({
            "id": id.to_string(),
            "name": "March 2026 Security Updates",
            "osBuild": 20348,
            "productsNames": ["windows_server_2022", "dotnet_framework"],
            "url": format!("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB{id}"),
            "machineMissedOn": 1,
            "cveAddressed": gap % 90,
        })
    });
    let items: Vec<_> = items.collect();
    let body = json!({ "@odata.count": number, "value": items });
    body.to_string().into_bytes()
}

/// The list of the fleet, as a CSV file.
pub(crate) fn list() -> String {
    let mut list = "DeviceName,machineId,osPlatform,site\n".to_owned();
    for number in 0..MACHINES {
        let id = machine(number);
        let _ = writeln!(list, "SRV-LON-{number:05},{id},WindowsServer2022,LON");
    }
    list
}

pub(crate) fn inventory() -> Inventory {
    inventory::read_from(list().as_bytes(), "list.csv", None).unwrap_or_default()
}

fn machine(number: usize) -> MachineId {
    let mut bytes = [0; 20];
    let stirred = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bytes[..8].copy_from_slice(&stirred.to_be_bytes());
    MachineId::from_bytes(bytes)
}

/// The answers about all machines.
#[derive(Debug)]
pub(crate) struct Told(MissingKbs);

impl Told {
    pub(crate) fn new() -> Self {
        let read = AnswerBody::read(&answer(GAPS));
        Self(read.map(|page| page.missing).unwrap_or_default())
    }

    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |number| Outcome {
            machine: machine(number),
            attempts: 1,
            times_unknown: 0,
            result: Ok(Answer::new(
                Source::Calls,
                Timestamp::UNIX_EPOCH,
                self.0.clone(),
            )),
        };
        (0..MACHINES).map(outcome).collect()
    }

    pub(crate) fn aggregate(&self, inventory: &Inventory) -> Fleet {
        let mut aggregation = Aggregation::of(inventory, Timestamp::UNIX_EPOCH);
        for outcome in self.outcomes() {
            aggregation.record(outcome, AnswerRef(0));
        }
        aggregation.finish(RankBy::Exposure, Timestamp::UNIX_EPOCH, None)
    }

    /// Writes every CSV file, one after the other.
    pub(crate) fn render(
        &self,
        inventory: &Inventory,
        fleet: &Fleet,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let run = Run {
            inventory,
            fleet,
            gaps: self,
            past: None,
            week: None,
            trend: &[],
            releases: &[],
            kb_runs: &[],
            census: None,
            cross_check: None,
            selection: None,
            bulk: None,
            list_check: None,
            software: None,
            facts: &facts(),
        };
        reports(&[Format::Csv])
            .iter()
            .try_for_each(|report| report.render(&run, out))
    }
}

impl Gaps for Told {
    fn missing(&self, _: AnswerRef) -> io::Result<MissingKbs> {
        Ok(self.0.clone())
    }

    fn since(&self, _: AnswerRef) -> io::Result<MissingSince> {
        Ok(MissingSince::all(Timestamp::UNIX_EPOCH, self.0.len()))
    }
}

fn facts() -> Facts {
    Facts {
        tenant: None,
        is_part: false,
        tool: Tool::THIS,
        tenant_id: None,
        title: "Contoso".to_owned(),
        run: None,
        outcome: RunOutcome::Complete,
        ended: None,
        started_at: Timestamp::UNIX_EPOCH,
        finished_at: Timestamp::UNIX_EPOCH,
        api_url: String::new(),
        requests: Requests::default(),
        folder: "reports".into(),
        files: Vec::new(),
        rank_by: None,
        time_zone: TimeZone::UTC,
        csv_guard: true,
    }
}
