//! Selects a sample of machines that need not be requested, to measure the accuracy of their assumed answers.

use std::cmp::Reverse;

use sha2::{Digest, Sha256};

use crate::domain::machine::MachineId;

/// The minimum size of a sample; a smaller set is taken completely.
const MIN_SAMPLE_SIZE: usize = 200;

/// The sample size for this many machines, given the share in percent.
pub(super) fn sample_size(machines: usize, percent: f64) -> usize {
    if percent <= 0.0 {
        return 0;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of machines are far below 2^53, and percentages are not negative"
    )]
    let share = (machines as f64 * percent / 100.0).ceil() as usize;
    share.max(MIN_SAMPLE_SIZE).min(machines)
}

/// Takes a random sample. It depends only on the seed and the machines, so that a resumed run takes the same
/// sample.
pub(super) fn random<T>(
    mut machines: Vec<T>,
    percent: f64,
    seed: i64,
    id: impl Fn(&T) -> MachineId,
) -> Vec<T> {
    let size = sample_size(machines.len(), percent);
    machines.sort_by_cached_key(|machine| random_order(seed, id(machine)));
    machines.truncate(size);
    machines
}

/// Takes the machines whose answers are the oldest.
pub(super) fn oldest<T, A: Ord>(
    mut machines: Vec<T>,
    percent: f64,
    age: impl Fn(&T) -> (A, MachineId),
) -> Vec<T> {
    let size = sample_size(machines.len(), percent);
    machines.sort_by_cached_key(&age);
    machines.truncate(size);
    machines
}

fn random_order(seed: i64, machine: MachineId) -> (Reverse<[u8; 8]>, MachineId) {
    let digest = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(machine.to_string())
        .finalize();
    (
        Reverse(digest.first_chunk().copied().unwrap_or_default()),
        machine,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_has_at_least_200_machines() {
        for (machines, percent, expected) in [
            (0, 2.0, 0),
            (100, 2.0, 100),
            (200, 2.0, 200),
            (5_000, 2.0, 200),
            (10_001, 2.0, 201),
            (94_906, 2.0, 1_899),
            (1_000, 100.0, 1_000),
            (1_000, 0.0, 0),
            (100_000, 0.01, 200),
        ] {
            assert_eq!(
                sample_size(machines, percent),
                expected,
                "{machines} {percent}"
            );
        }
    }

    #[test]
    fn random_sample_depends_on_seed_and_machines_alone() {
        let machines: Vec<_> = (0..=255)
            .map(|it| MachineId::from_bytes([it; 20]))
            .collect();
        let backwards: Vec<_> = machines.iter().rev().copied().collect();
        let sample = |machines: &[MachineId], seed| random(machines.to_vec(), 1.0, seed, |it| *it);
        let first = sample(&machines, 1);
        assert_eq!(first.len(), 200);
        assert_eq!(first, sample(&backwards, 1));
        assert_ne!(first, sample(&machines, 2));
    }

    #[test]
    fn oldest_answers_come_first() {
        let machines: Vec<_> = (0..=255_u8).collect();
        let age = |it: &u8| (255 - it, MachineId::from_bytes([*it; 20]));
        let oldest = oldest(machines, 1.0, age);
        assert_eq!(oldest[..3], [255, 254, 253]);
        assert_eq!(oldest.len(), 200);
    }
}
