//! The missing KBs, by rank.

use std::{collections::HashMap, io};

use super::{
    Cell,
    Encoding::{Interned, Plain, SinceFirst},
    RowWriter, RunStamp, Table,
    cell::NumberStyle,
    column::columns,
    scope::Condition::{Covered, Deadlines, Exceptions, Exploits, Risk},
};
use crate::{
    aggregate::{KbRow, RankBy, Share},
    domain::kb::KbId,
    report::Run,
};

/// The missing KBs.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Kbs;

/// A missing KB.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct KbLine<'run> {
    pub(in crate::report) kb: &'run KbRow,
    /// Its rank in the order of the report.
    rank: usize,
    /// Its rank in `kbs.csv`.
    rank_in_file: usize,
    /// The number of machines that answered.
    answered: u64,
    stamp: RunStamp,
}

const BLUE: u32 = 0x9D_C3_E6;
const ORANGE: u32 = 0xF4_B1_83;

impl Table for Kbs {
    type Row<'run> = KbLine<'run>;

    const FILE: &'static str = "kbs.csv";

    const COLUMNS: &'static [super::Column<Self>] = columns! {
        "rank" Number [csv json sheet("Rank", 7) page("Rank") terminal("#")] |it| Cell::ordinal(it.rank as u64);
        "rankInFile" Number [data(Plain)] |it| Cell::ordinal(it.rank_in_file as u64);
        "kbId" Kb [csv json sheet("KB", 13) page("KB") data(Plain) terminal("worst KBs")] |it| Cell::Kb(&it.kb.id, it.kb.url.as_deref());
        "name" Text [csv optional json sheet("Name", 36) page("Name") data(Interned) terminal("name")] |it| it.kb.name.as_ref();
        "cveAddressed" Number [csv json sheet("CVEs", 9) data(Plain) terminal("CVEs")] |it| it.kb.cve_addressed;
        "cveAddressed" Number [page("CVEs")] |it| Cell::Number(it.kb.cve_addressed, NumberStyle::Range { smallest: it.kb.cve_addressed_min });
        "cveAddressedMin" Number [csv json sheet("CVEs, least", 13) data(Plain)] |it| it.kb.cve_addressed_min;
        "machinesMissing" Number [csv json sheet("Machines", 12) bars(BLUE) page("Machines") data(Plain) terminal("machines")] |it| it.kb.machines_missing;
        "percentOfAnswered" Percent [csv json sheet("% of answered", 16) page("% of answered") data(Plain) terminal("%")] |it| Share { part: it.kb.machines_missing, whole: it.answered };
        "exposure" Number [csv json sheet("Exposure", 15) bars(ORANGE) page("Exposure") data(Plain)] |it| it.kb.exposure;
        "machineMissedOn" Number [csv optional json sheet("Missed on (service)", 21) data(Plain)] |it| it.kb.machine_missed_on;
        "productsNames" List [csv json sheet("Products", 40) page("Products") data(Interned)] |it| &it.kb.products;
        "url" Link [csv optional json sheet("URL", 68) data(Plain)] |it| it.kb.url.as_deref().map(Cell::Link);
        "oldestSince" Time [csv json sheet("Oldest gap since (UTC)", 20) data(SinceFirst("firstSince"))] |it| it.kb.oldest_since;
        "medianDaysMissing" Decimal [csv json sheet("Median days missing", 14) page("Median days missing") data(Plain)] |it| Cell::Decimal(it.kb.median_age.days());
        "run" Number [csv json optional] |it| it.stamp.run().map(Cell::ordinal);
        "date" Date [csv json optional] |it| it.stamp.date();
        "distinctCves" Number [csv json optional only_if(Risk) sheet("Distinct CVEs", 14) data(Plain)] |it| it.kb.risk.distinct_cves;
        "knownExploited" Number [csv json optional only_if(Risk) sheet("Known exploited", 16) page("Known exploited") data(Plain)] |it| it.kb.risk.known_exploited;
        "ransomware" Number [csv json optional only_if(Risk) sheet("Used by ransomware", 19) data(Plain)] |it| it.kb.risk.ransomware;
        "kevDueDate" Date [csv json optional only_if(Risk) sheet("Due (CISA)", 12) page("Due (CISA)") data(Plain)] |it| it.kb.risk.kev_due_date;
        "epssMax" Probability [csv json optional only_if(Risk) sheet("Highest EPSS", 13) page("Highest EPSS") data(Plain)] |it| it.kb.risk.epss_max;
        "cvssMax" Decimal [csv json optional only_if(Risk) sheet("Highest CVSS", 13) data(Plain)] |it| it.cvss_max();
        "severity" Word [csv json optional only_if(Risk) sheet("Severity (MSRC)", 16) data(Plain)] |it| it.kb.risk.severity;
        "exploitability" Word [only_if(Exploits) sheet("Exploit (Defender)", 18) data(Plain)] |it| it.kb.risk.exploitability;
        "restartRequired" Word [csv json optional only_if(Risk) sheet("Restart", 9) data(Plain)] |it| it.kb.risk.restart;
        "supersedes" List [csv json only_if(Risk) data(Plain)] |it| &it.kb.risk.supersedes[..];
        "supersededBy" List [csv json only_if(Risk) sheet("Superseded by", 20) data(Plain)] |it| &it.kb.risk.superseded_by[..];
        "releasedOn" Date [csv json optional only_if(Risk) sheet("Released", 12) data(Plain)] |it| it.kb.risk.released;
        "coveredOn" Number [only_if(Covered) sheet("Covered on machines", 20) page("Covered on") data(Plain)] |it| it.kb.covered_on;
        "accepted" Number [only_if(Exceptions) sheet("Accepted gaps", 14) page("Accepted") data(Plain)] |it| it.kb.accepted;
        "overdue" Number [only_if(Deadlines) sheet("Overdue gaps", 14) page("Overdue") data(Plain)] |it| it.kb.overdue;
    };

    fn count(run: &Run<'_>) -> u64 {
        run.fleet.kbs.len() as u64
    }

    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        lines(run, in_file(run).into_iter()).try_for_each(|row| write(&row))
    }

    fn for_people(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        Self::rows(run).try_for_each(|row| write(&row))
    }
}

impl KbLine<'_> {
    /// The highest CVSS score of its CVEs.
    fn cvss_max(&self) -> Option<Cell<'_>> {
        let tenths = self.kb.risk.cvss_max_tenths?;
        Some(Cell::Decimal(f64::from(tenths) / 10.0))
    }
}

impl Kbs {
    /// The rows in the order for people.
    pub(in crate::report) fn rows<'run>(run: &Run<'run>) -> impl Iterator<Item = KbLine<'run>> {
        lines(run, run.fleet.kbs.iter())
    }
}

/// The KBs in the order of `kbs.csv`.
fn in_file<'run>(run: &Run<'run>) -> Vec<&'run KbRow> {
    run.fleet.kbs_by(RankBy::for_data(run.facts.rank_by))
}

/// The rows of these KBs, ranked in this order.
fn lines<'run>(
    run: &Run<'run>,
    kbs: impl Iterator<Item = &'run KbRow>,
) -> impl Iterator<Item = KbLine<'run>> {
    let answered = run.fleet.coverage.answered;
    let stamp = RunStamp::of(run.facts);
    let ranks = (1..).zip(in_file(run));
    let ranks: HashMap<&KbId, usize> = ranks.map(|(rank, kb)| (&kb.id, rank)).collect();
    (1..).zip(kbs).map(move |(rank, kb)| KbLine {
        kb,
        rank,
        rank_in_file: ranks.get(&kb.id).copied().unwrap_or(rank),
        answered,
        stamp,
    })
}
