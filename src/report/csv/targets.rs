//! `targets/KB5059339.csv`: for each of the first updates to install, the machines that miss it. Tools
//! that install updates take such lists.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use super::cells::Cells;
use crate::{
    aggregate::{Fleet, MachineRow, TopAction},
    domain::kb::KbId,
    report::{
        Report, Run,
        table::{MachineNames, marker},
    },
};

/// The subfolder of these files.
pub(in crate::report) const TARGETS: &str = "targets";
/// The most digits of a KB id that becomes the name of a file.
const MOST_DIGITS: usize = 20;
/// The column of machine names, which is left out if the list has a column of that name.
const NAME_COLUMN: &str = "machineName";

/// The names of the files for the first `count` updates to install.
pub fn names(fleet: &Fleet, count: usize) -> Vec<String> {
    let actions = fleet.top_actions(count).into_iter();
    actions.filter_map(|it| file_name(&it.kb.id)).collect()
}

/// The KBs among the first `count` that have no file, because their ids are not numeric.
pub fn updates_without_targets(fleet: &Fleet, count: usize) -> Vec<String> {
    let actions = fleet.top_actions(count).into_iter();
    let without = actions.filter(|it| file_name(&it.kb.id).is_none());
    without.map(|it| it.kb.id.for_people()).collect()
}

/// The files with the machines that miss each of the first `count` updates to install. Fails if the gaps cannot be read.
pub fn targets(run: &Run<'_>, count: usize) -> io::Result<Vec<Box<dyn Report>>> {
    let actions = run.fleet.top_actions(count);
    let machines = machines_of(run, &actions)?;
    let files = actions.iter().zip(machines);
    let files = files.filter_map(|(action, machines)| {
        let name = file_name(&action.kb.id)?;
        Some(Box::new(Target { name, machines }) as Box<dyn Report>)
    });
    Ok(files.collect())
}

/// For each of these updates, the machines to install it on, as indices in the fleet: those that miss it,
/// unless its risk is accepted there, or another of these updates that is missing there contains it.
fn machines_of(run: &Run<'_>, actions: &[TopAction<'_>]) -> io::Result<Vec<Vec<u32>>> {
    let places: HashMap<&KbId, usize> = actions.iter().map(|it| &it.kb.id).zip(0..).collect();
    let covering = run.fleet.covering_actions(actions.len());
    let mut marker = marker(run);
    let mut machines: Vec<Vec<u32>> = vec![Vec::new(); actions.len()];
    if actions.is_empty() {
        return Ok(machines);
    }
    for (machine, at) in run.fleet.machines.iter().zip(0..) {
        marker.machine(machine.id, machine.position());
        let missing = machine.missing(run.gaps)?;
        let open = missing.iter().filter(|gap| !marker.is_accepted(gap));
        let here: Vec<usize> = open
            .filter_map(|gap| places.get(&gap.id).copied())
            .collect();
        for place in &here {
            if !covering[*place].iter().any(|it| here.contains(it)) {
                machines[*place].push(at);
            }
        }
    }
    Ok(machines)
}

/// The name of the file about a KB. Only digits become part of it: an id is text from outside. `None`
/// for any other id.
fn file_name(kb: &KbId) -> Option<String> {
    let digits = kb.as_str();
    let is_number = (1..=MOST_DIGITS).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| format!("{TARGETS}/KB{digits}.csv"))
}

/// Whether a name, ignoring case, is that of such a file within its folder.
pub(in crate::report) fn is_target(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let digits = name.strip_prefix("KB");
    let digits = digits.and_then(|it| it.strip_suffix(".CSV"));
    digits.is_some_and(|it| file_name(&KbId::from_stored(it)).is_some())
}

/// The machines that miss one KB.
struct Target {
    name: String,
    /// Their indices in the fleet.
    machines: Vec<u32>,
}

impl Report for Target {
    fn file_name(&self) -> &str {
        &self.name
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let list = run.inventory;
        let names = MachineNames::of(list);
        let name = |machine: &MachineRow| names.at(machine.position()).unwrap_or_default();
        let is_shown = |column: &String| !column.eq_ignore_ascii_case(NAME_COLUMN);
        let machines = self.machines.iter();
        let mut machines: Vec<&MachineRow> = machines
            .map(|at| &run.fleet.machines[*at as usize])
            .collect();
        machines.sort_unstable_by_key(|machine| (name(machine), machine.id));
        let mut cells = Cells::new(run, out);
        cells.ours("machineId")?;
        cells.ours(NAME_COLUMN)?;
        let mut shown = list.columns.iter().filter(|it| is_shown(it));
        shown.try_for_each(|column| cells.foreign(column))?;
        cells.end_row()?;
        for machine in machines {
            cells.ours(machine.id)?;
            cells.foreign(name(machine))?;
            let row = list.row(machine.position()).zip(&list.columns);
            let mut shown = row.filter(|(_, column)| is_shown(column));
            shown.try_for_each(|(cell, _)| cells.foreign(cell))?;
            cells.end_row()?;
        }
        cells.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::{Exceptions, exceptions::Exception},
        report::fixture::{Fixture, answer, gap},
        risk::tests::feeds_of_updates,
    };

    fn rendered(fixture: &Fixture, count: usize) -> Vec<(String, String)> {
        fixture.with_run(|run| {
            let names = names(run.fleet, count);
            let files = targets(run, count).unwrap();
            assert!(files.iter().map(|it| it.file_name()).eq(&names));
            let files = files.iter().map(|file| {
                let mut bytes = Vec::new();
                file.render(run, &mut bytes).unwrap();
                (
                    file.file_name().to_owned(),
                    String::from_utf8(bytes).unwrap(),
                )
            });
            files.collect()
        })
    }

    #[test]
    fn each_file_lists_the_machines_that_miss_its_kb_by_name() {
        let mut fixture = Fixture::small();
        let files = rendered(&fixture, 5);
        let names: Vec<&str> = files.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["targets/KB4540673.csv", "targets/KB5000802.csv"]);
        let [first, second] = ["01", "02"].map(|number| number.repeat(20));
        assert_eq!(
            files[0].1,
            format!(
                "machineId,machineName,Device Name,input.Status\n\
                 {first},web-01,web-01,\"Zürich, CH\"\n{second},web-02,web-02,'-\n"
            )
        );
        assert_eq!(rendered(&fixture, 1), files[..1]);
        assert_eq!(rendered(&fixture, 0), []);
        // The list's own column of that name is not doubled, and the order is that of the names.
        fixture.inventory.columns[0] = "MachineName".to_owned();
        fixture.inventory.cells = [["b", "1"], ["=a", "2"]].into_iter().collect();
        let text = &rendered(&fixture, 1)[0].1;
        let expected = format!("machineId,machineName,input.Status\n{second},'=a,2\n{first},b,1\n");
        assert_eq!(*text, expected);
    }

    /// The machines in each file, by their numbers.
    fn machines(fixture: &Fixture) -> Vec<String> {
        let files = rendered(fixture, 9).into_iter();
        let files = files.map(|(name, text)| {
            let lines = text.lines().skip(1);
            let numbers: Vec<&str> = lines.map(|line| &line[..2]).collect();
            format!("{name}: {}", numbers.join(" "))
        });
        files.collect()
    }

    #[test]
    fn machine_that_misses_both_gets_only_the_newer_update() {
        let mut fixture = Fixture::small();
        fixture.outcomes = vec![
            answer(1, vec![gap("1", 5), gap("2", 5)]),
            answer(2, vec![gap("1", 5), gap("2", 5)]),
            answer(3, vec![gap("1", 4)]),
        ];
        let apart = ["targets/KB1.csv: 03 01 02", "targets/KB2.csv: 01 02"];
        assert_eq!(machines(&fixture), apart);
        let updates = [(2, vec![1])].into();
        fixture.feeds = std::sync::Arc::new(feeds_of_updates(&updates, &[]));
        let covered = ["targets/KB2.csv: 01 02", "targets/KB1.csv: 03"];
        assert_eq!(machines(&fixture), covered);
    }

    #[test]
    fn machine_whose_risk_is_accepted_is_no_target() {
        let mut fixture = Fixture::small();
        let accepted = Exception {
            line: 2,
            kb: Some(KbId::new("4540673")),
            machine: Some(crate::report::fixture::machine(1)),
            group: None,
            tag: None,
            until: None,
        };
        let exceptions = Exceptions::new(String::new(), vec![accepted]);
        fixture.policy.exceptions = Some(exceptions);
        assert_eq!(
            machines(&fixture),
            ["targets/KB4540673.csv: 02", "targets/KB5000802.csv: 01"]
        );
    }

    #[test]
    fn only_digits_become_the_name_of_a_file() {
        let mut fixture = Fixture::small();
        let ids = [
            "5",
            "../5",
            "5/6",
            "٣",
            "",
            "5.csv",
            "con",
            "123456789012345678901",
        ];
        let gaps = ids.iter().map(|id| crate::domain::kb::MissingKb {
            id: KbId::from_stored(id),
            ..gap("", 1)
        });
        fixture.outcomes = vec![answer(1, gaps.collect())];
        let files = rendered(&fixture, 100);
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].0, "targets/KB5.csv");
        let left_out = fixture.with_run(|run| updates_without_targets(run.fleet, 100));
        assert_eq!(left_out.len(), ids.len() - 1, "{left_out:?}");
    }

    #[test]
    fn names_of_targets_are_recognised() {
        for (name, expected) in [
            ("KB5.csv", true),
            ("kb5059339.CSV", true),
            ("KB.csv", false),
            ("KB5.new.csv", false),
            ("KBx.csv", false),
            ("5.csv", false),
        ] {
            assert_eq!(is_target(name), expected, "{name}");
        }
    }
}
