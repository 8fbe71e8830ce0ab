//! The store's numbers for the machines of a list.

use std::cmp::Ordering::{Equal, Less};

use rusqlite::{Connection, Result, params};

use crate::{domain::machine::MachineId, inventory::InventoryMachine};

/// Marks a machine without a number.
const UNASSIGNED: i64 = 0;

/// The number of each of these machines. New ones are inserted in the order of the list. The index
/// would grow faster in the order of ids, but lists are read back, and answers written, in the
/// list's order.
pub(crate) fn machine_numbers(
    connection: &Connection,
    service: i64,
    machines: &[InventoryMachine],
) -> Result<Vec<i64>> {
    let mut numbers = stored_numbers(connection, service, machines)?;
    let mut enter =
        connection.prepare("INSERT INTO machine (service, machine_id) VALUES (?1, ?2)")?;
    for (machine, number) in machines.iter().zip(&mut numbers) {
        if *number == UNASSIGNED {
            *number = enter.insert(params![service, machine.id.encode(&mut [0; 40])])?;
        }
    }
    Ok(numbers)
}

/// The numbers of the machines that are already stored, found in one pass over their index: a
/// search for each machine takes several times as long.
pub(crate) fn stored_numbers(
    connection: &Connection,
    service: i64,
    machines: &[InventoryMachine],
) -> Result<Vec<i64>> {
    let mut numbers = vec![UNASSIGNED; machines.len()];
    let mut listed: Vec<_> = machines.iter().map(|it| it.id).zip(0_usize..).collect();
    listed.sort_unstable();
    let mut listed = listed.into_iter().peekable();
    let mut select = connection
        .prepare("SELECT machine_id, id FROM machine WHERE service = ?1 ORDER BY machine_id")?;
    let mut rows = select.query([service])?;
    while let Some(row) = rows.next()? {
        let stored = row.get_ref(0)?.as_bytes()?;
        let is = |order, id: MachineId| id.encode(&mut [0; 40]).as_bytes().cmp(stored) == order;
        while listed.next_if(|it| is(Less, it.0)).is_some() {}
        if let Some((_, position)) = listed.next_if(|it| is(Equal, it.0)) {
            numbers[position] = row.get(1)?;
        }
    }
    Ok(numbers)
}
