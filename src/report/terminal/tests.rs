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
    fixture.with_run(|run| render(run, width, Style::Plain))
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
33.3 % of answered machines fully patched; install this update first
3 of 5 machines answered (60.0 %); 1 not found; 1 not queried; 1 invalid row
Partial: no result for 2 of 5 machines

2 missing KBs: 3 gaps on 2 machines
Exposure score 123 (CVEs summed over all gaps; an upper bound, because KBs overlap)

Installing these 2 updates removes 100 % of the exposure score, on 2 machines:
#  KB         product           released    machines  exposure  removed so far
1  KB4540673  Windows 10, Edge  March 2020         2       111          90.2 %
2  KB5000802                                       1        12         100.0 %

1 machine has no missing updates. The list has no last-seen date, so it may simply be offline

#  worst KBs  name                         CVEs  machines     %
1  KB4540673  March 2020 Security Updates    97         2  66.7
2  KB5000802                                 12         1  33.3

#  worst machines                            Device Name  KBs  score  top KB
1  0101010101010101010101010101010101010101  web-01         2    109  KB4540673
2  0202020202020202020202020202020202020202  web-02         1     14  KB4540673

reports in reports: kbs.csv, summary.json
";
    assert_eq!(rendered(&Fixture::small(), 100), expected);
}

#[test]
fn large_fleet_fits_the_screen() {
    let gaps = |number: u8| (1..=number).map(|kb| gap(&format!("50000{kb:02}"), u64::from(kb)));
    let outcomes = (1..=50).map(|number| answer(number, gaps(number).collect()));
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
    let screen = |fixture: &Fixture| fixture.with_run(|run| screen(run, 80, Style::Plain));
    let text = screen(&fixture);
    for part in [
        "Partial: no result for 2 of 5 machines",
        "Installing these 2 updates",
        "Since 2026-11-22: 1 resolved, 0 new, 1 replaced by newer KBs",
        "Machines with gaps 2 (-2) · gaps 3 (-3) · exposure score 123 (+66)",
        "reports in reports: report.html and 2 more",
    ] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
    // All five actions, and every kind of change.
    let gaps = (1..=5).map(|kb| gap(&format!("500000{kb}"), 9)).collect();
    fixture.outcomes[0] = answer(1, gaps);
    let text = screen(&fixture);
    assert!(text.contains("5  KB5000004"), "{text}");
    assert!(text.lines().count() <= SCREEN, "{text}");
}

#[test]
fn last_week_comes_before_other_notes() {
    let fixture = Fixture::second_week();
    for width in [80, 100, 120] {
        let text = fixture.with_run(|run| screen(run, width, Style::Plain));
        assert!(text.lines().count() <= SCREEN, "{text}");
        assert!(text.contains("\nSince 2026-11-16: 3 resolved"), "{text}");
    }
    // Lines that do not fit are left out, whatever the width.
    for width in [40, 50, 60] {
        let text = fixture.with_run(|run| screen(run, width, Style::Plain));
        assert!(!text.contains("no missing updates"), "{text}");
    }
}

#[test]
fn notes_appear_as_far_as_they_fit() {
    let fixture = |kbs: u8| {
        let missing = (1..=kbs).map(|kb| gap(&kb.to_string(), 9)).collect();
        fleet(vec![answer(1, missing), answer(2, Vec::new())])
    };
    let screen = |kbs, width| {
        let fixture = fixture(kbs);
        fixture.with_run(|run| screen(run, width, Style::Plain))
    };
    let note = "1 machine has no missing updates. The list has no last-seen date";
    assert!(screen(5, 100).contains(note));
    // Sentences take more lines on a narrow screen.
    let narrow = screen(5, 40);
    assert!(!narrow.contains("1 machine has no missing"), "{narrow}");
    for width in [40, 60, 80, 120] {
        let text = screen(5, width);
        assert!(text.lines().count() <= SCREEN, "{text}");
    }
}

#[test]
fn complete_run_is_not_called_partial() {
    let mut fixture = fleet(vec![answer(1, Vec::new()), not_found(2)]);
    fixture.facts.outcome = RunOutcome::Complete;
    let text = rendered(&fixture, 80);
    assert!(text.contains("\nNo result for 1 of 2 machines\n"), "{text}");
    assert!(!text.to_lowercase().contains("partial"), "{text}");
}

#[test]
fn banner_appears_below_98_percent_or_when_interrupted() {
    let answered = |count: u8| (0..count).map(|number| answer(number, Vec::new()));
    let missing = |from: u8, to: u8| (from..to).map(not_found);
    let banner =
        |outcomes: Vec<Outcome>| rendered(&fleet(outcomes), 80).contains("Partial: no result");
    assert!(!banner(answered(100).collect()));
    assert!(!banner(answered(98).chain(missing(98, 100)).collect()));
    assert!(banner(answered(97).chain(missing(97, 100)).collect()));

    let mut interrupted = fleet(answered(100).collect());
    interrupted.outcomes.truncate(97);
    interrupted.facts.outcome = RunOutcome::Interrupted;
    let text = rendered(&interrupted, 80);
    assert!(
        text.contains("Partial: no result for 3 of 100 machines (interrupted)"),
        "{text}"
    );
}

#[test]
fn more_than_one_fifth_not_found_warns_of_the_wrong_list() {
    let warned = |found: u8| {
        let found_ones = (0..found).map(|number| answer(number, Vec::new()));
        let outcomes = found_ones.chain((found..10).map(not_found)).collect();
        rendered(&fleet(outcomes), 200).contains("the right tenant?")
    };
    assert!(!warned(8));
    assert!(warned(7));
}

#[test]
fn no_gaps_are_reported_without_tables() {
    let mut fixture = fleet(vec![answer(1, Vec::new())]);
    fixture.facts.files.clear();
    let expected = "\
100.0 % of machines fully patched; nothing to install
1 of 1 machine answered (100.0 %)

1 machine has no missing updates. The list has no last-seen date, so it may simply be offline
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
    let coloured = fixture.with_run(|run| render(run, 80, Style::Colour));
    assert!(coloured.contains("\u{1b}[1;31mPartial"));
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
        let harmless = rendered(&named_fleet("x", vec![answer(1, vec![gap("1", 3)])]), width);
        prop_assert_eq!(lines.lines().count(), harmless.lines().count(), "{}", lines);
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
