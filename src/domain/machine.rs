//! The machine: one device in Defender for Endpoint, identified by its id.

use std::{
    fmt,
    str::{self, FromStr},
};

use thiserror::Error;

/// Bytes in a machine id.
const BYTES: usize = 20;

/// Hexadecimal digits by value.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A Defender for Endpoint machine id: 40 hexadecimal characters.
///
/// It is parsed in any case and written in lower case. It is held as bytes, so that a million
/// of them take 20 MB, and sorts exactly as its text does.
///
/// ```
/// use patchgap::domain::machine::MachineId;
///
/// let id: MachineId = " 2339AD14a01bd0299afb93dfa2550136057bff96 ".parse()?;
/// assert_eq!(id.to_string(), "2339ad14a01bd0299afb93dfa2550136057bff96");
/// # Ok::<(), patchgap::domain::machine::InvalidMachineId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineId([u8; BYTES]);

/// The text is not a machine id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{}", Self::MESSAGE)]
pub struct InvalidMachineId;

impl InvalidMachineId {
    /// The error message.
    pub(crate) const MESSAGE: &str = "a machine id is 40 hexadecimal characters";
}

impl MachineId {
    /// The id with these 20 bytes.
    pub const fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// Its 20 bytes.
    pub const fn bytes(self) -> [u8; BYTES] {
        self.0
    }

    /// Its first two bytes, as a number.
    pub(crate) const fn beginning(self) -> u16 {
        u16::from_be_bytes([self.0[0], self.0[1]])
    }

    /// Writes the id into `text`, which saves an allocation for each of a million ids.
    pub fn encode(self, text: &mut [u8; 2 * BYTES]) -> &str {
        let (pairs, _) = text.as_chunks_mut::<2>();
        for (pair, byte) in pairs.iter_mut().zip(self.0) {
            let digit = |nibble: u8| DIGITS[usize::from(nibble)];
            *pair = [digit(byte >> 4), digit(byte & 0xf)];
        }
        str::from_utf8(text).unwrap_or_default()
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
        let mut all = 0;
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let [high, low] = pair.map(|digit| DIGIT_VALUES[usize::from(digit)]);
            *byte = high << 4 | low;
            all |= high | low;
        }
        if all > 0xf {
            return Err(InvalidMachineId);
        }
        Ok(Self(bytes))
    }
}

/// The value of each byte as a hexadecimal digit; above 15 for any other byte. A lookup is several times faster than
/// comparisons, whose branches are unpredictable here.
const DIGIT_VALUES: [u8; 256] = {
    let mut worth = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        let digit = DIGITS[value as usize];
        worth[digit as usize] = value;
        worth[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    worth
};

impl fmt::Display for MachineId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.encode(&mut [0; 2 * BYTES]))
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
    fn invalid_machine_ids_are_refused() {
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
