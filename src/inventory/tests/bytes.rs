use std::collections::HashSet;

use proptest::{collection::vec, prelude::*, sample::select};

use crate::inventory::{Inventory, read_from};

/// Pieces that files are made of, so that random bytes get past the first row.
const PIECES: &[&[u8]] = &[
    b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    b"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    b"\n2339ad14a01bd0299afb93dfa2550136057bff96\n",
    b"machineId",
    b"Device ID",
    b"Name",
    b"sep=;\n",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\"",
    b"\"\"",
    b" ",
    b"'",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xE9",
    "é".as_bytes(),
];

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let random = vec(any::<u8>(), 0..4);
    let piece = prop_oneof![9 => select(PIECES).prop_map(<[u8]>::to_vec), 1 => random];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Whether each row of the inventory is in one place, with a line of its own or, where
/// only carriage returns divide them, no earlier line than the row before.
fn check(bytes: &[u8], inventory: &Inventory) -> Result<(), TestCaseError> {
    let machines = inventory.machines.iter().map(|machine| machine.line);
    let rejected = inventory.rejected.iter().map(|row| row.line);
    let mut lines: Vec<u64> = machines.clone().chain(rejected.clone()).collect();
    prop_assert!(machines.is_sorted() && rejected.is_sorted());
    lines.sort_unstable();
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    let last = ends.count() as u64 + 1;
    prop_assert!(lines.iter().all(|line| (1..=last).contains(line)));
    prop_assert!(inventory.rows() <= last);
    prop_assert!(!inventory.machines.is_empty());

    let ids: HashSet<_> = inventory
        .machines
        .iter()
        .map(|machine| machine.id)
        .collect();
    prop_assert_eq!(ids.len(), inventory.machines.len());
    let width = inventory.columns.len();
    prop_assert!(
        inventory
            .machines
            .iter()
            .all(|machine| machine.cells.len() == width)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn anything_at_all_is_read_or_refused(bytes in vec(any::<u8>(), 0..400)) {
        if let Ok(inventory) = read_from(&bytes[..], "-", None) {
            check(&bytes, &inventory)?;
        }
    }

    #[test]
    fn pieces_of_files_are_read_or_refused(bytes in pieces(), asked: bool) {
        let column = asked.then_some("Name");
        if let Ok(inventory) = read_from(&bytes[..], "-", column) {
            check(&bytes, &inventory)?;
        }
    }
}
