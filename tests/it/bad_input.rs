//! Input that does not do: a clear error before anything is asked.

use crate::common::Scene;

#[test]
fn an_inventory_that_is_not_there() {
    let scene = Scene::with_machines(1);
    let run = scene.run(&["report", "nowhere.csv"]).exits_with(3);
    assert!(!run.complains("nowhere.csv").has_reports());
    assert!(scene.tenant.log().calls.is_empty());
}
