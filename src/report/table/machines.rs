//! The machines of the inventory: the answered ones by rank, then the others by id.

use std::io;

use super::{
    Cell,
    Encoding::{Digits, Interned, Joined, KbPlace, ListColumns, OrEmpty, Plain, SinceFirst},
    MachineContext, MachineGaps, MachineLine, MachineNames, RowWriter, Table,
    Target::Page,
    column::columns,
    marker,
    scope::Condition::{Inferred, Named, NamesUnlisted, OtherSources, Risk, Skipped, Software},
};
use crate::{
    aggregate::{Answered, MachineRow},
    domain::answer::Provenance,
    report::{
        Run,
        view::support::{SUPPORTS, word},
    },
};

/// The machines of the inventory.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Machines;

/// What an answer says about a machine: it has missing KBs, it has none, the service no longer has
/// current data, or its Windows gets no more updates.
const STATUSES: [&str; 4] = [
    "has gaps",
    "fully patched",
    "no current data",
    "unsupported",
];

impl Table for Machines {
    type Row<'run> = MachineLine<'run>;

    const FILE: &'static str = "machines.csv";

    const COLUMNS: &'static [super::Column<Self>] = columns! {
        "rank" Number [csv optional json sheet("Rank", 7) page("Rank") terminal("#")] |it| it.answered().map(|it| Cell::ordinal(it.rank.into()));
        "machineId" Machine [csv json sheet("Machine id", 44) page("Machine id") terminal("worst machines")] |it| it.machine.id;
        "ids" Machine [data(Joined)] |it| it.machine.id;
        "name" Text [only_if(Named) page("Name") data(OrEmpty) terminal_as_listed before(Page, "machineId")] |it| it.name();
        "inventory" Inventory [csv json sheet("", 22)] |it| Cell::Inventory(it.context.names, it.machine.position());
        "list" Inventory [data(ListColumns)] |it| Cell::Inventory(it.context.names, it.machine.position());
        "status" Word [csv json] |it| it.machine.status();
        "status" Word [sheet("Status", 16)] |it| it.answered().map_or_else(|| it.machine.status().into(), status);
        "status" Word [page("Status") data(Digits("statuses", &STATUSES))] |it| it.answered().map(status);
        "noCurrentData" Flag [json] |it| it.answered().is_some_and(Answered::has_no_current_data);
        "unsupported" Flag [json] |it| it.answered().is_some_and(Answered::is_unsupported);
        "missingKbs" Number [csv optional json sheet("Missing KBs", 14) page("Missing KBs") data(Plain) terminal("KBs")] |it| it.answered().map(|it| it.missing);
        "cveAddressed" Number [csv optional json sheet("Score", 10) page("Score") data(Plain) terminal("score")] |it| it.answered().map(|it| it.cve_addressed);
        "cveAddressedMax" Number [csv optional json sheet("Most CVEs", 13) page("Most CVEs") data(Plain)] |it| it.answered().map(|it| it.cve_addressed_max);
        "topKbId" Kb [csv optional json sheet("Top KB", 13) data(KbPlace) terminal("top KB")] |it| it.top_kb();
        "topKbId" Kb [page("Top KB") class("")] |it| it.top_kb().map(|id| Cell::Kb(id, it.url_of(id)));
        "kbIds" Gaps [csv optional sheet("KBs", 60)] |it| it.answered().map(|_| Cell::Gaps(*it));
        "answeredAt" Time [csv optional json sheet("Answered at (UTC)", 20) page("Answered (UTC)") data(SinceFirst("firstAnswer"))] |it| it.answered().map(Answered::answered_at);
        "attempts" Number [json] |it| it.machine.attempts;
        "skippedBecause" Word [csv optional json only_if(Skipped) sheet("Skipped because", 17)] |it| it.machine.skipped.map(|it| Cell::Word(it.as_str()));
        "machineName" Text [json only_if(NamesUnlisted) csv optional] |it| it.name();
        "oldestSince" Time [csv json optional sheet("Oldest gap since (UTC)", 20) page("Oldest gap since (UTC)") data(SinceFirst("firstSince"))] |it| it.answered().and_then(Answered::oldest_since);
        "run" Number [csv json optional] |it| it.context.stamp.run().map(Cell::ordinal);
        "date" Date [csv json optional] |it| it.context.stamp.date();
        "windowsBuild" Text [csv json optional only_if(Software) sheet("Windows build", 20) page("Windows build") data(Interned)] |it| it.windows().map(|it| &*it.build);
        "supportStatus" Text [csv json optional only_if(Software) sheet("Support status", 22) data(Interned)] |it| it.windows().map(|it| &*it.support_status);
        "supportEnds" Date [csv json optional only_if(Software) sheet("Support ends", 13) page("Support ends") data(Interned)] |it| it.windows().and_then(|it| it.support_ends);
        "support" Word [only_if(Software) data(Digits("supports", &SUPPORTS))] |it| Cell::Word(word(it.support()));
        "source" Word [csv json optional data(Digits("sources", Provenance::WORDS)) only_if(OtherSources) sheet("Source", 10) page("Source")] |it| it.answered().map(Answered::provenance);
        "inferredFrom" Machine [csv json optional only_if(Inferred) sheet("Inferred from", 44) page("Inferred from") data(Interned)] |it| it.inferred_from();
        "distinctCves" Number [csv json optional only_if(Risk) sheet("Distinct CVEs", 14) data(Plain)] |it| it.answered().and_then(Answered::distinct_cves);
        "knownExploited" Number [csv json optional only_if(Risk) sheet("Known exploited", 16) data(Plain)] |it| it.answered().and_then(Answered::known_exploited);
        "missing" Gaps [json] |it| it.answered().map(|_| Cell::Gaps(*it));
    };

    fn count(run: &Run<'_>) -> u64 {
        (run.fleet.machines.len() + run.fleet.skipped.len()) as u64
    }

    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        let names = MachineNames::of(run.inventory);
        let context = MachineContext::of(run, &names);
        let answered = run.fleet.answered();
        let others = &run.fleet.machines[answered.len()..];
        let mut others: Vec<&MachineRow> = others.iter().chain(&run.fleet.skipped).collect();
        others.sort_unstable_by_key(|machine| machine.id);
        let mut machines = answered.iter().chain(others);
        let mut marker = marker(run);
        machines.try_for_each(|machine| {
            let gaps = MachineGaps::read(machine, run, &names, &mut marker)?;
            write(&MachineLine {
                machine,
                gaps: Some(&gaps),
                context: &context,
            })
        })
    }
}

impl Machines {
    /// The answered machines with their figures but without their gaps. Reads nothing from the
    /// store.
    pub(in crate::report) fn answered<'run>(
        context: &'run MachineContext<'run>,
    ) -> impl ExactSizeIterator<Item = MachineLine<'run>> {
        let answered = context.fleet.answered().iter();
        answered.map(move |machine| MachineLine {
            machine,
            gaps: None,
            context,
        })
    }

    /// The answered machines with missing KBs.
    pub(in crate::report) fn with_gaps<'run>(
        context: &'run MachineContext<'run>,
    ) -> impl Iterator<Item = MachineLine<'run>> {
        let answered = Self::answered(context);
        answered.filter(|it| it.answered().is_some_and(|it| it.missing > 0))
    }
}

/// The status word of an answer.
fn status(answered: &Answered) -> Cell<'static> {
    let at = match answered.missing {
        0 if answered.is_unsupported() => 3,
        0 if answered.has_no_current_data() => 2,
        0 => 1,
        _ => 0,
    };
    Cell::Word(STATUSES[at])
}
