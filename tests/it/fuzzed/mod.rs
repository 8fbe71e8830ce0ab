//! Input from outside, in any form: the checks of the fuzz targets with every committed seed and with
//! random input.

#[path = "../../../.fuzz/checks/inventory.rs"]
mod inventory;
#[path = "../../../.fuzz/checks/refusal.rs"]
mod refusal;
#[path = "../../../.fuzz/checks/reply.rs"]
mod reply;

#[path = "../../../.fuzz/checks/software.rs"]
mod software;

mod random;

use std::{fs, panic, path::Path};

use crate::common::project;

/// The check of a fuzz target.
type Check = fn(&[u8]);

/// Every fuzz target and its check.
const TARGETS: [(&str, Check); 4] = [
    ("inventory", inventory::check),
    ("reply", reply::check),
    ("refusal", refusal::check),
    ("software", software::check),
];

/// The seeds of a target. Inputs found by a fuzzer have no extension and are left out.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = project().join(".fuzz/corpus").join(target);
    let paths = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    paths
        .filter(|path| path.extension().is_some())
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn every_seed_passes_the_checks() {
    for (target, check) in TARGETS {
        let seeds = seeds(target);
        assert!(seeds.len() >= 40, "{target}: {} seeds", seeds.len());
        for (path, seed) in seeds {
            assert!(panic::catch_unwind(|| check(&seed)).is_ok(), "{path}");
        }
    }
}

#[test]
fn every_fuzz_target_is_covered_here() {
    let folder = fs::read_dir(project().join(".fuzz/fuzz_targets")).unwrap();
    let mut found: Vec<_> = folder.map(|it| it.unwrap().path()).collect();
    found.sort();
    let names = found.iter().map(|path| path.file_stem());
    let mut expected = TARGETS.map(|(name, _)| Path::new(name).file_stem());
    expected.sort();
    assert!(names.eq(expected), "{found:?}");
}
