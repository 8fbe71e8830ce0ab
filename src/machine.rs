//! The machine: one device that Defender for Endpoint knows, named by its id.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Bytes in a machine id.
const BYTES: usize = 20;

/// A Defender for Endpoint machine id: 40 hexadecimal characters.
///
/// The service reads ids in any case and this type writes them in lower case. It is
/// held as bytes, so that a million of them cost 20 MB, and it sorts exactly as its
/// text does.
///
/// ```
/// use patchgap::machine::MachineId;
///
/// let id: MachineId = " 2339AD14a01bd0299afb93dfa2550136057bff96 ".parse()?;
/// assert_eq!(id.to_string(), "2339ad14a01bd0299afb93dfa2550136057bff96");
/// # Ok::<(), patchgap::machine::InvalidMachineId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineId([u8; BYTES]);

/// A text that is no machine id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a machine id is 40 hexadecimal characters")]
pub struct InvalidMachineId;

impl MachineId {
    /// The id that these 20 bytes spell.
    pub const fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }
}

impl FromStr for MachineId {
    type Err = InvalidMachineId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (pairs, rest) = text.trim().as_bytes().as_chunks::<2>();
        if pairs.len() != BYTES || !rest.is_empty() {
            return Err(InvalidMachineId);
        }
        let mut bytes = [0; BYTES];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, InvalidMachineId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(InvalidMachineId),
    }
}

impl fmt::Display for MachineId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for MachineId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn anything_else_is_no_machine_id() {
        for text in [
            "",
            "2339ad14",
            "2339ad14a01bd0299afb93dfa2550136057bff9",
            "2339ad14a01bd0299afb93dfa2550136057bff961",
            "2339ad14a01bd0299afb93dfa2550136057bff9g",
            "2339ad14-a01b-d029-9afb-93dfa2550136057b",
            "2339ad14a01bd0299afb93dfa2550136057bff9é",
        ] {
            assert_eq!(text.parse::<MachineId>(), Err(InvalidMachineId), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_bytes_agree(bytes: [u8; BYTES], other: [u8; BYTES]) {
            let id = MachineId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));

            let other = MachineId::from_bytes(other);
            prop_assert_eq!(id.cmp(&other), id.to_string().cmp(&other.to_string()));
        }
    }
}
