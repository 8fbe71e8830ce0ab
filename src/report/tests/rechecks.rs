//! Whether kept and inferred answers get worse is shown over the runs.

use std::collections::BTreeMap;

use super::{agreement::people, fixture::Fixture};
use crate::{
    domain::accuracy::Accuracy,
    report::{Format, Run, TrendPoint, reports},
};

/// Page, and workbook as the text of its cells, of runs with these samples.
fn shown(samples: [Option<Accuracy>; 3]) -> [String; 2] {
    Fixture::small().with_run(|run| {
        let trend: Vec<TrendPoint> = run
            .trend
            .iter()
            .zip(samples)
            .map(|(point, rechecked)| TrendPoint {
                rechecked,
                ..*point
            })
            .collect();
        let run = Run {
            trend: &trend,
            ..*run
        };
        let formats: Vec<Format> = ["html", "xlsx"].map(|it| it.parse().unwrap()).into();
        let bytes = reports(&formats).into_iter().map(|report| {
            let mut bytes = Vec::new();
            report.render(&run, &mut bytes).unwrap();
            (report.file_name().to_owned(), bytes)
        });
        let files: BTreeMap<_, _> = bytes.collect();
        let page = String::from_utf8(files["report.html"].clone()).unwrap();
        [page, people::cells(&files["report.xlsx"], "Summary")]
    })
}

#[test]
fn miss_rate_is_a_trend_in_page_and_workbook() {
    let sample = |differed| {
        Some(Accuracy {
            machines: 1960,
            differed,
        })
    };
    let [page, workbook] = shown([sample(5), None, sample(98)]);
    for row in [
        "2026-11-20 14:00</th><td class=\"num\">1,960</td><td class=\"num\">5</td>\
         <td class=\"num\">0.26 %</td><td class=\"num\">0.6 %</td>",
        "2026-11-23 14:00</th><td class=\"num\">1,960</td><td class=\"num\">98</td>\
         <td class=\"num\">5.00 %</td><td class=\"num\">5.9 %</td>",
    ] {
        assert!(page.contains(row), "{page}");
    }
    let block = workbook
        .split("How often kept and inferred answers were wrong")
        .nth(1);
    let block = block.unwrap();
    for cell in ["1960", "98", "0.05", "0.006"] {
        assert!(block.lines().any(|it| it == cell), "{cell}: {block}");
    }
}

#[test]
fn without_two_samples_there_is_no_trend() {
    let sample = Some(Accuracy {
        machines: 200,
        differed: 0,
    });
    for samples in [[None, None, None], [None, None, sample]] {
        for text in shown(samples) {
            assert!(!text.contains("How often kept and inferred"), "{samples:?}");
        }
    }
}
