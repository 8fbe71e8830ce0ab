//! Measures how often answers that were not requested are wrong: a random sample of these machines is requested as
//! well.

use serde::Serialize;
use statrs::function::beta::beta_reg;

use super::text::{counted, thousands};

/// The confidence of each one-sided bound.
const CONFIDENCE: f64 = 0.95;
/// Halvings of the interval that contains a bound: more than the digits of a number.
const HALVINGS: u32 = 60;

/// The result of a sample: how many machines had other missing KBs than assumed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Accuracy {
    /// The machines of the sample that answered.
    pub machines: u64,
    /// Those whose answer differs from what was assumed.
    pub differed: u64,
}

impl Accuracy {
    /// The share of machines that differed, from 0 to 1; `None` without a sample.
    pub fn share(self) -> Option<f64> {
        (self.machines > 0).then(|| number(self.differed) / number(self.machines))
    }

    /// The share that is not exceeded with 95 % confidence (Clopper and Pearson, one-sided); 1 without
    /// a sample.
    pub fn at_most(self) -> f64 {
        if self.differed >= self.machines {
            return 1.0;
        }
        let (differed, same) = (self.differed + 1, self.machines - self.differed);
        quantile(number(differed), number(same), CONFIDENCE)
    }

    /// The share that is exceeded with 95 % confidence, computed in the same way; 0 without a sample.
    pub fn at_least(self) -> f64 {
        if self.differed == 0 || self.machines == 0 {
            return 0.0;
        }
        let (differed, same) = (
            self.differed,
            self.machines.saturating_sub(self.differed) + 1,
        );
        quantile(number(differed), number(same), 1.0 - CONFIDENCE)
    }

    /// The result as text, such as `of 1,960 rechecked machines 5 differed (0.26 %, at most 0.6 %)`; the bound is
    /// rounded up.
    pub fn sentence(self) -> String {
        let Some(share) = self.share() else {
            return "no machine was rechecked".to_owned();
        };
        let machines = counted(self.machines, "rechecked machine", "rechecked machines");
        format!(
            "of {machines} {} differed ({}, at most {})",
            thousands(self.differed),
            in_percent(share),
            self.at_most_in_percent()
        )
    }

    /// The share that differed, such as `0.26 %`; `None` without a sample.
    pub fn share_in_percent(self) -> Option<String> {
        self.share().map(in_percent)
    }

    /// The bound, rounded up to a tenth of a per cent.
    pub fn at_most_for_people(self) -> f64 {
        (self.at_most() * 1000.0).ceil() / 1000.0
    }

    /// The same bound as text, such as `0.6 %`.
    pub fn at_most_in_percent(self) -> String {
        format!("{:.1} %", self.at_most_for_people() * 100.0)
    }

    /// The sum of both samples.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            machines: self.machines + other.machines,
            differed: self.differed + other.differed,
        }
    }
}

fn in_percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// The value below which a beta distribution with these parameters has this share.
fn quantile(a: f64, b: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if beta_reg(a, b, middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of machines are far below 2^53"
)]
const fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accuracy(differed: u64, machines: u64) -> Accuracy {
        Accuracy { machines, differed }
    }

    /// The expected bounds are those of R's `binom.test`, one-sided.
    #[test]
    fn bounds_are_those_of_clopper_and_pearson() {
        for (differed, machines, at_least, at_most) in [
            (5, 1960, 0.001_006, 0.005_356),
            (0, 200, 0.0, 0.014_867),
            (0, 1, 0.0, 0.95),
            (200, 200, 0.985_132, 1.0),
            (1, 2, 0.025_321, 0.974_679),
            (3, 20, 0.042_169, 0.343_664),
        ] {
            let measured = accuracy(differed, machines);
            assert!(
                (measured.at_least() - at_least).abs() < 1e-5,
                "{measured:?} {}",
                measured.at_least()
            );
            assert!(
                (measured.at_most() - at_most).abs() < 1e-5,
                "{measured:?} {}",
                measured.at_most()
            );
        }
    }

    #[test]
    fn result_is_formatted_as_text() {
        for (differed, machines, expected) in [
            (
                5,
                1960,
                "of 1,960 rechecked machines 5 differed (0.26 %, at most 0.6 %)",
            ),
            (
                0,
                200,
                "of 200 rechecked machines 0 differed (0.00 %, at most 1.5 %)",
            ),
            (
                1,
                1,
                "of 1 rechecked machine 1 differed (100.00 %, at most 100.0 %)",
            ),
            (0, 0, "no machine was rechecked"),
        ] {
            assert_eq!(accuracy(differed, machines).sentence(), expected);
        }
    }

    #[test]
    fn without_a_sample_nothing_is_known() {
        let none = Accuracy::default();
        assert_eq!(
            (none.share(), none.at_least(), none.at_most()),
            (None, 0.0, 1.0)
        );
    }

    /// Of all samples that can be drawn, at least 95 of 100 have bounds that hold.
    #[test]
    fn bounds_hold_in_95_of_100_samples() {
        for truth in [0.0_f64, 0.001, 0.004, 0.01, 0.1, 0.5] {
            let (mut above, mut below) = (0.0, 0.0);
            for differed in 0..=200 {
                let sample = accuracy(differed, 200);
                let chance = binomial(200, differed, truth);
                above += if sample.at_most() < truth {
                    chance
                } else {
                    0.0
                };
                below += if sample.at_least() > truth {
                    chance
                } else {
                    0.0
                };
            }
            assert!(above <= 0.05 && below <= 0.05, "{truth} {above} {below}");
        }
    }

    fn binomial(machines: u64, differed: u64, share: f64) -> f64 {
        let ways = (1..=differed).fold(0.0, |sum, step| {
            sum + (number(machines - differed + step) / number(step)).ln()
        });
        if share == 0.0 {
            return if differed == 0 { 1.0 } else { 0.0 };
        }
        let same = number(machines - differed);
        (ways + number(differed) * share.ln() + same * (1.0 - share).ln()).exp()
    }
}
