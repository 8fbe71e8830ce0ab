//! Fingerprints of machine lists: of their whole contents, and of the set of machines.

use sha2::{Digest, Sha256};

use crate::{
    domain::machine::MachineId,
    inventory::{Fetched, Inventory, InventoryMachine},
    store::tables::cells::millis,
};

/// A fingerprint of a list's whole contents. Machines are added one by one, so that the text of all cells
/// need not be in memory at the same time.
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    /// Starts with everything but the machines; `cells` are the texts for the columns and rejected
    /// rows.
    pub(crate) fn new(service: i64, inventory: &Inventory, cells: [&str; 2]) -> Self {
        let digest = Sha256::new()
            .chain_update(service.to_le_bytes())
            .chain_update(inventory.duplicates.to_le_bytes());
        let mut fingerprint = Self(digest);
        for text in [&*inventory.file, cells[0], cells[1]] {
            fingerprint.add_text(text);
        }
        fingerprint
    }

    /// Adds the next machine, with the text of its cells.
    pub(crate) fn add(&mut self, machine: &InventoryMachine, cells: &[u8]) {
        self.0.update(u64::from(machine.line).to_le_bytes());
        self.0.update(machine.id.encode(&mut [0; 40]));
        self.0.update((cells.len() as u64).to_le_bytes());
        self.0.update(cells);
    }

    /// Adds a text.
    pub(crate) fn add_text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    /// Adds the origin of the list.
    pub(crate) fn add_origin(&mut self, fetched: Option<&Fetched>) {
        if let Some(fetched) = fetched {
            self.0.update(millis(fetched.as_of).to_le_bytes());
            self.add_text(&fetched.query);
            self.0.update([u8::from(fetched.is_whole)]);
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

/// A fingerprint of the set of machines: the same machines in another order, or with other columns,
/// are the same fleet.
pub(crate) fn fleet(inventory: &Inventory) -> Vec<u8> {
    let mut ids: Vec<MachineId> = inventory.machines.iter().map(|it| it.id).collect();
    ids.sort_unstable();
    let mut digest = Sha256::new();
    for id in ids {
        digest.update(id.encode(&mut [0; 40]));
    }
    digest.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inventory::read_from, store::tables::inventories};

    const LIST: &str = "\
id,name,site
0707070707070707070707070707070707070707,\"web \"\"1\"\"\",Zürich

0505050505050505050505050505050505050505,,\"two
lines\"
0707070707070707070707070707070707070707,x,y
no id,x,z
";

    fn hexadecimal(bytes: &[u8]) -> String {
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        digits.concat()
    }

    /// Existing stores depend on it: a list with a changed fingerprint would be stored again, and the old
    /// one would look damaged.
    #[test]
    fn fingerprints_are_stable() {
        let list = read_from(LIST.as_bytes(), "machines.csv", None).unwrap();
        assert_eq!(
            hexadecimal(&inventories::digest(1, &list).unwrap()),
            "c82416ae90b9adde3c3224f2881f5c1011cf6276496d6c446e550a3fc3049ea5"
        );
        assert_eq!(
            hexadecimal(&fleet(&list)),
            "46908f27136db8a6721e542850b4e5778e8f4901f440bec8485c046d5a602057"
        );
    }
}
