//! A column is said once, and every format shows it.

use std::{any::Any, cell::RefCell};

use super::{Column, Machines, Table, Target};
use crate::inventory::{Inventory, OWN_COLUMNS};

thread_local! {
    /// A column that a test adds to a table.
    static ADDED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// The columns that the test of this thread adds to a table.
pub(super) fn added<T: Table>() -> Option<Column<T>> {
    ADDED.with_borrow(|added| added.as_ref()?.downcast_ref::<Column<T>>().copied())
}

#[test]
fn the_inventory_keeps_our_names_free() {
    let inventory = Inventory::default();
    let columns = Machines::COLUMNS.iter();
    let ours = columns.filter(|it| it.is_shown(Target::Csv, &inventory) && it.key != "inventory");
    let ours: Vec<&str> = ours.map(|it| it.key).collect();
    assert_eq!(ours, OWN_COLUMNS);
}
