//! The missing KB: one update that a machine does not have.

use std::{
    collections::BTreeSet,
    fmt,
    hash::{Hash, Hasher},
    mem,
    ops::Deref,
    ptr, slice,
    sync::Arc,
};

use crate::domain::cve::{CveId, CveSet};

/// The service's id of an update, without the `KB` prefix that people use.
///
/// The reports show the service's own spelling; [`KbId::for_people`] adds the prefix. The empty id stands for an update
/// that the service lists without one. A run holds an id for each machine, so it is one pointer wide.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KbId(Arc<Box<str>>);

impl KbId {
    /// The id in `text`, trimmed, and without a `KB` prefix in any case.
    ///
    /// ```
    /// use patchgap::domain::kb::KbId;
    ///
    /// assert_eq!(KbId::new(" kb4540673 ").as_str(), "4540673");
    /// ```
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let digits = match text.get(..2) {
            Some(prefix) if prefix.eq_ignore_ascii_case("kb") => text[2..].trim_start(),
            _ => text,
        };
        Self(Arc::new(digits.into()))
    }

    /// The id that [`Self::as_str`] returned, unchanged.
    pub(crate) fn from_stored(text: &str) -> Self {
        Self(Arc::new(text.into()))
    }

    /// The id as the service spells it: `4540673`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as people spell it: `KB4540673`, or `(no KB id)`.
    pub fn for_people(&self) -> String {
        if self.0.is_empty() {
            "(no KB id)".to_owned()
        } else {
            format!("KB{}", self.0)
        }
    }
}

impl fmt::Display for KbId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for KbId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// How many machines missed a KB in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KbCount {
    /// Which update.
    pub id: KbId,
    /// The number of machines.
    pub machines: u64,
    /// How many of its CVEs were known to be exploited; `None` where that was not known.
    pub exploited: Option<u64>,
}

/// Bytes of a shared text in addition to its characters: two reference counts and the allocator's rounding.
const SHARED_TEXT_OVERHEAD: usize = 24;
/// Bytes of a description in addition to its texts: the struct, its id, and the reference counts.
const DESCRIPTION_OVERHEAD: usize = size_of::<MissingKb>() + 64;

/// One update that one machine misses, as the service describes it for that machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingKb {
    /// Which update.
    pub id: KbId,
    /// The bundle's title, such as `March 2020 Security Updates`. Many KBs share one.
    pub name: Option<Arc<str>>,
    /// Products that the update patches on this machine: sorted, each once.
    pub products: Vec<Arc<str>>,
    /// The update's catalog page.
    pub url: Option<Arc<str>>,
    /// The service's own count of machines that miss the update.
    pub machine_missed_on: Option<u64>,
    /// CVEs that the update addresses on this machine; 0 where the service gave no number.
    pub cve_addressed: u64,
    /// The machine's OS build.
    pub os_build: Option<Arc<str>>,
    /// The CVEs themselves, if the source names them.
    pub cves: Option<CveSet>,
    /// Fields that should be numbers and could not be parsed, with their names, as received: sorted, without
    /// duplicates.
    pub unreadable: Box<[Arc<str>]>,
}

impl MissingKb {
    /// Approximate size in memory, in bytes.
    pub(crate) fn weight(&self) -> usize {
        let shared = |text: &Arc<str>| SHARED_TEXT_OVERHEAD + text.len();
        let texts = [&self.name, &self.url, &self.os_build];
        let texts = texts
            .into_iter()
            .flatten()
            .chain(&self.unreadable)
            .map(shared);
        let products = self.products.iter().map(shared);
        let products = products.map(|it| it + size_of::<Arc<str>>());
        DESCRIPTION_OVERHEAD
            + self.id.as_str().len()
            + texts.sum::<usize>()
            + products.sum::<usize>()
    }

    /// Merges a second description of the same update on the same machine: the larger number, all products, and the
    /// smaller of two texts, so that the order does not matter.
    pub fn merge(&mut self, other: Self) {
        self.name = smaller(self.name.take(), other.name);
        self.url = smaller(self.url.take(), other.url);
        self.os_build = smaller(self.os_build.take(), other.os_build);
        self.products.extend(other.products);
        self.products.sort();
        self.products.dedup();
        self.machine_missed_on = self.machine_missed_on.max(other.machine_missed_on);
        self.cve_addressed = self.cve_addressed.max(other.cve_addressed);
        self.cves = both(self.cves.take(), other.cves);
        if !other.unreadable.is_empty() {
            let mut unreadable = mem::take(&mut self.unreadable).into_vec();
            unreadable.extend(other.unreadable);
            unreadable.sort();
            unreadable.dedup();
            self.unreadable = unreadable.into();
        }
    }
}

/// An `Arc` that is compared and hashed by pointer. Most descriptions are shared, so this is usually enough, and faster
/// than comparing contents.
#[derive(Debug)]
pub(crate) struct ByPointer<T: ?Sized>(pub(crate) Arc<T>);

impl<T: ?Sized> PartialEq for ByPointer<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: ?Sized> Eq for ByPointer<T> {}

impl<T: ?Sized> Hash for ByPointer<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ptr::hash(Arc::as_ptr(&self.0), state);
    }
}

/// The missing KBs of one machine, sorted by id, without duplicates. Machines with the same patch level may share a
/// list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MissingKbs(Arc<[Arc<MissingKb>]>);

impl MissingKbs {
    /// The list made of the pages of one answer.
    pub fn of_pages(mut pages: Vec<Self>) -> Self {
        match (pages.pop(), pages.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                let all = pages.iter().chain(&last).flatten();
                all.cloned().collect()
            }
        }
    }

    /// Whether the list is shared.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// The list as a key that is compared by pointer.
    pub(crate) fn by_pointer(&self) -> ByPointer<[Arc<MissingKb>]> {
        ByPointer(Arc::clone(&self.0))
    }
}

impl Deref for MissingKbs {
    type Target = [Arc<MissingKb>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'list> IntoIterator for &'list MissingKbs {
    type Item = &'list Arc<MissingKb>;
    type IntoIter = slice::Iter<'list, Arc<MissingKb>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Accepts any order.
impl From<Vec<Arc<MissingKb>>> for MissingKbs {
    fn from(reported: Vec<Arc<MissingKb>>) -> Self {
        Self(each_once(reported).into())
    }
}

impl FromIterator<Arc<MissingKb>> for MissingKbs {
    fn from_iter<T: IntoIterator<Item = Arc<MissingKb>>>(reported: T) -> Self {
        Vec::from_iter(reported).into()
    }
}

fn each_once(mut missing: Vec<Arc<MissingKb>>) -> Vec<Arc<MissingKb>> {
    if missing.is_sorted_by(|one, next| one.id < next.id) {
        return missing;
    }
    missing.sort_by(|one, other| one.id.cmp(&other.id));
    let mut merged: Vec<Arc<MissingKb>> = Vec::with_capacity(missing.len());
    for kb in missing {
        match merged.last_mut() {
            Some(last) if last.id == kb.id => Arc::make_mut(last).merge(Arc::unwrap_or_clone(kb)),
            _ => merged.push(kb),
        }
    }
    merged
}

/// The union of two sets, or the only one.
fn both(one: Option<CveSet>, other: Option<CveSet>) -> Option<CveSet> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => {
            let all: BTreeSet<CveId> = one.iter().chain(&*other).copied().collect();
            Some(all.into_iter().collect())
        }
        (one, other) => one.or(other),
    }
}

/// The smaller of two texts, or the only one.
fn smaller(one: Option<Arc<str>>, other: Option<Arc<str>>) -> Option<Arc<str>> {
    [one, other].into_iter().flatten().min()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A missing KB with only these fields.
    pub(crate) fn missing(id: &str, cve_addressed: u64) -> Arc<MissingKb> {
        Arc::new(MissingKb {
            id: KbId::new(id),
            name: None,
            products: Vec::new(),
            url: None,
            machine_missed_on: None,
            cve_addressed,
            os_build: None,
            cves: None,
            unreadable: Box::default(),
        })
    }

    #[test]
    fn duplicate_kbs_are_merged() {
        let merged = [missing("1", 5), missing("2", 3), missing("3", 4)];
        let reported = ["2", "1", "2", "3", "1"].into_iter().zip(1..);
        let reported: Vec<_> = reported.map(|(id, cve)| missing(id, cve)).collect();
        for cut in 0..=reported.len() {
            let (first, second) = reported.split_at(cut);
            let pages = [first, second].map(|page| page.to_vec().into());
            assert_eq!(*MissingKbs::of_pages(pages.into()), merged, "{cut}");
        }
        assert_eq!(*MissingKbs::from(reported), merged);
    }

    #[test]
    fn single_page_is_returned_as_the_list() {
        let page: MissingKbs = [missing("1", 1)].into_iter().collect();
        assert_eq!(
            MissingKbs::of_pages(vec![page.clone()]).by_pointer(),
            page.by_pointer()
        );
        assert_eq!(*MissingKbs::of_pages(Vec::new()), []);
    }

    #[test]
    fn kb_prefix_is_removed() {
        for (text, id) in [
            ("4540673", "4540673"),
            ("KB4540673", "4540673"),
            ("Kb 4540673", "4540673"),
            (" 4540673\n", "4540673"),
            ("", ""),
            ("k", "k"),
            ("é1", "é1"),
        ] {
            assert_eq!(KbId::new(text).as_str(), id, "{text:?}");
        }
    }

    #[test]
    fn kb_label_has_the_prefix() {
        assert_eq!(KbId::new("4540673").for_people(), "KB4540673");
        assert_eq!(KbId::new("").for_people(), "(no KB id)");
    }

    fn described(name: Option<&str>, products: &[&str], cve_addressed: u64) -> MissingKb {
        MissingKb {
            id: KbId::new("1"),
            name: name.map(Into::into),
            products: products.iter().map(|&product| product.into()).collect(),
            url: None,
            machine_missed_on: (cve_addressed > 5).then_some(cve_addressed),
            cve_addressed,
            os_build: None,
            cves: None,
            unreadable: Box::default(),
        }
    }

    #[test]
    fn merging_does_not_depend_on_the_order() {
        let one = described(Some("b"), &["edge"], 3);
        let other = described(None, &["edge", "dotnet"], 9);
        let mut there = one.clone();
        there.merge(other.clone());
        let mut back = other;
        back.merge(one);
        assert_eq!(there, back);
        assert_eq!(there, described(Some("b"), &["dotnet", "edge"], 9));
    }
}
