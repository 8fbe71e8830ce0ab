//! The summary as Markdown, for the page of a workflow run.

use std::{fmt::Write as _, io};

use super::{
    Run,
    plain::plain,
    view::{
        changes::{exposure_sentence, sentence},
        coverage::{last_seen_in_doubt, unanswered},
    },
};
use crate::{
    aggregate::percent,
    domain::text::{share, thousands},
};

/// KBs that are proposed to be installed first.
const ACTIONS: usize = 10;
/// KBs of the list of the worst.
const WORST: usize = 10;
/// Characters of a name that are shown: the whole page may not be larger than a mebibyte.
const LONGEST: usize = 200;
/// What cuts a text in two without being seen.
const CUT: &str = "<wbr>";
/// Digits of the shortest hash of a commit that becomes a link.
const HASH: usize = 7;

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
        let silent = thousands(unanswered(coverage));
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
    if let Some(doubt) = last_seen_in_doubt(run) {
        writeln!(text, "\n{}", escaped(&doubt))?;
    }
    if let Some(past) = run.past {
        writeln!(text, "\n{}", escaped(&sentence(past.changes, run.facts)))?;
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

/// Text that stays text: whatever means something in Markdown or HTML becomes an entity, and what a
/// renderer would make a link, a mention or an emoji of is cut in two by a `<wbr>`, which is not
/// seen and not copied. Entities alone do not help there: such things are looked for after they were
/// decoded.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    let text: Vec<char> = plain(text).chars().take(LONGEST).collect();
    for (place, &character) in text.iter().enumerate() {
        let next = text.get(place + 1).copied();
        if is_plain(character, next) {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "&#{};", u32::from(character));
        }
        if is_cut(&text[..=place], next) {
            escaped.push_str(CUT);
        }
    }
    escaped
}

/// Whether a character can stand as it is. A dot within a name and a colon before one are parts of
/// addresses.
fn is_plain(character: char, next: Option<char>) -> bool {
    match character {
        ' ' | ',' | ';' | '%' | '(' | ')' => true,
        '.' | ':' => next.is_none_or(|next| next == ' '),
        _ => character.is_alphanumeric(),
    }
}

/// Whether there is a cut behind this text: behind what joins the parts of an address, a mention, a
/// number of an issue or an emoji, and within what may be the hash of a commit.
fn is_cut(text: &[char], next: Option<char>) -> bool {
    let [before @ .., last] = text else {
        return false;
    };
    let joins = matches!(last, '.' | ':' | '@' | '#' | '/' | '$')
        || *last == '-' && before.last().is_some_and(char::is_ascii_alphabetic);
    next.is_some_and(|next| joins && next != ' ' || next.is_ascii_hexdigit() && is_full(text))
}

/// Whether the text ends with hexadecimal digits alone, so many that one more makes a hash, or a
/// multiple of that.
fn is_full(text: &[char]) -> bool {
    let digits = text.iter().rev().take_while(|it| it.is_ascii_hexdigit());
    let digits = digits.count();
    let before = text.iter().rev().nth(digits);
    let is_word = before.is_none_or(|it| !it.is_alphanumeric());
    is_word && digits > 0 && digits.is_multiple_of(HASH - 1)
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
        let name = format!("|<script>\n![x](y)`*_{}", "z".repeat(10_000));
        let missing = crate::domain::kb::MissingKb {
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

    /// The texts that a page of this Markdown holds, apart from each other.
    fn texts(markdown: &str) -> Vec<String> {
        let decoded = |text: &str| {
            let mut parts = text.split("&#");
            let mut decoded = parts.next().unwrap().to_owned();
            for part in parts {
                let (number, rest) = part.split_once(';').unwrap();
                decoded.push(char::from_u32(number.parse().unwrap()).unwrap());
                decoded.push_str(rest);
            }
            decoded
        };
        markdown.split(CUT).map(decoded).collect()
    }

    /// Whether some renderer makes more than text of a text: in the source, or in the page.
    fn is_more(text: &str) -> bool {
        let characters: Vec<char> = text.chars().collect();
        let pairs = characters.windows(2);
        let joins = |pair: &[char]| ":@#/$".contains(pair[0]) && pair[1] != ' ';
        let words = text.split(|it: char| !it.is_alphanumeric());
        let is_hash = |word: &str| word.len() >= 7 && word.chars().all(|it| it.is_ascii_hexdigit());
        let is_address = text.split("www.").skip(1).any(|rest| !rest.is_empty());
        pairs.into_iter().any(joins) || is_address || words.into_iter().any(is_hash)
    }

    #[test]
    fn nothing_from_outside_becomes_a_link() {
        for text in [
            "www.evil.example",
            "see www.evil.example/now",
            "WWW.evil.example",
            "http://evil.example",
            "https://evil.example/a?b=c#d",
            "ftp://evil.example",
            "mailto:a@evil.example",
            "a@evil.example",
            "xmpp:a@evil.example",
            "evil.example",
            "@octocat",
            "@org/team",
            "#1",
            "octocat/hello#1",
            "GH-1",
            "CVE-2026-1234",
            "a5c3785ed8d6a35868bc169f07e40e889087fd2e",
            "a5c3785",
            "octocat@a5c3785ed8d6a",
            ":smile:",
            ":+1:",
            "[^1]",
            "[x](y)",
            "![x](y)",
            "<https://evil.example>",
            "$x$",
            "`code`",
            "~~gone~~",
            "*_strong_*",
        ] {
            let markdown = escaped(text);
            let source = markdown.replace(CUT, "");
            let entities = source.replace("&#", "");
            assert!(!entities.contains(['@', '#', '/', '[', '<', '`', '*', '_', '~', '$']));
            assert!(!source.to_lowercase().contains("www."), "{source}");
            let texts = texts(&markdown);
            assert_eq!(texts.concat(), text);
            assert!(!texts.iter().any(|it| is_more(it)), "{texts:?}");
        }
    }

    #[test]
    fn what_is_harmless_stays_readable() {
        for (text, expected) in [
            ("March 2020 Security Updates", "March 2020 Security Updates"),
            ("KB5034441 (x64): 2 of 3.", "KB5034441 (x64): 2 of 3."),
            ("2026-11-29", "2026&#45;11&#45;29"),
            ("a, b; c 5 %", "a, b; c 5 %"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }
}
