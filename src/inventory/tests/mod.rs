//! Inventories read from files of every shape.

mod errors;
mod fleets;
mod joined;
mod shapes;
mod warnings;

use std::path::{Path, PathBuf};

use super::{Inventory, InventoryError, Source, read};
use crate::domain::machine::MachineId;

/// A file of this repository, wherever the tests are run from.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read_file(name: &str, column: Option<&str>) -> Result<Inventory, InventoryError> {
    read(&Source::from(file(name)), column)
}

fn read_fixture(name: &str, column: Option<&str>) -> Result<Inventory, InventoryError> {
    read_file(&format!("tests/fixtures/inventory/{name}"), column)
}

/// The machine id that repeats one digit.
fn id(digit: char) -> MachineId {
    digit.to_string().repeat(40).parse().unwrap()
}
