//! Runs of a tenant at another address than before.

use super::*;

/// The runs before the last one, with whether they have the same fleet, and the times of their answers
/// for the first machine.
fn before_last(place: &TestStore) -> (Vec<(RunId, bool)>, Vec<Timestamp>) {
    let store = place.open();
    let last = store.runs().unwrap()[0].run;
    let snapshot = Snapshot::of(store, 2).unwrap();
    let earlier = snapshot.earlier_runs(last).unwrap();
    let runs = earlier
        .iter()
        .map(|it| (it.record.run, it.is_same_fleet))
        .collect();
    let answers = snapshot.answers_before(last, machine(1)).unwrap();
    (runs, answers.iter().map(|it| it.as_of).collect())
}

fn change(place: &TestStore, sql: &str) {
    place.open().connection.execute_batch(sql).unwrap();
}

/// A run at an old address, and one at the usual address.
fn moved(tenant: &str) -> (TestStore, RunId) {
    let place = TestStore::new();
    let finished = Some(EndingWord::Finished);
    let first = place.play(
        Reuse::Nothing,
        vec![answered(1, hours(-24), vec![])],
        finished,
    );
    change(&place, "UPDATE service SET api_url = 'https://elsewhere'");
    place.play(Reuse::Nothing, vec![answered(1, now(), vec![])], finished);
    change(&place, "UPDATE run SET answered = 1");
    change(
        &place,
        &format!("UPDATE service SET tenant_id = '{tenant}'"),
    );
    (place, first)
}

#[test]
fn tenant_id_identifies_a_moved_tenant() {
    let (place, first) = moved("contoso");
    assert_eq!(before_last(&place), (vec![(first, true)], vec![hours(-24)]));
}

#[test]
fn machines_identify_a_tenant_without_id() {
    let (place, first) = moved("");
    assert_eq!(before_last(&place).0, [(first, true)]);
    // The first run's machines become those of another tenant.
    let runs = "UPDATE machine SET machine_id = replace(machine_id, '0', 'f')
         WHERE service = (SELECT service FROM run ORDER BY id LIMIT 1)";
    change(&place, runs);
    assert_eq!(before_last(&place).0, []);
}
