//! The summary as Markdown, for the summary page of a CI workflow run.

use std::fmt::Write as _;

use super::{
    Run,
    plain::plain,
    view::{
        actions::{Columns, product, released},
        census,
        changes::{exposure_sentence, sentence},
        coverage::{answered, banner, last_seen_in_doubt, pending, skipped},
        cross_check,
        figures::figures,
        headline::headline,
        list_check, policy, risk, sources, support, week,
    },
};
use crate::{
    aggregate::{KbRow, Share, TopAction},
    domain::text::{share, thousands},
};

/// The number of KBs to propose.
const ACTIONS: usize = 10;
/// The number of KBs in the list of the worst.
const WORST: usize = 10;
/// The maximum length of a name in characters. The whole page may not be larger than 1 MiB.
const MAX_NAME: usize = 200;
/// The maximum length of a sentence.
const MAX_SENTENCE: usize = 2000;
/// An invisible tag that splits a text.
const CUT: &str = "<wbr>";
/// The number of digits of the shortest commit hash that is turned into a link.
const HASH: usize = 7;

/// The summary of a run as Markdown.
pub fn markdown(run: &Run<'_>) -> String {
    let blocks = [head(run), remarks(run), plan(run), worst(run)].concat();
    blocks.join("\n\n") + "\n"
}

/// What to read first, and the figures.
fn head(run: &Run<'_>) -> Vec<String> {
    let coverage = &run.fleet.coverage;
    let mut blocks = vec![format!("## {}", escaped(&run.facts.heading()))];
    blocks.extend(sources::sentence(run).map(|it| escaped(&it)));
    blocks.push(format!("**{}**", escaped(&headline(run))));
    blocks.push(escaped(&answered(coverage)));
    let warnings = banner(run).map(|it| it.text).into_iter();
    let warnings = warnings.chain(support::warning(run));
    blocks.extend(warnings.map(|it| format!("> **{}**", escaped(&it))));
    blocks.extend(risk::sentence(run).map(|it| bold(&it)));
    blocks.extend(policy::sentences(run).iter().map(|it| paragraph(it)));
    blocks.extend(risk::warning(run).map(|it| format!("> {}", bold(&it))));
    blocks.extend(pending(run).map(|it| escaped(&it)));
    // The worst machine's figure is left out.
    let [figures @ .., _] = figures(run);
    let names = figures.map(|it| it.name).join(" | ");
    let numbers = figures.map(|it| thousands(it.now)).join(" | ");
    let machines = thousands(coverage.machines());
    blocks.push(format!(
        "| machines | {names} |\n|---:|---:|---:|---:|---:|---:|\n| {machines} | {numbers} |"
    ));
    blocks
}

/// The warnings and notes about the figures.
fn remarks(run: &Run<'_>) -> Vec<String> {
    let mut blocks = Vec::from_iter(skipped(run).map(|it| paragraph(&it)));
    blocks.extend(list_check::parts(run).iter().map(|it| escaped(it)));
    let mut sentences = Vec::from_iter(support::missing_software(run));
    sentences.extend(last_seen_in_doubt(run));
    sentences.extend(census::sentences(run, 3));
    sentences.extend(cross_check::sentences(run));
    blocks.extend(sentences.iter().map(|it| paragraph(it)));
    if let Some(past) = run.past {
        blocks.push(paragraph(&sentence(past.changes, run.facts)));
        blocks.extend(risk::news(run).map(|it| bold(&it)));
        let exposure = exposure_sentence(past.changes).into_iter();
        let sentences = exposure.chain(week::sentences(run));
        blocks.extend(sentences.map(|it| paragraph(&it)));
    }
    blocks
}

/// The updates to install first.
fn plan(run: &Run<'_>) -> Vec<String> {
    let actions = run.fleet.top_actions(ACTIONS);
    if actions.is_empty() {
        return Vec::new();
    }
    let Columns { due, closes } = Columns::of(&actions);
    let mut head = "| KB | product | released | machines | exposure score | removed so far | machines so far |".to_owned();
    let mut rule = "|---|---|---|---:|---:|---:|---:|".to_owned();
    let mut rows: Vec<String> = actions.iter().map(|it| action_row(it, run)).collect();
    for (heading, align, cells) in [
        ("exploited, due", "---", due),
        ("closes KBs", "---:", closes),
    ] {
        let Some(cells) = cells else { continue };
        head.extend([" ", heading, " |"]);
        rule.extend([align, "|"]);
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.extend([" ", &*escaped(&cell), " |"]);
        }
    }
    let table = [head, rule].into_iter().chain(rows).collect::<Vec<_>>();
    vec!["### Install first".to_owned(), table.join("\n")]
}

fn action_row(action: &TopAction<'_>, run: &Run<'_>) -> String {
    format!(
        "| {} | {} | {} | {} | {} | {} | {} |",
        escaped(&action.kb.id.for_people()),
        escaped(&product(action.kb)),
        released(action.kb),
        thousands(action.machines),
        thousands(action.exposure),
        share(action.so_far.exposure, run.fleet.exposure),
        thousands(action.so_far.machines),
    )
}

fn worst(run: &Run<'_>) -> Vec<String> {
    if run.fleet.kbs.is_empty() {
        return Vec::new();
    }
    let head = "| # | KB | name | CVEs | machines | % |\n|---:|---|---|---:|---:|---:|".to_owned();
    let kbs = run.fleet.kbs.iter().take(WORST);
    let rows = kbs.map(|kb| kb_row(kb, run.fleet.coverage.answered));
    let table = [head].into_iter().chain(rows).collect::<Vec<_>>();
    vec!["### Worst KBs".to_owned(), table.join("\n")]
}

fn kb_row(kb: &KbRow, answered: u64) -> String {
    let share = Share {
        part: kb.machines_missing,
        whole: answered,
    };
    format!(
        "| {} | {} | {} | {} | {} | {:.1} |",
        kb.rank,
        escaped(&kb.id.for_people()),
        escaped(kb.name.as_deref().unwrap_or_default()),
        thousands(kb.cve_addressed),
        thousands(kb.machines_missing),
        share.for_people(),
    )
}

/// A sentence that stands out.
fn bold(text: &str) -> String {
    format!("**{}**", paragraph(text))
}

/// Escapes a sentence, which may be longer than a name.
pub(super) fn paragraph(text: &str) -> String {
    escaped_up_to(text, MAX_SENTENCE)
}

/// Escapes a name, or another short text.
pub(super) fn escaped(text: &str) -> String {
    escaped_up_to(text, MAX_NAME)
}

/// Escapes text for Markdown. Characters with a meaning in Markdown or HTML become entities. Text
/// that a renderer would turn into a link, a mention or an emoji is split by a `<wbr>`, which is
/// neither visible nor copied. Entities are not enough there: renderers look for such text after
/// decoding them.
pub(super) fn escaped_up_to(text: &str, longest: usize) -> String {
    let mut escaped = String::new();
    let text: Vec<char> = plain(text).chars().take(longest).collect();
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

/// Whether a character needs no escaping. A dot within a name, and a colon followed by text, may be
/// part of a URL.
fn is_plain(character: char, next: Option<char>) -> bool {
    match character {
        ' ' | ',' | ';' | '%' | '(' | ')' => true,
        '.' | ':' => next.is_none_or(|next| next == ' '),
        _ => character.is_alphanumeric(),
    }
}

/// Whether to split after this text: after a character that joins the parts of a URL, a mention, an
/// issue number or an emoji, and within a possible commit hash.
fn is_cut(text: &[char], next: Option<char>) -> bool {
    let [before @ .., last] = text else {
        return false;
    };
    let joins = matches!(last, '.' | ':' | '@' | '#' | '/' | '$')
        || *last == '-' && before.last().is_some_and(char::is_ascii_alphabetic);
    next.is_some_and(|next| joins && next != ' ' || next.is_ascii_hexdigit() && is_full(text))
}

/// Whether the text ends with a word of hexadecimal digits only, and their number is a multiple of
/// one less than the shortest hash.
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
    fn summary_contains_the_main_figures() {
        let text = Fixture::second_night().with_run(markdown);
        for part in [
            "## Missing updates (Contoso)",
            "**33&#46;<wbr>3 % of answered machines fully patched; install this update first**",
            "3 of 5 machines answered (60&#46;<wbr>0 %)",
            "> **Partial: no result for 2 of 5 machines**",
            "1 machine was not queried",
            "| 5 | 3 | 2 | 2 | 3 | 123 |",
            "Since 2026&#45;11&#45;22: 1 resolved",
            "Exposure score &#43;66: &#45;3 resolved, &#43;66 replaced",
            "| KB4540673 | Windows 10, Edge | March 2020 | 2 | 111 | 90.2 % | 2 |",
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
        let text = fixture.with_run(markdown);
        // Our own marks: bold, a cut in a text.
        let foreign = text.replace("**", "").replace(CUT, "");
        for part in ["<", "![", "`", "*_"] {
            assert!(!foreign.contains(part), "{part}:\n{text}");
        }
        assert!(text.len() < 10_000);
        let columns = |line: &str| line.matches('|').count();
        let rows = text.lines().filter(|line| line.contains("KB1 "));
        assert!(rows.map(columns).eq([8, 7]), "{text}");
    }

    /// The separate texts of a page rendered from this Markdown.
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

    /// Whether some renderer turns a text into more than text, in the source or in the page.
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
    fn foreign_text_never_becomes_a_link() {
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
    fn harmless_text_stays_readable() {
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
