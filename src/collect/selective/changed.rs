//! Decides which machines' missing KBs may have changed since their last answer.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{contents::ContentId, relevant::SoftwareKey};
use crate::domain::words::words;

/// Answers older than this are not kept.
const MAX_KEPT_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

words! {
    /// Why a machine has to be requested.
    pub enum Due {
        /// It has never been answered, or its last answer is older than thirty days.
        New = "new",
        /// Its last requests failed, or the service had no current data about it and now has.
        CameBack = "cameBack",
        /// The service names it as changed.
        Named = "named",
        /// Its software is unknown, now or at the time of its last answer.
        UnknownSoftware = "unknownSoftware",
        /// The versions of relevant products have changed.
        OtherVersions = "otherVersions",
        /// The service lists a missing KB for one of its products that was not listed before.
        NewKb = "newKb",
    }
}

/// A machine's last answer, in an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastAnswer {
    /// The time for which it holds.
    pub as_of: Timestamp,
    /// Its missing KBs at that time.
    pub content: ContentId,
    /// The machine's software at that time, if known.
    pub software: Option<SoftwareKey>,
}

/// The time at which a KB was most recently listed for a product for the first time, by product.
pub type NewestKbs = HashMap<Box<str>, Timestamp>;

/// The facts that decide whether a machine is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation {
    pub(super) last: Option<LastAnswer>,
    /// Whether its last answer says nothing about it: see [`Candidate`](super::Candidate::came_back).
    pub(super) came_back: bool,
    /// Whether the service names it as changed.
    pub(super) named: bool,
    /// Whether its software is considered as well.
    pub(super) by_software: bool,
    /// Its current software, if known.
    pub(super) software: Option<SoftwareKey>,
    /// The time at which a KB was most recently listed for one of its products for the first time.
    pub(super) newest_kb: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// Why a machine has to be requested; `None` if its last answer can be kept.
pub(super) fn due(situation: &Situation) -> Option<Due> {
    let Some(last) = situation.last else {
        return Some(Due::New);
    };
    if situation.now.duration_since(last.as_of) > MAX_KEPT_AGE {
        return Some(Due::New);
    }
    if situation.came_back {
        return Some(Due::CameBack);
    }
    if situation.named {
        return Some(Due::Named);
    }
    if !situation.by_software {
        return None;
    }
    match (last.software, situation.software) {
        (Some(then), Some(now)) if then != now => return Some(Due::OtherVersions),
        (Some(_), Some(_)) => {}
        _ => return Some(Due::UnknownSoftware),
    }
    let is_newer = |listed: Timestamp| listed > last.as_of;
    situation
        .newest_kb
        .is_some_and(is_newer)
        .then_some(Due::NewKb)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{
        super::{contents::Contents, relevant::RelevantSoftware},
        *,
    };
    use crate::domain::{
        kb::MissingKbs,
        software::{SoftwareInventory, SoftwareSet},
    };

    fn keys() -> [SoftwareKey; 2] {
        let sets = ["Windows10", "Windows11"].map(|platform| SoftwareSet {
            platform: platform.into(),
            ..SoftwareSet::default()
        });
        let inventory = SoftwareInventory {
            sets: sets.into(),
            ..SoftwareInventory::default()
        };
        let none = BTreeSet::new();
        let keys = RelevantSoftware::new(&none).keys(&inventory);
        keys.try_into().unwrap()
    }

    fn night(number: i64) -> Timestamp {
        Timestamp::from_second(number * 86_400).unwrap()
    }

    #[test]
    fn only_answers_that_cannot_have_changed_are_kept() {
        let [same, other] = keys();
        let content = Contents::default().id(&MissingKbs::default());
        let last = |number, software| {
            Some(LastAnswer {
                as_of: night(number),
                content,
                software,
            })
        };
        let usual = Situation {
            last: last(39, Some(same)),
            came_back: false,
            named: false,
            by_software: true,
            software: Some(same),
            newest_kb: None,
            now: night(40),
        };
        let with = |change: fn(&mut Situation)| {
            let mut situation = usual;
            change(&mut situation);
            due(&situation)
        };
        let last_of = |last| due(&Situation { last, ..usual });
        assert_eq!(due(&usual), None);
        assert_eq!(last_of(None), Some(Due::New));
        assert_eq!(last_of(last(9, Some(same))), Some(Due::New));
        assert_eq!(last_of(last(10, Some(same))), None);
        assert_eq!(last_of(last(39, Some(other))), Some(Due::OtherVersions));
        assert_eq!(last_of(last(39, None)), Some(Due::UnknownSoftware));
        assert_eq!(with(|it| it.software = None), Some(Due::UnknownSoftware));
        assert_eq!(with(|it| it.came_back = true), Some(Due::CameBack));
        assert_eq!(with(|it| it.named = true), Some(Due::Named));
        let other_alone = |it: &mut Situation| {
            it.by_software = false;
            it.software = None;
        };
        assert_eq!(with(other_alone), None);
        assert_eq!(with(|it| it.newest_kb = Some(night(38))), None);
        assert_eq!(with(|it| it.newest_kb = Some(night(40))), Some(Due::NewKb));
    }
}
