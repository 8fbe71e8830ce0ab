//! The summary as Markdown, for the page of a workflow run.

use std::{fmt::Write as _, io};

use super::{Run, last_seen::in_doubt, plain::plain, terminal::share, time::base_day};
use crate::{
    aggregate::percent,
    changes::{exposure_sentence, sentence},
    text::thousands,
};

/// KBs that are proposed to be installed first.
const ACTIONS: usize = 10;
/// KBs of the list of the worst.
const WORST: usize = 10;
/// Characters of a name that are shown: the whole page may not be larger than a mebibyte.
const LONGEST: usize = 200;

/// The summary of a run as Markdown. Fails where the gaps cannot be read.
pub fn markdown(run: &Run<'_>) -> io::Result<String> {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = head(run, &mut text);
    let actions = run.actions.first(ACTIONS)?;
    if !actions.is_empty() {
        text.push_str("\n### Install first\n\n| KB | name | machines | exposure | removed so far | machines so far |\n|---|---|---:|---:|---:|---:|\n");
    }
    for action in actions {
        let removed = share(action.exposure_removed, run.fleet.exposure);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {removed} | {} |",
            escaped(&action.kb.id.for_people()),
            escaped(action.kb.name.as_deref().unwrap_or_default()),
            thousands(action.kb.machines_missing),
            thousands(action.kb.exposure),
            thousands(action.machines),
        );
    }
    let _ = worst(run, &mut text);
    Ok(text)
}

fn head(run: &Run<'_>, text: &mut String) -> std::fmt::Result {
    let fleet = run.fleet;
    let coverage = &fleet.coverage;
    let answered = share(coverage.answered, coverage.machines());
    writeln!(
        text,
        "## Missing KBs: {answered} of the machines answered\n"
    )?;
    if coverage.is_partial() {
        let silent = thousands(coverage.machines() - coverage.answered);
        writeln!(
            text,
            "> **PARTIAL**: of {silent} machines nothing is known.\n"
        )?;
    }
    writeln!(
        text,
        "| machines | answered | with gaps | KBs | gaps | exposure |"
    )?;
    writeln!(text, "|---:|---:|---:|---:|---:|---:|")?;
    let figures = [
        coverage.machines(),
        coverage.answered,
        coverage.with_gaps,
        fleet.kbs.len() as u64,
        fleet.gaps,
        fleet.exposure,
    ];
    writeln!(text, "| {} |", figures.map(thousands).join(" | "))?;
    if let Some(doubt) = in_doubt(run) {
        writeln!(text, "\n{}", escaped(&doubt))?;
    }
    if let Some(past) = run.past {
        let day = base_day(run.facts, &past.changes.base);
        writeln!(text, "\n{}", escaped(&sentence(past.changes, &day)))?;
        if let Some(exposure) = exposure_sentence(past.changes) {
            writeln!(text, "\n{}", escaped(&exposure))?;
        }
    }
    Ok(())
}

fn worst(run: &Run<'_>, text: &mut String) -> std::fmt::Result {
    if run.fleet.kbs.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\n### Worst KBs\n\n| # | KB | name | CVEs | machines | % |\n|---:|---|---|---:|---:|---:|"
    )?;
    for kb in run.fleet.kbs.iter().take(WORST) {
        let share = percent(kb.machines_missing, run.fleet.coverage.answered);
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {share:.1} |",
            kb.rank,
            escaped(&kb.id.for_people()),
            escaped(kb.name.as_deref().unwrap_or_default()),
            thousands(kb.cve_addressed),
            thousands(kb.machines_missing),
        )?;
    }
    Ok(())
}

/// Text that stays text: whatever means something in Markdown or HTML becomes an entity.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in plain(text).chars().take(LONGEST) {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | ',' | ';' | ':' | '%' | '(' | ')' => {
                escaped.push(character);
            }
            _ if character.is_alphanumeric() => escaped.push(character),
            _ => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{Fixture, answer, gap};

    #[test]
    fn it_says_what_matters() {
        let text = Fixture::second_night().with_run(|run| markdown(run).unwrap());
        for part in [
            "## Missing KBs: 60.0 % of the machines answered",
            "> **PARTIAL**: of 2 machines nothing is known.",
            "| 5 | 3 | 2 | 2 | 3 | 123 |",
            "Since 2026&#45;11&#45;22: 1 resolved",
            "Exposure &#43;66: &#45;3 resolved, &#43;66 replaced",
            "| KB4540673 | March 2020 Security Updates | 2 | 111 | 90.2 % | 2 |",
            "| 1 | KB4540673 | March 2020 Security Updates | 97 | 2 | 66.7 |",
        ] {
            assert!(text.contains(part), "no {part}:\n{text}");
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut fixture = Fixture::small();
        let name = format!("|<script>\n![x](y)`*_{}", "a".repeat(10_000));
        let missing = crate::kb::MissingKb {
            name: Some(name.as_str().into()),
            ..gap("1", 3)
        };
        fixture.outcomes = vec![answer(1, vec![missing])];
        let text = fixture.with_run(|run| markdown(run).unwrap());
        for part in ["<", "![", "`", "*_"] {
            assert!(!text.contains(part), "{part}:\n{text}");
        }
        assert!(text.len() < 10_000);
        let columns = |line: &str| line.matches('|').count();
        let rows = text.lines().filter(|line| line.contains("KB1 "));
        assert!(rows.map(columns).eq([7, 7]), "{text}");
    }
}
