use proptest::prelude::*;

use super::{
    super::fixture::{Fixture, answer, gap, not_found},
    *,
};
use crate::{
    domain::{ending::RunOutcome, outcome::Outcome},
    inventory::InventoryMachine,
};

fn rendered(fixture: &Fixture, width: u16) -> String {
    fixture.with_run(|run| render(run, width, Style::Plain).unwrap())
}

/// As many machines as outcomes, all with a name.
fn fleet(outcomes: Vec<Outcome>) -> Fixture {
    named_fleet("a-rather-long-name.contoso.com", outcomes)
}

fn named_fleet(name: &str, outcomes: Vec<Outcome>) -> Fixture {
    let mut fixture = Fixture::small();
    fixture.inventory.rejected.clear();
    fixture.inventory.machines = outcomes
        .iter()
        .map(|outcome| InventoryMachine {
            id: outcome.machine,
            line: 2,
        })
        .collect();
    fixture.inventory.cells = outcomes.iter().map(|_| [name, ""]).collect();
    fixture.outcomes = outcomes;
    fixture
}

#[test]
fn small_fleet_is_shown_in_full() {
    let expected = "\
3 of 5 machines answered (60.0 %); 1 not found; 1 not asked; 1 invalid in the list
PARTIAL: this speaks for 3 machines; of 2 nothing is known

2 KBs are missing: 3 gaps on 2 machines
exposure 123: machine-times-CVE, an upper bound: KBs overlap
1 machine misses nothing, or sent nothing for 30 days: the answers look alike

#  worst KBs  name                         CVEs  machines     %
1  KB4540673  March 2020 Security Updates    97         2  66.7
2  KB5000802                                 12         1  33.3

#  worst machines                            Device Name  KBs  score  top KB
1  0101010101010101010101010101010101010101  web-01         2    109  KB4540673
2  0202020202020202020202020202020202020202  web-02         1     14  KB4540673

installing these 2 KBs removes 100 % of the exposure, on 2 machines
first      name                         machines  exposure  removed  reached
KB4540673  March 2020 Security Updates         2       111   90.2 %        2
KB5000802                                      1        12  100.0 %        2

reports in reports: kbs.csv, summary.json
";
    assert_eq!(rendered(&Fixture::small(), 100), expected);
}

#[test]
fn large_fleet_fits_the_screen() {
    let gaps = |number: u8| (1..=number).map(|kb| gap(&format!("50000{kb:02}"), u64::from(kb)));
    let outcomes = (0..50).map(|number| answer(number, gaps(number).collect()));
    let text = rendered(&fleet(outcomes.collect()), 80);
    assert!(text.lines().count() <= 40, "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(text.contains("a-rather-l…"), "{text}");
}

#[test]
fn second_night_fits_twenty_lines() {
    let mut fixture = Fixture::second_night();
    fixture.facts.files.push("report.html".to_owned());
    let screen = |width| fixture.with_run(|run| screen(run, width, Style::Plain).unwrap());
    let text = screen(80);
    // Leaves room for three more actions and the ending.
    assert!(text.lines().count() <= 16, "{text}");
    for part in [
        "PARTIAL",
        "installing these 2 KBs",
        "Since 2026-11-22: 1 resolved, 0 new, 1 replaced by newer KBs",
        "gaps 3 (-3) · exposure 123 (+66)",
        "reports in reports: report.html and 2 more",
    ] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
}

#[test]
fn banner_appears_below_98_percent_or_when_interrupted() {
    let answered = |count: u8| (0..count).map(|number| answer(number, Vec::new()));
    let missing = |from: u8, to: u8| (from..to).map(not_found);
    let banner = |outcomes: Vec<Outcome>| rendered(&fleet(outcomes), 80).contains("PARTIAL");
    assert!(!banner(answered(100).collect()));
    assert!(!banner(answered(98).chain(missing(98, 100)).collect()));
    assert!(banner(answered(97).chain(missing(97, 100)).collect()));

    let mut interrupted = fleet(answered(100).collect());
    interrupted.outcomes.truncate(99);
    interrupted.facts.outcome = RunOutcome::Interrupted;
    let text = rendered(&interrupted, 80);
    assert!(
        text.contains("PARTIAL (interrupted): this speaks for 99 machines; of 1 nothing is known"),
        "{text}"
    );
}

#[test]
fn more_than_one_fifth_not_found_warns_of_the_wrong_list() {
    let warned = |found: u8| {
        let found_ones = (0..found).map(|number| answer(number, Vec::new()));
        let outcomes = found_ones.chain((found..10).map(not_found)).collect();
        rendered(&fleet(outcomes), 80).contains("the right tenant?")
    };
    assert!(!warned(8));
    assert!(warned(7));
}

#[test]
fn no_gaps_are_reported_without_tables() {
    let mut fixture = fleet(vec![answer(1, Vec::new())]);
    fixture.facts.files.clear();
    let expected = "\
1 of 1 machine answered (100.0 %)

1 machine misses nothing, or sent nothing for 30 days: the answers look alike
";
    assert_eq!(rendered(&fixture, 80), expected);
}

#[test]
fn name_column_is_omitted_without_names() {
    let mut fixture = Fixture::small();
    fixture.inventory.columns = vec!["Site".to_owned(), "Owner".to_owned()];
    let text = rendered(&fixture, 80);
    let header = text
        .lines()
        .find(|it| it.contains("worst machines"))
        .unwrap();
    let words: Vec<_> = header.split_whitespace().collect();
    assert_eq!(
        words,
        ["#", "worst", "machines", "KBs", "score", "top", "KB"]
    );
}

#[test]
fn colour_changes_only_colour() {
    let fixture = Fixture::small();
    let coloured = fixture.with_run(|run| render(run, 80, Style::Colour).unwrap());
    assert!(coloured.contains("\u{1b}[1;31mPARTIAL"));
    let bare: Vec<String> = coloured.lines().map(crate::report::plain::plain).collect();
    assert_eq!(bare.join("\n") + "\n", rendered(&fixture, 80));
}

proptest! {
    #[test]
    fn foreign_text_contains_no_control_characters(text in "(\\PC|\\pC|\u{1b}\\[2J|\n){0,30}", width: u16) {
        let mut missing = gap(&text, 3);
        missing.name = Some(text.as_str().into());
        let mut fixture = named_fleet(&text, vec![answer(1, vec![missing])]);
        fixture.inventory.columns[0] = "name".to_owned();
        fixture.facts.folder = text.into();
        let lines = rendered(&fixture, width);
        let steers = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
        prop_assert!(!lines.contains(steers), "{:?}", lines);
        prop_assert_eq!(lines.lines().count(), 16, "{}", lines);
    }

    #[test]
    fn long_names_do_not_break_the_table(length in 0..10_000_usize, width in 80..200_u16) {
        let name = "n".repeat(length);
        let mut missing = gap("5000802", 3);
        missing.name = Some(name.as_str().into());
        let fixture = named_fleet(&name, vec![answer(1, vec![missing])]);
        for line in rendered(&fixture, width).lines() {
            prop_assert!(line.chars().count() <= usize::from(width), "{}", line);
        }
    }
}
