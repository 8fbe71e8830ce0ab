//! The comparison, machine by machine: both runs' lists in the order of ids.

use std::{cmp::Ordering, collections::HashSet, io, sync::Arc};

use jiff::Timestamp;

use super::{
    Base, Change, Changes, Exposure, Figures, MachineChange, MachineMoved, MachineTally, Tally,
    comparable::{can_compare, comparable_before},
    kbs::KbChanges,
    pairs::pairs,
    rows::{Changed, GapChange, Known, What},
};
use crate::{
    aggregate::{Answered, Fleet, MachineRow},
    domain::{
        gaps::{BaseMachine, DatedAnswer, Gaps, History},
        kb::{KbId, MissingKb, MissingKbs},
        machine::MachineId,
    },
};

/// Whether a newer KB that takes an older one's place is told from news and progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacing {
    /// It is: see [`Change::Replaced`].
    Recognized,
    /// The older one counts as resolved, the newer one as new.
    Ignored,
}

/// Compares today with the base. `then` has the machines of the base's list, sorted by id;
/// the base's figures are put in here. Fails where answers cannot be read.
pub fn changes(
    (fleet, gaps): (&Fleet, &dyn Gaps),
    (base, then): (Base, &[BaseMachine]),
    history: &dyn History,
    replacing: Replacing,
) -> io::Result<Changes> {
    let mut comparison = Comparison::new(history, gaps, replacing);
    let (mut then, mut today) = (then.iter().peekable(), fleet.machines_by_id().peekable());
    loop {
        let order = match (then.peek(), today.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(then), Some(today)) => then.machine.cmp(&today.id),
        };
        let then = then.next_if(|_| order.is_le());
        let today = today.next_if(|_| order.is_ge());
        comparison.machine(then, today)?;
    }
    Ok(comparison.finish(base))
}

struct Comparison<'run> {
    history: &'run dyn History,
    gaps: &'run dyn Gaps,
    replacing: Replacing,
    figures: Figures,
    kbs_then: HashSet<KbId>,
    tally: Tally,
    exposure: Exposure,
    machines: MachineTally,
    moved: Vec<MachineMoved>,
    kbs: KbChanges,
    changed: Vec<Changed>,
}

/// Both answers of a machine.
struct Both<'run> {
    machine: MachineId,
    then: DatedAnswer,
    now: &'run Answered,
}

impl<'run> Comparison<'run> {
    fn new(history: &'run dyn History, gaps: &'run dyn Gaps, replacing: Replacing) -> Self {
        Self {
            history,
            gaps,
            replacing,
            figures: Figures::default(),
            kbs_then: HashSet::new(),
            tally: Tally::default(),
            exposure: Exposure::default(),
            machines: MachineTally::default(),
            moved: Vec::new(),
            kbs: KbChanges::default(),
            changed: Vec::new(),
        }
    }

    /// A machine of either list, or of both.
    fn machine(
        &mut self,
        then: Option<&BaseMachine>,
        today: Option<&MachineRow>,
    ) -> io::Result<()> {
        let missing_then = match then.and_then(|then| then.answer) {
            Some(answer) => self.then(answer)?,
            None => MissingKbs::default(),
        };
        // What was forgotten then is not news today.
        let answer = then.filter(|then| !then.no_current_data);
        let answer = answer.and_then(|then| then.answer);
        match (then, today) {
            (Some(then), None) => self.left(then, &missing_then),
            (_, Some(today)) => match (answer, &today.result) {
                // What the service has forgotten is not resolved.
                (Some(then), Ok(now)) if now.no_current_data && !missing_then.is_empty() => {
                    self.machines.silent += 1;
                    self.not_answered(today.id, then, &missing_then);
                }
                // Both answers stand by themselves.
                (Some(then), Ok(now)) if !can_compare(then.source, now.source) => {
                    self.not_answered(today.id, then, &missing_then);
                    self.appeared(today, false);
                }
                (Some(then), Ok(now)) => {
                    let machine = today.id;
                    self.both(&Both { machine, then, now }, &missing_then)?;
                }
                (Some(then), Err(_)) => self.not_answered(today.id, then, &missing_then),
                (None, _) => self.appeared(today, then.is_none()),
            },
            (None, None) => {}
        }
        Ok(())
    }

    /// What an answer of the base lists, which goes into the base's figures.
    fn then(&mut self, answer: DatedAnswer) -> io::Result<MissingKbs> {
        let missing = self.history.missing(answer.answer)?;
        let sum = exposure(&missing);
        let figures = &mut self.figures;
        figures.answered += 1;
        figures.with_gaps += u64::from(!missing.is_empty());
        figures.gaps += missing.len() as u64;
        figures.exposure = figures.exposure.saturating_add(sum);
        figures.worst = figures.worst.max(sum);
        for gap in &missing {
            if !self.kbs_then.contains(&gap.id) {
                self.kbs_then.insert(gap.id.clone());
            }
        }
        Ok(missing)
    }

    fn left(&mut self, then: &BaseMachine, missing: &[Arc<MissingKb>]) {
        self.moved(MachineChange::Left, then.machine, (missing.len(), 0));
        if let Some(answer) = then.answer {
            self.all(Change::OutOfScope, then.machine, (answer, missing.len()));
            self.exposure
                .then
                .count(Change::OutOfScope, exposure(missing));
        }
    }

    fn not_answered(&mut self, machine: MachineId, then: DatedAnswer, missing: &[Arc<MissingKb>]) {
        self.moved(MachineChange::NotAnswered, machine, (missing.len(), 0));
        self.all(Change::NotAnswered, machine, (then, missing.len()));
        self.exposure
            .then
            .count(Change::NotAnswered, exposure(missing));
    }

    fn appeared(&mut self, today: &MachineRow, is_new_on_the_list: bool) {
        let now = today.result.as_ref().ok();
        let gaps = now.map_or(0, |now| now.missing as usize);
        if is_new_on_the_list {
            self.moved(MachineChange::Appeared, today.id, (0, gaps));
        }
        if let Some(now) = now {
            self.all(Change::Appeared, today.id, (earlier(now), gaps));
            self.exposure.now.count(Change::Appeared, now.cve_addressed);
        }
    }

    /// All gaps of an answer changed in the same way.
    fn all(&mut self, change: Change, machine: MachineId, (answer, gaps): (DatedAnswer, usize)) {
        self.tally.count(change, gaps as u64);
        if gaps > 0 {
            let what = What::All(change, answer);
            self.changed.push(Changed { machine, what });
        }
    }

    fn moved(&mut self, change: MachineChange, machine: MachineId, gaps: (usize, usize)) {
        let count = |gaps: usize| u32::try_from(gaps).unwrap_or(u32::MAX);
        self.machines.count(change);
        self.moved.push(MachineMoved {
            change,
            machine,
            gaps_then: count(gaps.0),
            gaps_now: count(gaps.1),
        });
    }

    fn both(&mut self, both: &Both<'_>, then: &[Arc<MissingKb>]) -> io::Result<()> {
        let now = match both.now.missing {
            0 => MissingKbs::default(),
            _ => self.gaps.missing(both.now.answer)?,
        };
        let gaps = (then.len(), now.len());
        match gaps {
            (1.., 0) => self.moved(MachineChange::NewlyClean, both.machine, gaps),
            (0, 1..) => self.moved(MachineChange::NewlyAffected, both.machine, gaps),
            _ => {}
        }
        let (left, came) = (without(then, &now), without(&now, then));
        self.tally.still_missing += (now.len() - came.len()) as u64;
        self.exposure.still(
            exposure(then).saturating_sub(exposure(&left)),
            exposure(&now).saturating_sub(exposure(&came)),
        );
        if left.is_empty() && came.is_empty() {
            return Ok(());
        }
        let mut changes = self.changes(both, left, came)?;
        changes.sort_by(|one, other| one.gap.id.cmp(&other.gap.id));
        for it in &changes {
            self.tally.count(it.change, 1);
            self.exposed(it);
            self.kbs
                .count(it.change, &it.gap, it.replaced_by.as_deref());
        }
        self.changed.push(Changed {
            machine: both.machine,
            what: What::Gaps(changes.into()),
        });
        Ok(())
    }

    fn exposed(&mut self, it: &GapChange) {
        let Exposure { then, now } = &mut self.exposure;
        match it.change {
            Change::New | Change::Returned => now.count(it.change, it.gap.cve_addressed),
            _ => then.count(it.change, it.gap.cve_addressed),
        }
        if let Some(by) = &it.replaced_by {
            now.count(it.change, by.cve_addressed);
        }
    }

    /// What became of the gaps that only one of both answers has.
    fn changes(
        &self,
        both: &Both<'_>,
        left: Vec<Arc<MissingKb>>,
        came: Vec<Arc<MissingKb>>,
    ) -> io::Result<Vec<GapChange>> {
        let known = Known::with_ever(self.history, &self.earlier(both)?, (&left, &came))?;
        let was_there = |gap: &Arc<MissingKb>| known.was_there(&gap.id);
        let (returned, came): (Vec<_>, Vec<_>) = came.into_iter().partition(was_there);
        let mut by: Vec<Option<Arc<MissingKb>>> = vec![None; left.len()];
        let mut is_new = vec![true; came.len()];
        if self.replacing == Replacing::Recognized {
            for (old, new) in pairs(&left, &came) {
                by[old] = Some(Arc::clone(&came[new]));
                is_new[new] = false;
            }
        }
        let since = |gap: &MissingKb| known.since(&gap.id).unwrap_or(both.then.as_of);
        let gone = left
            .into_iter()
            .zip(by)
            .map(|(gap, by)| gone(since(&gap), gap, by));
        let now = both.now.answered_at();
        let new = came.into_iter().zip(is_new).filter(|(_, is_new)| *is_new);
        let new = new.map(|(gap, _)| came_up(Change::New, gap, now));
        let returned = returned.into_iter();
        let returned = returned.map(|gap| came_up(Change::Returned, gap, now));
        Ok(gone.chain(new).chain(returned).collect())
    }

    /// The answers of a machine before the base that both of its answers can be compared with.
    fn earlier(&self, both: &Both<'_>) -> io::Result<Vec<DatedAnswer>> {
        comparable_before(self.history, both.machine, both.now.source)
    }

    fn finish(self, base: Base) -> Changes {
        let figures = Figures {
            kbs: self.kbs_then.len() as u64,
            ..self.figures
        };
        Changes {
            base: Base { figures, ..base },
            tally: self.tally,
            exposure: self.exposure,
            machines: self.machines,
            moved: self.moved,
            kbs: self.kbs.into_rows(),
            changed: self.changed,
        }
    }
}

/// The CVEs that these address, summed.
fn exposure(gaps: &[Arc<MissingKb>]) -> u64 {
    let numbers = gaps.iter().map(|gap| gap.cve_addressed);
    numbers.fold(0, u64::saturating_add)
}

fn earlier(now: &Answered) -> DatedAnswer {
    DatedAnswer {
        source: now.source,
        as_of: now.answered_at(),
        answer: now.answer,
    }
}

/// A gap of the base that today's answer does not have.
fn gone(since: Timestamp, gap: Arc<MissingKb>, replaced_by: Option<Arc<MissingKb>>) -> GapChange {
    let change = match replaced_by {
        Some(_) => Change::Replaced,
        None => Change::Resolved,
    };
    GapChange {
        change,
        gap,
        replaced_by,
        since,
    }
}

/// A gap of today that the base's answer did not have.
fn came_up(change: Change, gap: Arc<MissingKb>, since: Timestamp) -> GapChange {
    GapChange {
        change,
        gap,
        replaced_by: None,
        since,
    }
}

/// Those that the other list does not have. Both are sorted by id.
fn without(missing: &[Arc<MissingKb>], other: &[Arc<MissingKb>]) -> Vec<Arc<MissingKb>> {
    let is_other = |gap: &&Arc<MissingKb>| other.binary_search_by(|it| it.id.cmp(&gap.id)).is_err();
    missing.iter().filter(is_other).cloned().collect()
}
