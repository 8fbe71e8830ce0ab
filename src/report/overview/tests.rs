use serde_json::Value;

use super::{
    digest::{DigestChanges, KbDigest},
    *,
};
use crate::domain::{ending::RunOutcome, exit_code::ExitCode};

fn kb(id: &str, name: &str, machines: u64) -> KbDigest {
    KbDigest {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        machines,
        exposure: machines * 10,
        exploited: id == "2",
    }
}

fn digest(folder: &str) -> RunDigest {
    RunDigest {
        outcome: RunOutcome::Complete,
        is_alarming: false,
        is_finished: true,
        run: Some(7),
        tenant_id: Some("id".to_owned()),
        folder: folder.to_owned(),
        has_page: true,
        machines: 12,
        answered: 10,
        not_found: 0,
        failed: 0,
        pending: 0,
        skipped: 2,
        with_gaps: 6,
        clean: 3,
        no_current_data: 1,
        unsupported: 0,
        gaps: 9,
        exposure: 90,
        known_exploited: Some(3),
        since: Some(DigestChanges {
            replaced: 7,
            returned: 3,
            newly_exploited: 0,
            new: 1,
            resolved: 4,
            exposure: 120,
            verdict: "better".to_owned(),
        }),
        kbs: vec![kb("1", "b", 5), kb("2", "c", 4)],
    }
}

fn row(name: &str, exit_code: ExitCode) -> TenantRow {
    TenantRow {
        name: name.to_owned(),
        tenant_id: format!("{name}.example"),
        exit_code,
        digest: None,
        error: None,
        hint: None,
    }
}

/// A whole tenant, one of hostile texts, one that is refused, and one that is partial.
fn overview() -> Overview {
    let hostile = RunDigest {
        known_exploited: None,
        since: None,
        kbs: vec![kb("1", "<script>alert(1)</script>", 7)],
        has_page: false,
        ..digest("out/b")
    };
    let partial = RunDigest {
        outcome: RunOutcome::Partial,
        answered: 9,
        failed: 1,
        ..digest("elsewhere/d")
    };
    Overview {
        folder: "out".into(),
        rows: vec![
            TenantRow {
                digest: Some(digest("out/a b/x")),
                ..row("a b", ExitCode::Complete)
            },
            TenantRow {
                digest: Some(hostile),
                ..row("b", ExitCode::Complete)
            },
            TenantRow {
                error: Some("=cannot sign in: <b>no</b> consent".to_owned()),
                hint: Some("ask for it".to_owned()),
                ..row("c", ExitCode::Refused)
            },
            TenantRow {
                digest: Some(partial),
                ..row("d", ExitCode::Partial)
            },
        ],
        started_at: "2026-11-23T22:00:00Z".parse().unwrap(),
        finished_at: "2026-11-23T23:00:00Z".parse().unwrap(),
        time_zone: TimeZone::UTC,
        csv_guard: true,
    }
}

fn file(name: &str) -> String {
    let files = overview().files().unwrap();
    let found = files.into_iter().find(|(it, _)| *it == name);
    found.unwrap().1
}

#[test]
fn csv_has_a_row_for_each_tenant() {
    assert_eq!(
        file("tenants.csv"),
        "tenant,tenantId,status,exitCode,answered,machines,kbs,gaps,exposure,knownExploited,new,\
         resolved,message\n\
         a b,a b.example,complete,0,10,12,2,9,90,3,1,4,\n\
         b,b.example,complete,0,10,12,1,9,90,,,,\n\
         c,c.example,refused,4,,,,,,,,,'=cannot sign in: <b>no</b> consent\n\
         d,d.example,partial,5,9,12,2,9,90,3,1,4,9 of 10 machines answered\n"
    );
}

#[test]
fn summary_has_the_totals() {
    let summary: Value = serde_json::from_str(&file("summary.json")).unwrap();
    assert_eq!(summary["tenants"]["complete"], 2);
    assert_eq!(summary["tenants"]["refused"], 1);
    assert_eq!(summary["tenants"]["failed"], 0);
    assert_eq!(summary["inventory"]["machines"], 36);
    let numbers = ["answered", "skipped", "noCurrentData", "unsupported"];
    let numbers = numbers.map(|it| summary["machines"][it].as_u64().unwrap());
    assert_eq!(numbers, [29, 6, 3, 0]);
    assert_eq!((&summary["kbs"], &summary["gaps"]), (&2.into(), &27.into()));
    assert_eq!(summary["exposure"], 270);
    assert_eq!(summary["knownExploited"]["gaps"], 6);
    assert_eq!(summary["changes"]["resolved"], 8);
    assert_eq!(summary["changes"]["tenants"], 2);
    let top = &summary["topKbs"][0];
    assert_eq!((&top["kbId"], &top["tenants"]), (&"1".into(), &3.into()));
    assert_eq!(top["machinesMissing"], 17);
    assert_eq!(summary["rows"][2]["hint"], "ask for it");
}

#[test]
fn page_is_safe_and_links_to_pages_below_it() {
    let page = file("overview.html");
    assert!(
        page.contains("<a href=\"a%20b/x/report.html\">a b</a>"),
        "{page}"
    );
    assert_eq!(
        page.matches("report.html").count(),
        1,
        "no other page is there, or below"
    );
    assert!(
        !page.contains("<script") && !page.contains("<b>no"),
        "{page}"
    );
    assert!(page.contains("▼ 30 better"), "{page}");
    let places = ["c.example", "d.example"];
    assert!(places.iter().all(|it| !page.contains(it)));
    let order = ["refused", "partial", "complete"].map(|it| page.find(&format!(">{it}<")).unwrap());
    assert!(order.is_sorted(), "what needs attention comes first");
}

#[test]
fn page_lists_the_kbs_that_the_summary_lists() {
    let kbs = (0..23).map(|number| kb(&format!("50000{number:02}"), "name", 3));
    let overview = Overview {
        rows: vec![TenantRow {
            digest: Some(RunDigest {
                kbs: kbs.collect(),
                ..digest("out/a")
            }),
            ..row("a", ExitCode::Complete)
        }],
        ..overview()
    };
    let files = overview.files().unwrap();
    let [_, (_, page), (_, summary)] = &files[..] else {
        panic!("{files:?}");
    };
    let summary: Value = serde_json::from_str(summary).unwrap();
    assert_eq!(summary["topKbs"].as_array().unwrap().len(), 20);
    assert_eq!(page.matches("<th scope=\"row\">KB50000").count(), 20);
    assert!(page.contains("3 more are not shown."), "{page}");
    assert!(page.contains("Missing updates of 1 tenant<"), "{page}");
}

#[test]
fn row_says_that_a_run_ended_early() {
    let message = |digest: RunDigest| {
        let row = TenantRow {
            digest: Some(digest),
            ..row("a", ExitCode::Complete)
        };
        row.message()
    };
    let early = RunDigest {
        is_finished: false,
        ..digest("out")
    };
    let old = "ended early: some answers are from earlier runs";
    assert_eq!(message(digest("out")), "");
    assert_eq!(message(early.clone()), old);
    let alarming = RunDigest {
        is_alarming: true,
        ..early.clone()
    };
    let also = format!("{old}; known exploited gaps are open");
    assert_eq!(message(alarming), also);
    let enough = RunDigest {
        answered: 9,
        ..early
    };
    assert_eq!(message(enough), "ended early: 9 of 10 machines answered");
}

#[test]
fn markdown_says_what_the_page_says() {
    let text = overview().markdown();
    for line in [
        "## Missing updates of 4 tenants",
        "**4 tenants: 2 complete, 1 partial, 1 refused; 96&#46;<wbr>7 % of 30 machines answered, 27 gaps, exposure score \
         270**",
        "| 29 | 18 | 2 | 27 | 270 | 6 | 8 |",
        "| a b | complete | 100.0 % | 12 | 9 | 90 | 3 | ▼ 30 better |  |",
        "| c | refused |  | – | – | – | – |  | &#61;cannot sign in: &#60;b&#62;no&#60;&#47;<wbr>b&#62; consent ask for it |",
        "| KB2 | c | 2 | 8 | 80 | yes |",
    ] {
        assert!(text.lines().any(|it| it == line), "no {line}:\n{text}");
    }
    assert!(!text.contains("<script>"), "{text}");
    let order = ["| c |", "| d |", "| a b |"].map(|it| text.find(it).unwrap());
    assert!(order.is_sorted(), "{text}");
}

#[test]
fn markdown_lists_no_more_tenants_than_fit() {
    let remark = "<".repeat(5000);
    let rows = (0..500).map(|number| TenantRow {
        error: Some(remark.clone()),
        hint: Some(remark.clone()),
        ..row(&format!("tenant {number:03}"), ExitCode::Partial)
    });
    let overview = Overview {
        rows: rows.collect(),
        ..overview()
    };
    let text = overview.markdown();
    assert_eq!(text.matches("| tenant ").count(), 50 + 1, "{text}");
    assert!(text.contains("450 more tenants are in `tenants.csv`."));
    assert!(text.len() < 1 << 20, "{}", text.len());
}

#[test]
fn terminal_shows_a_line_for_each_tenant_and_the_totals() {
    let text = overview().text(200);
    assert_eq!(text.lines().count(), 1 + 4 + 2, "{text}");
    assert!(text.contains("=cannot sign in"), "{text}");
    let last = "4 tenants: 2 complete, 1 partial, 1 refused; 96.7 % of 30 machines answered, 27 gaps, \
                exposure score 270";
    assert_eq!(text.lines().last(), Some(last));
}

#[test]
fn digest_survives_the_store() {
    let digest = digest("out");
    let text = serde_json::to_string(&digest).unwrap();
    assert_eq!(serde_json::from_str::<RunDigest>(&text).unwrap(), digest);
}
