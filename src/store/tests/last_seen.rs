//! The last-seen column of an earlier run's list.

use super::*;

#[test]
fn date_order_of_an_earlier_list_is_inferred() {
    let cells = ["05/11/2026", "07/10/2026", "14/03/2026", "11/05/2026"];
    let rows = (1..).zip(cells);
    let rows: Vec<String> = rows
        .map(|(number, cell)| format!("{},{cell}", machine(number)))
        .collect();
    let list = format!("id,Last device update\n{}\n", rows.join("\n"));
    let place = Place::new();
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
