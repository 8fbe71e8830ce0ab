//! The severity of a CVE by product: MSRC may rate each differently.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{
    update::Score,
    vulnerability::{SEVERITY_THREAT, ScoreSet, Threat, Vulnerability},
};
use crate::risk::json::Text;

/// The scores of a CVE by product.
#[derive(Debug, Default)]
pub(super) struct Scores<'text> {
    by_product: HashMap<&'text str, Score, RandomState>,
    /// The score of statements that name no product.
    everywhere: Score,
    /// The worst score.
    pub(super) worst: Score,
}

impl<'text> Scores<'text> {
    pub(super) fn of(vulnerability: &'text Vulnerability<'_>) -> Self {
        let mut scores = Self::default();
        for threat in &vulnerability.threats {
            scores.add(severity(threat), &threat.products);
        }
        for set in &vulnerability.scores {
            scores.add(cvss(set), &set.products);
        }
        scores
    }

    fn add(&mut self, score: Score, products: &'text [Text<'_>]) {
        self.worst.merge(score);
        if products.is_empty() {
            self.everywhere.merge(score);
        }
        for product in products {
            let known = self.by_product.entry(&*product.0).or_default();
            known.merge(score);
        }
    }

    /// The worst score in these products.
    pub(super) fn in_products(&self, products: &[Text<'_>]) -> Score {
        let mut score = self.everywhere;
        for product in products {
            score.merge(
                self.by_product
                    .get(&*product.0)
                    .copied()
                    .unwrap_or_default(),
            );
        }
        score
    }
}

fn severity(threat: &Threat<'_>) -> Score {
    let is_severity = threat.kind == Some(SEVERITY_THREAT);
    let text = threat.description.as_ref().and_then(|it| it.text());
    Score {
        severity: text.filter(|_| is_severity).and_then(|it| it.parse().ok()),
        cvss_tenths: None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the score is between 0 and 10"
)]
fn cvss(set: &ScoreSet<'_>) -> Score {
    let base = set.base.filter(|it| (0.0..=10.0).contains(it));
    Score {
        severity: None,
        cvss_tenths: base.map(|it| (it * 10.0).round() as u8),
    }
}
