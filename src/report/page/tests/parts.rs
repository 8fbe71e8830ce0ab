//! Required and forbidden parts of the page.

use std::collections::HashMap;

use super::{
    super::{
        Scene,
        assets::{SCRIPT, STYLE, hash},
        data,
    },
    Gap, between, figure, gaps, page, section,
};
use crate::{
    aggregate::TopAction,
    report::{Format, fixture::Fixture, reports},
};

#[test]
fn groups_are_a_section_of_lists_that_have_them() {
    let fixture = Fixture::small();
    assert!(!page(&fixture).contains("groups-"));
    let mut fixture = fixture;
    fixture.inventory.columns = vec!["Tags".to_owned(), "Group".to_owned()];
    let cells = ["vip;a", "<b>;vip", "", "vip", "vip"].map(|tags| [tags, ""]);
    fixture.inventory.cells = crate::inventory::Cells::from_iter(cells);
    let page = page(&fixture);
    let section = section(&page, "groups");
    assert!(section.contains("<caption>By tag</caption>"), "{section}");
    // A column without any value says nothing.
    assert!(!section.contains("By device group"), "{section}");
    let vip = r#"dir="auto">vip</td><td class="num">4</td><td class="num">2</td><td class="num">0</td><td class="num">0.0</td><td class="num">3</td><td class="num">123</td>"#;
    assert!(section.contains(vip), "{section}");
    assert!(
        section.contains("&#60;b&#62;") && !section.contains("<b>"),
        "{section}"
    );
    assert!(section.contains(">(none)</td>"), "{section}");
}

#[test]
fn only_the_largest_groups_are_shown() {
    let mut fixture = Fixture::small();
    fixture.inventory.columns = vec!["Tags".to_owned(), String::new()];
    let tags: Vec<String> = (0..30).map(|number| format!("t{number:02}")).collect();
    let tags = tags.join(";");
    fixture.inventory.cells = crate::inventory::Cells::from_iter([[&*tags, ""]; 5]);
    let page = page(&fixture);
    let section = section(&page, "groups");
    assert!(
        section.contains("By tag (and 10 more in summary.json)"),
        "{section}"
    );
    assert!(
        section.contains("t19") && !section.contains("t20"),
        "{section}"
    );
}

#[test]
fn cross_check_is_a_section_of_runs_that_have_one() {
    let page_without = page(&Fixture::small());
    assert!(!page_without.contains("crosscheck"));
    let page = page(&Fixture::with_cross_check());
    let section = section(&page, "crosscheck");
    for part in [
        "4 differ: 2 without a CVE, 1 younger than the export, 1 unexplained",
        "<caption>Gaps that differ, the unexplained ones first</caption>",
        r#"<td class="kb">KB4540673</td><td>no</td><td>yes</td><td class="num"></td><td class="num">2</td><td>unknown</td>"#,
    ] {
        assert!(section.contains(part), "no {part}: {section}");
    }
    let [unknown, age] = ["KB4540673", "KB5000802"].map(|kb| section.find(kb).unwrap());
    assert!(unknown < age);
    assert!(page.contains(r##"<a href="#crosscheck">"##));
}

#[test]
fn census_is_a_section_of_runs_that_have_one() {
    let page_without = page(&Fixture::small());
    assert!(!page_without.contains("census"));
    let page = page(&Fixture::with_census());
    let section = section(&page, "census");
    for part in [
        "5 are unexplained",
        "<caption>Differences, the least explained first</caption>",
        r#"<td class="kb">KB5000802</td><td class="num">1</td><td class="num">8</td><td class="num">+7</td>"#,
        "Office (HTTP 404: not found)",
    ] {
        assert!(section.contains(part), "no {part}: {section}");
    }
    assert!(
        !section.contains("KB4540673"),
        "only differences are listed"
    );
    assert!(page.contains(r##"<a href="#census">"##));
}

#[test]
fn content_security_policy_allows_only_own_style_and_script() {
    let page = page(&Fixture::second_night());
    let policy = between(
        &page,
        r#"<meta http-equiv="Content-Security-Policy" content=""#,
        "\"",
    );
    let style = between(&page, "<style>", "</style>");
    let script = between(&page, r#"<script type="module">"#, "</script>");
    assert_eq!((style, script), (STYLE, SCRIPT));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; \
             base-uri 'none'; form-action 'none'",
            hash(script),
            hash(style)
        )
    );
    let head = between(&page, "<head>", "<link");
    assert!(head.find("Content-Security-Policy") < head.find("<title>"));
}

#[test]
fn hash_matches_the_one_of_browsers() {
    assert_eq!(
        hash("alert('Hello, world.');"),
        "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
    );
}

#[test]
fn page_loads_nothing_and_has_no_inline_code() {
    let page = page(&Fixture::second_night());
    for never in [
        "http:",
        "src=",
        "@import",
        "url(",
        " style=",
        " onclick",
        "javascript:",
        "eval(",
        "innerHTML",
    ] {
        assert!(!page.contains(never), "{never}");
    }
    assert_eq!(page.matches("href=\"data:").count(), 1, "the icon");
    assert!(
        !STYLE.contains('\r') && !SCRIPT.contains('\r'),
        "browsers hash line feeds"
    );
    assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
}

#[test]
fn sections_are_in_order() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        let page = page(&fixture);
        let mut rest = page.as_str();
        for name in [
            "header", "coverage", "tiles", "actions", "notes", "charts", "changes", "kbs",
            "machines", "failures", "method",
        ] {
            let begin = format!("<section id=\"{name}\">");
            rest = rest.split_once(&begin).unwrap().1;
        }
    }
}

#[test]
fn figures_match_the_summary() {
    let reports = reports(&[Format::Json]);
    for fixture in [Fixture::small(), Fixture::second_night()] {
        let summary = fixture.render(reports.last().unwrap().as_ref());
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        let page = page(&fixture);
        for (name, expected) in [
            ("answered", &summary["machines"]["answered"]),
            ("withGaps", &summary["machines"]["withGaps"]),
            ("kbs", &summary["kbs"]),
            ("gaps", &summary["gaps"]),
            ("exposure", &summary["exposure"]),
        ] {
            assert_eq!(Some(figure(&page, name)), expected.as_u64(), "{name}");
        }
        assert_eq!(figure(&page, "worst"), 109);
    }
}

#[test]
fn second_night_shows_the_comparison() {
    let page = page(&Fixture::second_night());
    let header = section(&page, "header");
    assert!(header.contains("2026-11-23 13:59 CET"), "{header}");
    assert!(header.contains("run 1 of 2026-11-22 13:59 CET"));
    assert!(header.contains("<h1>Missing updates (<bdi>Contoso</bdi>)</h1>"));
    assert!(section(&page, "method").contains("2026-11-23T12:59:58Z"));
    assert!(section(&page, "coverage").contains("Partial: no result for 2 of 5 machines"));
    assert!(section(&page, "tiles").contains("▼ 3 <span class=\"than\">since 2026-11-22"));
    let changes = section(&page, "changes");
    for expected in [
        "Since 2026-11-22: 1 resolved",
        "carried over, never counted as resolved",
        "db-01 (0303030303030303030303030303030303030303): 1 gap then",
        "KB4530000",
    ] {
        assert!(changes.contains(expected), "{expected}: {changes}");
    }
}

#[test]
fn fewer_gaps_in_a_partial_run_are_not_better() {
    let partial = Fixture::second_night();
    let tiles = |fixture: &Fixture| section(&page(fixture), "tiles").to_owned();
    assert!(!tiles(&partial).contains("class=\"change better\""));
    let mut whole = partial;
    whole.inventory.machines.truncate(3);
    assert!(tiles(&whole).contains("class=\"change better\""));
}

#[test]
fn first_night_has_no_comparison() {
    let page = page(&Fixture::small());
    assert!(section(&page, "header").contains("First night: nothing to compare with yet"));
    assert!(!section(&page, "tiles").contains("class=\"change"));
    assert!(section(&page, "changes").contains("first run of this tenant"));
}

#[test]
fn gaps_match_the_file_of_gaps() {
    let fixture = Fixture::small();
    let reports = reports(&[Format::Csv]);
    let file = reports.iter().find(|it| it.file_name() == "gaps.csv");
    let file = fixture.render(file.unwrap().as_ref());
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let rows = reader.deserialize::<HashMap<String, String>>();
    let expected = rows.map(Result::unwrap).map(|row| Gap {
        machine: row["machineId"].clone(),
        kb: row["kbId"].clone(),
        cves: row["cveAddressed"].parse().unwrap(),
    });
    let mut found = gaps(&super::data(&page(&fixture)));
    found.sort();
    assert_eq!(found, expected.collect::<Vec<_>>());
}

#[test]
fn gaps_of_each_kb_match_its_machine_count() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        let data = super::data(&page(&fixture));
        let gaps = gaps(&data);
        let kbs = data["kbs"]["kbId"].as_array().unwrap().iter();
        let machines = data["kbs"]["machinesMissing"].as_array().unwrap();
        for (kb, machines) in kbs.zip(machines) {
            let found = gaps.iter().filter(|gap| gap.kb == *kb).count();
            assert_eq!(Some(found as u64), machines.as_u64(), "{kb}");
        }
    }
}

/// Jenkins, wikis and mail clients strip the style, or a policy forbids it.
#[test]
fn drawings_have_their_own_size_and_colours() {
    let page = page(&Fixture::second_night());
    let shapes = page.split('<').filter(|it| {
        ["svg ", "rect ", "circle ", "polyline ", "text "]
            .iter()
            .any(|name| it.starts_with(name))
    });
    let mut count = 0;
    for shape in shapes {
        let needed: &[&str] = match shape.split(' ').next() {
            Some("svg") => &[" width=", " height=", " viewBox="],
            Some("text") => &[" text-anchor="],
            Some("polyline") => &[" fill=\"none\"", " stroke=", " stroke-width="],
            _ => &[" fill=\"#"],
        };
        for attribute in needed {
            assert!(shape.contains(attribute), "{attribute}: {shape}");
        }
        count += 1;
    }
    assert!(count > 40, "{count}");
}

#[test]
fn controls_are_hidden_until_the_script_runs() {
    let page = page(&Fixture::second_night());
    let controls = page.matches("<div class=\"controls\"").count();
    assert!(controls >= 3);
    let hidden = page.split("<div class=\"controls\"").skip(1);
    for controls in hidden {
        assert!(controls.split('>').next().unwrap().ends_with(" hidden"));
    }
    assert!(section(&page, "actions").contains("class=\"hint no-script\""));
    assert!(
        !page.contains("<noscript"),
        "shown only where scripts are off"
    );
}

#[test]
fn too_many_pairs_are_omitted_with_a_note() {
    Fixture::small().with_run(|run| {
        let mut fleet = run.fleet.clone();
        fleet.gaps = super::super::MOST_GAPS + 1;
        let run = crate::report::Run {
            fleet: &fleet,
            ..*run
        };
        let top = run.fleet.top_actions(TopAction::MAX_SHOWN);
        let scene = Scene::of(&run, &top);
        let mut bytes = Vec::new();
        super::super::sections::write(&scene, &mut bytes).unwrap();
        data::write(&scene, &mut bytes).unwrap();
        let page = String::from_utf8(bytes).unwrap();
        assert!(super::data(&page)["pairs"].is_null());
        for name in ["kbs", "machines", "method"] {
            assert!(section(&page, name).contains("gaps.csv"), "{name}");
        }
    });
}

#[test]
fn rendering_is_deterministic() {
    let fixture = Fixture::second_night();
    assert_eq!(page(&fixture), page(&fixture));
}
