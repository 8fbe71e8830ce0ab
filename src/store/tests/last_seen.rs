//! The last-seen column of an earlier run's list.

use super::*;
use crate::{
    domain::skip_reason::SkipReason,
    inventory::{Cells, InventoryMachine, Skipped, SkippedMachine},
};

#[test]
fn date_order_of_an_earlier_list_is_inferred() {
    let cells = ["05/11/2026", "07/10/2026", "14/03/2026", "11/05/2026"];
    let rows = (1..).zip(cells);
    let rows: Vec<String> = rows
        .map(|(number, cell)| format!("{},{cell}", machine(number)))
        .collect();
    let list = format!("id,Last device update\n{}\n", rows.join("\n"));
    let place = TestStore::new();
    let mut store = place.open();
    let started = store
        .begin(&RunParams {
            service: &service(),
            application: &application(),
            inventory: &read_from(list.as_bytes(), "machines.csv", None).unwrap(),
            reuse: EARLY,
            waited_for: None,
            now: now(),
        })
        .unwrap();
    let recorder = recorder(store, &started);
    for number in 1..=4 {
        recorder.record(answered(number, now(), Vec::new()), Requests::default());
    }
    let store = recorder.finish().unwrap().store;
    let snapshot = Snapshot::of(store, 2).unwrap();
    let then = snapshot.base_machines(started.record.run).unwrap();
    let silent: Vec<bool> = then.iter().map(|it| it.no_current_data).collect();
    // The third cell shows that the day comes first.
    assert_eq!(silent, [false, true, true, true]);
}

#[test]
fn silent_machines_of_the_last_run_are_known() {
    let place = TestStore::new();
    let list = |cells: [&str; 3]| {
        let rows = (1..).zip(cells);
        let rows: Vec<String> = rows
            .map(|(number, cell)| format!("{},{cell}", machine(number)))
            .collect();
        let list = format!("id,lastSeen\n{}\n", rows.join("\n"));
        read_from(list.as_bytes(), "machines.csv", None).unwrap()
    };
    let mut first = list(["2020-01-01", "2020-01-01", "2026-11-20"]);
    first.skipped = Skipped {
        machines: [(7, SkipReason::Silent), (8, SkipReason::Excluded)]
            .map(|(number, reason)| SkippedMachine {
                listed: InventoryMachine {
                    id: machine(number),
                    line: number.into(),
                },
                reason,
            })
            .into(),
        cells: Cells::from_iter([["2020-01-01"], ["2020-01-01"]]),
    };
    let (store, started) = place.begin_list(&first, Reuse::Nothing, now());
    assert!(store.silent_before(started.record.run).unwrap().is_empty());
    let recorder = recorder(store, &started);
    // The second one missed something although it was silent.
    for (number, missing) in [(1, vec![]), (2, vec![kb("1", 1)]), (3, vec![])] {
        recorder.record(answered(number, now(), missing), Requests::default());
    }
    drop(recorder.finish().unwrap());
    let second = list(["2026-11-22"; 3]);
    let (store, started) = place.begin_list(&second, Reuse::Nothing, hours(24));
    let silent = store.silent_before(started.record.run).unwrap();
    assert_eq!(silent, [1, 7].map(machine).into());
}
