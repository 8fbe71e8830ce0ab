//! The answer of `patchgap show` as text.

use jiff::tz::TimeZone;

use super::{
    find::{Found, SearchedRun},
    rows::GapRow,
};
use crate::{
    aggregate::{KbRow, MachineRow},
    console::terminal_width,
    domain::{
        kb::KbId,
        text::{counted, share, thousands},
    },
    report::{
        plain::plain,
        terminal::{Column, table},
    },
};

/// The status of a machine that misses nothing because there are no updates for it.
const UNSUPPORTED: &str =
    "unsupported: misses nothing because its Windows gets no updates any more";

/// The answer: the update or machine that was found, and its gaps.
pub(super) struct Shown<'run> {
    pub(super) searched: SearchedRun<'run>,
    pub(super) found: Found<'run>,
    pub(super) rows: Vec<GapRow>,
}

impl Shown<'_> {
    pub(super) fn text(&self, zone: &TimeZone) -> String {
        let (head, columns) = match self.found {
            Found::Kb(kb) => (self.head_of_kb(kb, zone), self.machine_columns()),
            Found::Machine(machine) => (self.head_of_machine(machine, zone), kb_columns()),
        };
        let rows = self.rows.iter();
        let rows: Vec<Vec<String>> = rows.map(|row| self.cells(row, zone)).collect();
        let mut lines = head;
        if !rows.is_empty() {
            lines.push(String::new());
            lines.extend(table(&columns, &rows, terminal_width()));
        }
        lines.join("\n") + "\n"
    }

    /// `run 3 of 2026-11-29 22:00`.
    fn run(&self, zone: &TimeZone) -> String {
        let at = self.searched.started_at.to_zoned_datetime(zone.clone());
        format!(
            "run {} of {}",
            self.searched.run,
            at.strftime("%Y-%m-%d %H:%M")
        )
    }

    fn head_of_kb(&self, kb: &KbRow, zone: &TimeZone) -> Vec<String> {
        let name = kb.name.as_deref().unwrap_or_default();
        let answered = self.searched.fleet.coverage.answered;
        let machines = counted(kb.machines_missing, "machine", "machines");
        vec![
            plain(&format!("{} {name}", kb.id.for_people()))
                .trim_end()
                .to_owned(),
            format!(
                "missing on {machines}, {} of the {} that answered ({})",
                share(kb.machines_missing, answered),
                thousands(answered),
                self.run(zone)
            ),
        ]
    }

    fn head_of_machine(&self, machine: &MachineRow, zone: &TimeZone) -> Vec<String> {
        let name = self.searched.list.name(machine.position());
        let id = machine.id;
        let mut title = name.map_or_else(|| id.to_string(), |name| format!("{name} ({id})"));
        let group = self.searched.group(machine);
        if !group.is_empty() {
            title = format!("{title}, group {group}");
        }
        let missing = match &machine.result {
            _ if machine.skipped.is_some() => "skipped: not queried".to_owned(),
            Ok(answered) if answered.is_unsupported() => UNSUPPORTED.to_owned(),
            Ok(answered) if answered.has_no_current_data() => "no current data".to_owned(),
            Ok(answered) => {
                let updates = counted(answered.missing.into(), "update", "updates");
                format!("misses {updates}")
            }
            Err(failure) => format!("no answer: {}", failure.describe()),
        };
        let mut lines = vec![title, format!("{missing} ({})", self.run(zone))];
        lines.extend(self.searched.facts(machine).for_people());
        lines.iter().map(|line| plain(line)).collect()
    }

    fn machine_columns(&self) -> Vec<Column> {
        let name = self
            .searched
            .list
            .name_column()
            .map(|_| Column::gives_way("machine"));
        let group = self.searched.group_column().map(|_| Column::text("group"));
        let rest = ["machine id", "missing since"].map(Column::text);
        let days = [Column::number("days")];
        name.into_iter()
            .chain(group)
            .chain(rest)
            .chain(days)
            .collect()
    }

    fn cells(&self, row: &GapRow, zone: &TimeZone) -> Vec<String> {
        let since = row.since.to_zoned_datetime(zone.clone());
        let since = since.strftime("%Y-%m-%d").to_string();
        let days = thousands(row.days_missing.into());
        if let Found::Machine(_) = self.found {
            let kb = KbId::new(&row.kb_id).for_people();
            return vec![
                kb,
                row.name.clone(),
                thousands(row.cve_addressed),
                since,
                days,
            ];
        }
        let name = self
            .searched
            .list
            .name_column()
            .map(|_| row.machine_name.clone());
        let group = self.searched.group_column().map(|_| row.group.clone());
        let rest = [row.machine_id.clone(), since, days];
        name.into_iter().chain(group).chain(rest).collect()
    }
}

fn kb_columns() -> Vec<Column> {
    vec![
        Column::text("KB"),
        Column::gives_way("name"),
        Column::number("CVEs"),
        Column::text("missing since"),
        Column::number("days"),
    ]
}
