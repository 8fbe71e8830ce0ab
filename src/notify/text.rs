//! The texts of a notification that all formats for people share. External text is shortened here and escaped
//! by each format.

use super::{
    content::{NotificationContent, tool},
    size::{Size, shortened},
};
use crate::{
    domain::{
        exit_code::ExitCode,
        kb::KbId,
        text::{counted, share, thousands},
    },
    report::{Notice, NoticeMachines, NoticeTenants, NoticeUpdate},
};

/// A notification for people.
pub(super) struct NotificationText {
    /// How the run ended; contains no external text.
    pub(super) title: String,
    /// The tenant or tenants. May contain external text, as may the parts and the footer.
    pub(super) name: String,
    pub(super) tone: Tone,
    /// Figures; contain no external text.
    pub(super) facts: Vec<Fact>,
    pub(super) parts: Vec<Part>,
    pub(super) footer: String,
}

/// How urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Warning,
    Attention,
}

/// A figure with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// Lines below a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Contains no external text.
    pub(super) heading: &'static str,
    pub(super) lines: Vec<String>,
}

impl NotificationText {
    pub(super) fn new(content: &NotificationContent<'_>, size: Size) -> Self {
        let builder = PartBuilder { size };
        Self {
            title: title(content),
            name: shortened(&content.name, size.name),
            tone: tone(content),
            facts: content.notice.map_or_else(Vec::new, facts),
            parts: builder.parts(content),
            footer: builder.footer(content),
        }
    }
}

fn tone(content: &NotificationContent<'_>) -> Tone {
    match content.exit_code {
        ExitCode::Complete => Tone::Good,
        ExitCode::Partial if content.is_alarming() => Tone::Attention,
        ExitCode::Partial | ExitCode::Interrupted => Tone::Warning,
        _ => Tone::Attention,
    }
}

/// `partial: 98.7 % of 10,000 machines answered`, `2 of 30 tenants not complete: ...`.
fn title(content: &NotificationContent<'_>) -> String {
    let status = if content.is_alarming() {
        "known exploited gaps are open"
    } else if content.failed_after_reports() {
        "failed after the reports were written"
    } else {
        content.status()
    };
    let Some(notice) = content.notice else {
        return format!("{status}: {}", content.without_reports);
    };
    let tenants = notice.tenants.as_ref().map_or_else(String::new, tenants);
    format!("{status}: {tenants}{}", answered(notice.machines))
}

/// `2 of 30 tenants are not complete; `.
fn tenants(tenants: &NoticeTenants) -> String {
    match tenants.all - tenants.complete {
        0 => format!("{}; ", counted(tenants.all, "tenant", "tenants")),
        others => format!(
            "{} of {} not complete; ",
            thousands(others),
            counted(tenants.all, "tenant", "tenants")
        ),
    }
}

fn answered(machines: NoticeMachines) -> String {
    let requested = requested(machines);
    let share = share(machines.answered, requested);
    let machines = counted(requested, "machine", "machines");
    format!("{share} of {machines} answered")
}

const fn requested(machines: NoticeMachines) -> u64 {
    machines.answered + machines.not_found + machines.failed + machines.pending
}

fn facts(notice: &Notice) -> Vec<Fact> {
    let fact = |name, value: u64| Fact {
        name,
        value: thousands(value),
    };
    let answered = thousands(notice.machines.answered);
    let requested = thousands(requested(notice.machines));
    let mut facts = vec![
        Fact {
            name: "Machines answered",
            value: format!("{answered} of {requested}"),
        },
        fact("Missing KBs", notice.kbs),
        fact("Gaps", notice.gaps),
        fact("Exposure score", notice.exposure),
    ];
    let exploited = notice.known_exploited_gaps;
    facts.extend(exploited.map(|gaps| fact("Known exploited gaps", gaps)));
    if let Some(changes) = notice.changes {
        facts.push(fact("New gaps", changes.new));
        facts.push(fact("Returned gaps", changes.returned));
        facts.push(fact("Resolved gaps", changes.resolved));
        let newly = changes.newly_exploited;
        facts.extend((newly > 0).then(|| fact("Newly known to be exploited", newly)));
    }
    facts
}

/// Builds the parts within a size.
struct PartBuilder {
    size: Size,
}

impl PartBuilder {
    fn parts(&self, content: &NotificationContent<'_>) -> Vec<Part> {
        let why = content.problem.iter().cloned();
        let mut why: Vec<String> = why.collect();
        why.extend(
            content
                .hint
                .as_ref()
                .map(|hint| format!("What to do: {hint}")),
        );
        let warnings = content.notice.map_or(&[][..], |it| &it.warnings);
        let warnings = [warnings, &content.warnings].concat();
        let note = self.part("Please note", &warnings);
        let mut parts = vec![self.part("Why", &why)];
        if let Some(notice) = content.notice {
            let summary = [notice.headline.clone(), notice.coverage.clone()];
            parts.push(self.part("Summary", &summary));
            parts.push(note);
            parts.extend(notice.tenants.as_ref().map(|it| self.troubled(it)));
            parts.push(self.part("Risk", &notice.risks));
            parts.push(self.updates(notice));
            parts.push(self.part("What changed", &notice.changed));
            parts.push(self.part("Reports", &[place(notice)]));
        } else {
            parts.push(note);
        }
        parts.retain(|part| !part.lines.is_empty());
        parts
    }

    /// Sentences below a heading, shortened.
    fn part(&self, heading: &'static str, lines: &[String]) -> Part {
        let lines = lines.iter().filter(|line| !line.is_empty());
        let lines = lines.map(|line| shortened(line, self.size.sentence));
        self.list(heading, lines.collect())
    }

    /// As many of these lines as the size allows.
    fn list(&self, heading: &'static str, mut lines: Vec<String>) -> Part {
        let more = lines.len().saturating_sub(self.size.items);
        if more > 0 {
            lines.truncate(self.size.items);
            lines.push(format!("and {} more", thousands(more as u64)));
        }
        Part { heading, lines }
    }

    fn troubled(&self, tenants: &NoticeTenants) -> Part {
        let lines = tenants.in_trouble.iter().map(|it| {
            let name = shortened(&it.tenant, self.size.name);
            let status = it.status;
            let why = if it.message.is_empty() {
                String::new()
            } else {
                format!(": {}", it.message)
            };
            shortened(&format!("{name}: {status}{why}"), self.size.sentence)
        });
        self.list("Not complete", lines.collect())
    }

    fn updates(&self, notice: &Notice) -> Part {
        let heading = match notice.tenants {
            Some(_) => "Missing on most machines",
            None => "Install first",
        };
        let lines = notice.install_first.iter().map(|it| self.update(it));
        self.list(heading, lines.collect())
    }

    /// `KB5059339 (Windows 11, April 2026): 812 machines, exposure score 4,711; known exploited, due 2026-12-01`.
    fn update(&self, update: &NoticeUpdate) -> String {
        let id = shortened(&KbId::new(&update.kb_id).for_people(), self.size.name);
        let product = match shortened(&update.product, self.size.name) {
            product if product.is_empty() => product,
            product => format!(" ({product})"),
        };
        let machines = counted(update.machines_missing, "machine", "machines");
        let tenants = update.tenants.map_or_else(String::new, |tenants| {
            format!(" in {}", counted(tenants, "tenant", "tenants"))
        });
        let exposure = thousands(update.exposure);
        let exploited = match (update.known_exploited, &update.due) {
            (false, _) => String::new(),
            (true, None) => "; known exploited".to_owned(),
            (true, Some(due)) => format!("; known exploited, due {due}"),
        };
        format!("{id}{product}: {machines}{tenants}, exposure score {exposure}{exploited}")
    }

    fn footer(&self, content: &NotificationContent<'_>) -> String {
        let code = content.exit_code as u8;
        let started = content
            .notice
            .map_or_else(String::new, |it| format!(", started at {}", it.started_at));
        shortened(
            &format!("{}{started}, exit code {code}", tool()),
            self.size.sentence,
        )
    }
}

/// Where to read more.
fn place(notice: &Notice) -> String {
    let page = notice
        .page
        .map_or_else(String::new, |page| format!(" ({page})"));
    format!("{}{page}", notice.folder)
}
