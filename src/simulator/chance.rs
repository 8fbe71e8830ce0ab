//! Randomness that depends only on its purpose, not on time or order.

use std::fmt::Write;

/// A random number generator for one purpose; the same arguments give the same numbers.
pub(super) fn chance(seed: u64, purpose: &str, key: &str, number: u64) -> fastrand::Rng {
    let parts: [&[u8]; 6] = [
        &seed.to_le_bytes(),
        purpose.as_bytes(),
        b"\0",
        key.as_bytes(),
        b"\0",
        &number.to_le_bytes(),
    ];
    fastrand::Rng::with_seed(scattered(fnv1a(&parts)))
}

/// FNV-1a of all parts: short, the same on every platform, and good enough here.
pub(super) fn fnv1a(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in *part {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// Lets every bit of the hash affect every bit of the seed (the finalizer of `SplitMix64`).
fn scattered(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A text shaped like a UUID.
pub(super) fn uuid(random: &mut fastrand::Rng) -> String {
    let digits = hex(random, 16);
    format!(
        "{}-{}-4{}-a{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..]
    )
}

/// This many random bytes as lower-case hexadecimal digits.
pub(super) fn hex(random: &mut fastrand::Rng, bytes: usize) -> String {
    (0..bytes).fold(String::with_capacity(bytes * 2), |mut text, _| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{:02x}", random.u8(..));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_deterministic() {
        let draw = |seed, purpose, key, number| chance(seed, purpose, key, number).u64(..);
        assert_eq!(draw(1, "fault", "a", 0), draw(1, "fault", "a", 0));
        for other in [
            draw(2, "fault", "a", 0),
            draw(1, "delay", "a", 0),
            draw(1, "fault", "b", 0),
            draw(1, "fault", "a", 1),
        ] {
            assert_ne!(draw(1, "fault", "a", 0), other);
        }
    }

    #[test]
    fn draws_are_evenly_distributed() {
        let low = (0..10_000)
            .filter(|&number| chance(7, "fault", "machine", number).f64() < 0.1)
            .count();
        assert!((900..1100).contains(&low), "{low}");
    }

    #[test]
    fn uuid_has_the_right_shape() {
        let text = uuid(&mut chance(1, "id", "", 0));
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{text}");
    }
}
