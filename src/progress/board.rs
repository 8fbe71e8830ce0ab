//! The lines of running tenants: one for each, and one for all of them.

use super::lines::Lines;
use crate::{
    collect::Counts,
    domain::text::{counted, thousands, whole_share},
};

/// The width of a bar, and of the longest name that is not shortened, in columns.
const BAR_WIDTH: usize = 10;
const MAX_NAME_WIDTH: usize = 20;
/// Narrower terminals have no bars.
const MIN_WIDTH_WITH_BAR: usize = 70;

/// The running tenants, and the number of finished ones.
#[derive(Debug)]
pub(super) struct Board {
    tenants: u64,
    complete: u64,
    others: u64,
    at_work: Vec<Tenant>,
}

#[derive(Debug)]
struct Tenant {
    name: String,
    state: State,
}

#[derive(Debug)]
enum State {
    Beginning,
    Collecting(Counts, String),
    Reporting,
}

impl Board {
    pub(super) const fn new(tenants: u64) -> Self {
        Self {
            tenants,
            complete: 0,
            others: 0,
            at_work: Vec::new(),
        }
    }

    /// A tenant begins.
    pub(super) fn begin(&mut self, name: &str) {
        self.at_work.push(Tenant {
            name: name.to_owned(),
            state: State::Beginning,
        });
    }

    /// A tenant's machines are being requested.
    pub(super) fn collects(&mut self, name: &str, counts: Counts, lines: &Lines) {
        self.set(name, State::Collecting(counts, lines.one_line()));
    }

    /// A tenant's machines have been requested.
    pub(super) fn reports(&mut self, name: &str) {
        self.set(name, State::Reporting);
    }

    fn set(&mut self, name: &str, state: State) {
        if let Some(tenant) = self.at_work.iter_mut().find(|it| it.name == name) {
            tenant.state = state;
        }
    }

    /// A tenant has ended.
    pub(super) fn end(&mut self, name: &str, is_complete: bool) {
        self.at_work.retain(|it| it.name != name);
        if is_complete {
            self.complete += 1;
        } else {
            self.others += 1;
        }
    }

    /// The lines for a terminal of this size; if it is too low, some tenants are omitted.
    pub(super) fn lines(&self, columns: usize, rows: usize) -> Vec<String> {
        let names = self.at_work.iter().map(|it| name(&it.name));
        let names: Vec<String> = names.collect();
        let width = names.iter().map(|it| it.chars().count()).max();
        let shown = self.at_work.iter().zip(&names);
        let shown = shown.take(rows.saturating_sub(2).max(1));
        let lines = shown.map(|(tenant, name)| {
            let state = tenant.state.text(columns);
            format!("{name:width$}  {state}", width = width.unwrap_or(0))
        });
        lines.chain([self.of_all()]).collect()
    }

    fn of_all(&self) -> String {
        let done = self.complete + self.others;
        let tenants = counted(self.tenants, "tenant", "tenants");
        let mut text = format!("{} of {tenants} done", thousands(done));
        if self.others > 0 {
            text = format!("{text}, {} of them not complete", thousands(self.others));
        }
        format!("{text}; {} at work", thousands(self.at_work.len() as u64))
    }
}

impl State {
    fn text(&self, columns: usize) -> String {
        match self {
            Self::Beginning => "beginning".to_owned(),
            Self::Reporting => "writing the reports".to_owned(),
            Self::Collecting(counts, text) => {
                let percent = whole_share(counts.done(), counts.machines);
                if columns < MIN_WIDTH_WITH_BAR {
                    return format!("{percent:>5}  {text}");
                }
                format!("{} {percent:>5}  {text}", bar(*counts))
            }
        }
    }
}

/// A bar whose filled part is the share of finished machines.
fn bar(counts: Counts) -> String {
    let length = (counts.done() * BAR_WIDTH as u64).checked_div(counts.machines);
    let length = length.map_or(0, |it| {
        usize::try_from(it).unwrap_or(BAR_WIDTH).min(BAR_WIDTH)
    });
    "━".repeat(length) + &"─".repeat(BAR_WIDTH - length)
}

/// A name whose characters take one column each, shortened if necessary. Control characters have no width, so
/// none remain.
fn name(name: &str) -> String {
    let narrow = |it: char| match console::measure_text_width(it.encode_utf8(&mut [0; 4])) {
        1 => it,
        _ => '?',
    };
    let name: Vec<char> = name.chars().map(narrow).collect();
    if name.len() <= MAX_NAME_WIDTH {
        return name.into_iter().collect();
    }
    let kept = name.into_iter().take(MAX_NAME_WIDTH - 1);
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(answered: u64) -> Counts {
        Counts {
            machines: 500,
            answered,
            not_found: 0,
            failed: 0,
        }
    }

    fn lines(text: &str) -> Lines {
        Lines {
            summary: text.to_owned(),
            details: "quota used 100 of 100/min".to_owned(),
        }
    }

    #[test]
    fn each_tenant_at_work_has_a_line() {
        let mut board = Board::new(200);
        for name in [
            "contoso",
            "日本 Ltd",
            "a name of more than twenty letters",
            "done",
        ] {
            board.begin(name);
        }
        board.collects("contoso", counts(125), &lines("125 of 500 machines"));
        board.reports("日本 Ltd");
        board.end("done", false);
        let shown = board.lines(100, 24);
        assert_eq!(
            shown,
            [
                "contoso               ━━────────  25 %  125 of 500 machines · quota used 100 of 100/min",
                "?? Ltd                writing the reports",
                "a name of more than…  beginning",
                "1 of 200 tenants done, 1 of them not complete; 3 at work",
            ]
        );
        assert!(board.lines(60, 24)[0].starts_with("contoso                25 %  125 of"));
        // A low terminal keeps the line of all tenants.
        assert_eq!(board.lines(100, 3).len(), 2);
        assert_eq!(board.lines(100, 3)[1], shown[3]);
    }
}
