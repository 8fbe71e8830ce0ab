//! Which machines may miss something else than at their last answer.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{contents::ContentId, relevant::SoftwareKey};
use crate::domain::words::words;

/// An answer that is older than this says too little about tonight.
const LONGEST_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

words! {
    /// Why a machine has to be requested.
    pub enum Due {
        /// It has never been answered, or its last answer is older than thirty days.
        New = "new",
        /// Its last requests failed, or the service had no current data of it and now has.
        CameBack = "cameBack",
        /// The service names it as changed.
        Named = "named",
        /// Its software is not known, tonight or at the time of its last answer.
        UnknownSoftware = "unknownSoftware",
        /// It has other versions of relevant products.
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
    /// What the machine missed then.
    pub content: ContentId,
    /// The machine's software then, if it is known.
    pub software: Option<SoftwareKey>,
}

/// When a KB was last listed for a product for the first time, by product.
pub type NewestKbs = HashMap<Box<str>, Timestamp>;

/// What decides whether a machine is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation {
    pub(super) last: Option<LastAnswer>,
    /// Whether its last answer says nothing: see [`Candidate`](super::Candidate::came_back).
    pub(super) came_back: bool,
    /// Whether the service names it as changed.
    pub(super) named: bool,
    /// Whether its software decides as well.
    pub(super) by_software: bool,
    /// Its software tonight, if it is known.
    pub(super) software: Option<SoftwareKey>,
    /// When a KB was last listed for one of its products for the first time.
    pub(super) newest_kb: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// Why a machine is to be requested; `None` if its last answer can be kept.
pub(super) fn due(situation: &Situation) -> Option<Due> {
    let Some(last) = situation.last else {
        return Some(Due::New);
    };
    if situation.now.duration_since(last.as_of) > LONGEST_KEPT {
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
    fn only_what_cannot_have_changed_is_kept() {
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
