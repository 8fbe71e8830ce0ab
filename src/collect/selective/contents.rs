//! Numbers the distinct contents of answers, so that two answers can be compared by number.

use std::{collections::HashMap, sync::Arc};

use crate::domain::kb::{KbId, MissingKb, MissingKbs};

/// Identifies the content of an answer: equal if two machines miss the same KBs, in the same products and
/// with the same number of CVEs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(u32);

/// The distinct contents so far.
#[derive(Debug, Default)]
pub(super) struct Contents {
    ids: HashMap<Box<[ComparedKb]>, ContentId>,
    lists: Vec<MissingKbs>,
}

/// The compared part of a missing KB. Builds and the service's own counts are left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ComparedKb {
    id: KbId,
    cve_addressed: u64,
    products: Box<[Arc<str>]>,
}

impl From<&Arc<MissingKb>> for ComparedKb {
    fn from(kb: &Arc<MissingKb>) -> Self {
        Self {
            id: kb.id.clone(),
            cve_addressed: kb.cve_addressed,
            products: kb.products.as_slice().into(),
        }
    }
}

impl Contents {
    /// The id of this content. The first list with this content represents all of them.
    pub(super) fn id(&mut self, missing: &MissingKbs) -> ContentId {
        let gaps = missing.iter().map(ComparedKb::from).collect();
        let new = ContentId(u32::try_from(self.lists.len()).unwrap_or(u32::MAX));
        let id = *self.ids.entry(gaps).or_insert(new);
        if id == new {
            self.lists.push(missing.clone());
        }
        id
    }

    /// A list with this content.
    pub(super) fn missing(&self, id: ContentId) -> Option<&MissingKbs> {
        self.lists.get(id.0 as usize)
    }

    /// Every content.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ContentId, &MissingKbs)> {
        (0..).map(ContentId).zip(&self.lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kb::tests::missing;

    #[test]
    fn same_gaps_are_one_content() {
        let list = |gaps: &[(&str, u64)]| -> MissingKbs {
            gaps.iter().map(|(id, cves)| missing(id, *cves)).collect()
        };
        let with_build: MissingKbs = [Arc::new(MissingKb {
            os_build: Some("26100".into()),
            ..MissingKb::clone(&missing("1", 3))
        })]
        .into_iter()
        .collect();
        let mut contents = Contents::default();
        let one = contents.id(&list(&[("1", 3)]));
        assert_eq!(contents.id(&with_build), one);
        assert_ne!(contents.id(&list(&[("1", 4)])), one);
        assert_ne!(contents.id(&list(&[("1", 3), ("2", 3)])), one);
        assert_ne!(contents.id(&list(&[])), one);
        assert_eq!(contents.missing(one), Some(&list(&[("1", 3)])));
        assert_eq!(contents.iter().count(), 4);
    }
}
