//! The findings in one software of a machine, and the update that fixes them.

use std::sync::Arc;

use super::cve::Cve;
use crate::domain::kb::{KbId, MissingKb};

/// The CVEs that one update fixes in one software: a row for each CVE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::simulator) struct Findings {
    pub(in crate::simulator) software: Software,
    pub(in crate::simulator) update: Recommended,
    /// `None` stands for a row without a CVE.
    pub(in crate::simulator) cves: Vec<Option<Cve>>,
}

/// A software in its installed version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::simulator) struct Software {
    pub(in crate::simulator) vendor: &'static str,
    pub(in crate::simulator) name: &'static str,
    pub(in crate::simulator) version: Arc<str>,
}

/// The update that the service recommends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::simulator) struct Recommended {
    /// `RecommendedSecurityUpdate`: not every update with a title is a KB.
    pub(in crate::simulator) title: Option<Arc<str>>,
    /// `RecommendedSecurityUpdateId`.
    pub(in crate::simulator) kb: Option<KbId>,
    pub(in crate::simulator) url: Option<Arc<str>>,
}

impl Findings {
    /// Identifies the software and the update.
    pub(super) fn key(&self) -> (&Software, &Recommended) {
        (&self.software, &self.update)
    }
}

impl Software {
    /// These CVEs of the software.
    pub(super) fn with_cves(
        self,
        cves: impl IntoIterator<Item = Cve>,
        update: Recommended,
    ) -> Findings {
        Findings {
            software: self,
            update,
            cves: cves.into_iter().map(Some).collect(),
        }
    }

    /// The software alone, without CVEs.
    pub(super) fn without_cves(self) -> Findings {
        Findings {
            software: self,
            update: Recommended::default(),
            cves: vec![None],
        }
    }
}

impl Recommended {
    /// A missing KB.
    pub(super) fn kb(missing: &MissingKb) -> Self {
        Self {
            title: missing.name.clone(),
            kb: Some(missing.id.clone()),
            url: missing.url.clone(),
        }
    }

    /// An update that has only a title.
    pub(super) fn titled(title: &str) -> Self {
        Self {
            title: Some(title.into()),
            ..Self::default()
        }
    }
}
