//! Collects the rows of an export of vulnerabilities by machine as they arrive.
//!
//! Rows may arrive in any order, repeatedly, and from several files: the resulting answers are the same. The rows of a
//! machine are usually adjacent: while they arrive, they form a draft. Finished machines share their gaps and their
//! lists of gaps, so that memory grows with machines and distinct gaps, not with rows.

use std::{mem, sync::Arc};

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;

use super::{BulkAnswers, gap::Gap};
use crate::domain::{
    bulk::RowCounts,
    cve::{CveFacts, CveId},
    distinct::Distinct,
    kb::{KbId, MissingKb, MissingKbs},
    machine::MachineId,
};

/// A row about a vulnerability of a machine.
#[derive(Debug, Clone, Copy)]
pub struct VulnerabilityRow<'row> {
    /// The machine.
    pub machine: MachineId,
    /// Whether the machine is onboarded.
    pub is_onboarded: bool,
    /// `RecommendedSecurityUpdateId`: a KB, or empty.
    pub kb: &'row str,
    /// `RecommendedSecurityUpdate`: the title of the update.
    pub name: &'row str,
    /// `RecommendedSecurityUpdateUrl`.
    pub url: &'row str,
    /// `SoftwareName`.
    pub product: &'row str,
    /// `OSVersion`, such as `10.0.26100.7171`.
    pub os_version: &'row str,
    /// The CVE, if it is one.
    pub cve: Option<CveId>,
    /// The row's facts about the CVE.
    pub facts: CveFacts,
}

/// The rows of one file or page, or of several.
#[derive(Debug, Default)]
pub struct VulnerabilityRows {
    /// The number of rows.
    pub counts: RowCounts,
    /// Rows that name an update but no CVE.
    without_cve: u64,
    texts: Distinct<str>,
    gaps: Distinct<Gap>,
    lists: Distinct<[u32]>,
    /// Each finished machine with the number of its list.
    machines: HashMap<MachineId, u32, RandomState>,
    not_onboarded: HashSet<MachineId, RandomState>,
    cves: HashMap<CveId, CveFacts, RandomState>,
    draft: Option<Draft>,
}

/// The machine whose rows are arriving.
#[derive(Debug)]
struct Draft {
    machine: MachineId,
    gaps: Vec<Gap>,
    /// The index of the gap that the previous row belongs to.
    last: usize,
}

impl VulnerabilityRows {
    /// Adds a row.
    pub fn add(&mut self, row: &VulnerabilityRow<'_>) {
        if !row.is_onboarded {
            self.not_onboarded.insert(row.machine);
            return;
        }
        self.begin(row.machine);
        match (kb_id(row.kb), row.cve) {
            (Some(kb), Some(cve)) => self.add_cve(row, kb, cve),
            (Some(_), None) => self.without_cve += 1,
            (None, _) => {}
        }
    }

    /// Adds rows that are already grouped by machine and update.
    pub fn add_grouped<'row>(
        &mut self,
        row: &VulnerabilityRow<'row>,
        products: impl IntoIterator<Item = &'row str>,
        cves: impl IntoIterator<Item = CveId>,
    ) {
        let mut cves = cves.into_iter();
        let first = VulnerabilityRow {
            cve: cves.next(),
            ..*row
        };
        let mut products = products.into_iter();
        self.add(&VulnerabilityRow {
            product: products.next().unwrap_or_default(),
            ..first
        });
        if first.cve.is_none() || !row.is_onboarded || kb_id(row.kb).is_none() {
            return;
        }
        let products: Vec<u32> = products.map(|it| self.texts.number(it)).collect();
        if let Some(gap) = self.draft.as_mut().and_then(|it| it.gaps.get_mut(it.last)) {
            for product in products {
                gap.add_product(product);
            }
            for cve in cves {
                gap.add_cve(cve);
                self.cves.entry(cve).or_default().merge(row.facts);
            }
        }
    }

    /// Whether there is no machine.
    pub fn has_no_machines(&self) -> bool {
        self.machines.is_empty() && self.draft.is_none()
    }

    /// Adds the rows of another file or page.
    pub fn add_all(&mut self, mut other: Self) {
        self.finish_draft();
        other.finish_draft();
        self.counts.merge(mem::take(&mut other.counts));
        self.without_cve += other.without_cve;
        self.not_onboarded.extend(other.not_onboarded);
        for (cve, facts) in other.cves {
            self.cves.entry(cve).or_default().merge(facts);
        }
        let texts = self.texts.merge(&other.texts);
        let gaps = other.gaps.values().iter();
        let gaps: Vec<u32> = gaps
            .map(|gap| self.gaps.number(renumbered(gap, &texts)))
            .collect();
        let lists = other.lists.values().iter();
        let lists: Vec<Vec<u32>> = lists
            .map(|list| list.iter().map(|gap| gaps[*gap as usize]).collect())
            .collect();
        for (machine, list) in other.machines {
            self.add_machine(machine, lists[list as usize].clone());
        }
    }

    /// The missing KBs of the machines according to these rows.
    pub fn finish(mut self, generated_at: Timestamp) -> BulkAnswers {
        self.finish_draft();
        let mut machines: Vec<_> = mem::take(&mut self.machines).into_iter().collect();
        machines.sort_unstable_by_key(|it| it.0);
        let onboarded = |it: &MachineId| machines.binary_search_by_key(it, |it| it.0).is_ok();
        let mut not_onboarded: Vec<_> = mem::take(&mut self.not_onboarded).into_iter().collect();
        not_onboarded.retain(|it| !onboarded(it));
        not_onboarded.sort_unstable();
        let mut cves: Vec<_> = mem::take(&mut self.cves).into_iter().collect();
        cves.sort_unstable_by_key(|it| it.0);
        let gaps = self.gaps.values().iter();
        let gaps: Vec<Arc<MissingKb>> = gaps.map(|it| missing_kb(it, &self.texts)).collect();
        let list = |list: &Arc<[u32]>| {
            let gaps = list.iter().map(|it| Arc::clone(&gaps[*it as usize]));
            gaps.collect::<MissingKbs>()
        };
        BulkAnswers {
            generated_at,
            machines,
            lists: self.lists.values().iter().map(list).collect(),
            not_onboarded,
            cves,
            rows_without_cve: self.without_cve,
        }
    }

    /// Starts a draft for this machine, unless it is the current one.
    fn begin(&mut self, machine: MachineId) {
        if self.draft.as_ref().is_none_or(|it| it.machine != machine) {
            self.finish_draft();
            self.draft = Some(Draft {
                machine,
                gaps: Vec::new(),
                last: 0,
            });
        }
    }

    fn add_cve(&mut self, row: &VulnerabilityRow<'_>, kb: &str, cve: CveId) {
        self.cves.entry(cve).or_default().merge(row.facts);
        let kb = self.texts.number(kb);
        let product = self.texts.number(row.product);
        let gap = Gap {
            kb,
            name: self.texts.number(row.name),
            url: self.texts.number(row.url),
            os_build: self.texts.number(os_build(row.os_version)),
            products: Vec::new(),
            cves: Vec::new(),
        };
        let Some(draft) = &mut self.draft else { return };
        let gap = draft.gap(gap, &self.texts);
        gap.add_product(product);
        gap.add_cve(cve);
    }

    fn finish_draft(&mut self) {
        let Some(draft) = self.draft.take() else {
            return;
        };
        let mut list = Vec::with_capacity(draft.gaps.len());
        for mut gap in draft.gaps {
            gap.tidy();
            list.push(self.gaps.number(gap));
        }
        self.add_machine(draft.machine, list);
    }

    /// Adds gaps of a machine, which may already have others.
    fn add_machine(&mut self, machine: MachineId, mut list: Vec<u32>) {
        if let Some(known) = self.machines.get(&machine) {
            let known = Arc::clone(&self.lists.values()[*known as usize]);
            for gap in &*known {
                self.add_gap(&mut list, *gap);
            }
        }
        list.sort_unstable();
        let list = self.lists.number(list);
        self.machines.insert(machine, list);
    }

    /// Adds a gap to a list; merges it with the gap of the same update if the list has one.
    fn add_gap(&mut self, list: &mut Vec<u32>, number: u32) {
        let gap = Arc::clone(&self.gaps.values()[number as usize]);
        let is_same_update = |it: &&mut u32| self.gaps.values()[**it as usize].kb == gap.kb;
        match list.iter_mut().find(is_same_update) {
            None => list.push(number),
            Some(existing) if *existing == number => {}
            Some(existing) => {
                let mut merged = Gap::clone(&self.gaps.values()[*existing as usize]);
                merged.merge(&gap, &self.texts);
                merged.tidy();
                *existing = self.gaps.number(merged);
            }
        }
    }
}

impl Draft {
    /// The gap of the same update, after adding the row to it.
    fn gap(&mut self, row: Gap, texts: &Distinct<str>) -> &mut Gap {
        let is_last = self.gaps.get(self.last).is_some_and(|it| it.kb == row.kb);
        if !is_last {
            let found = self.gaps.iter().position(|it| it.kb == row.kb);
            self.last = found.unwrap_or(self.gaps.len());
        }
        if self.last == self.gaps.len() {
            self.gaps.push(row);
        } else {
            self.gaps[self.last].merge(&row, texts);
        }
        &mut self.gaps[self.last]
    }
}

/// The missing KB that a gap is.
fn missing_kb(gap: &Gap, texts: &Distinct<str>) -> Arc<MissingKb> {
    let text = |number: u32| {
        let text = texts.values().get(number as usize)?;
        (!text.is_empty()).then(|| Arc::clone(text))
    };
    let products = gap.products.iter().filter_map(|it| text(*it));
    let mut products: Vec<_> = products.collect();
    products.sort();
    Arc::new(MissingKb {
        id: KbId::new(texts.text(gap.kb)),
        name: text(gap.name),
        products,
        url: text(gap.url),
        machine_missed_on: None,
        cve_addressed: gap.cves.len() as u64,
        os_build: text(gap.os_build),
        cves: Some(gap.cves.as_slice().into()),
        unreadable: Box::default(),
    })
}

/// The gap with its text numbers translated to those of another list.
fn renumbered(gap: &Gap, numbers: &[u32]) -> Gap {
    let number = |it: u32| numbers[it as usize];
    let mut gap = gap.clone();
    gap.kb = number(gap.kb);
    gap.name = number(gap.name);
    gap.url = number(gap.url);
    gap.os_build = number(gap.os_build);
    gap.products.iter_mut().for_each(|it| *it = number(*it));
    gap.tidy();
    gap
}

/// The digits of a KB id; `None` for any other text. Updates of other vendors have no KB id.
fn kb_id(id: &str) -> Option<&str> {
    let id = id.trim();
    let digits = match id.split_at_checked(2) {
        Some((prefix, digits)) if prefix.eq_ignore_ascii_case("kb") => digits.trim_start(),
        _ => id,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(digits)
}

/// The build number of a Windows version: `26100` of `10.0.26100.7171`.
fn os_build(version: &str) -> &str {
    version.split('.').nth(2).unwrap_or_default()
}

#[cfg(test)]
mod tests;
