//! The answers of a run compared with a second source, in sentences.

use crate::{
    domain::{
        answer::Source,
        cross_check::{CrossCheck, CrossCheckCounts},
        text::{counted, share, thousands},
    },
    report::Run,
};

/// The sentences about the comparison with a second source. Empty without one.
pub(in crate::report) fn sentences(run: &Run<'_>) -> Vec<String> {
    let Some(check) = run.cross_check else {
        return Vec::new();
    };
    let (first, second) = (first(run), name(check.source));
    if let Some(because) = &check.missing_because {
        return vec![format!("{first} and {second} are not compared: {because}")];
    }
    let counts = check.counts();
    let mut sentences = vec![summary(first, second, counts)];
    if counts.differing > 0 {
        sentences.push(format!(
            "Every report shows what the {} say, whatever the {second} {}",
            first.to_lowercase(),
            if check.source == Source::Hunting {
                "say"
            } else {
                "says"
            },
        ));
    }
    sentences.extend(not_compared(check, second));
    sentences
}

/// The name of the run's source.
fn first(run: &Run<'_>) -> &'static str {
    match run.bulk.map(|it| it.source) {
        Some(Source::Export) => "Export",
        Some(Source::Hunting) => "Hunting queries",
        _ if run.selection.is_some() => "Answers",
        _ => "Calls",
    }
}

/// The name of the second source.
const fn name(source: Source) -> &'static str {
    match source {
        Source::Hunting => "hunting queries",
        _ => "export",
    }
}

/// `Calls and export agree on 98.9 % of 73,796 gaps; 612 differ: 600 address no CVE ...`
fn summary(first: &str, second: &str, counts: CrossCheckCounts) -> String {
    let gaps = counted(counts.compared, "gap", "gaps");
    if counts.differing == 0 {
        return format!("{first} and {second} agree on all gaps: {gaps} compared");
    }
    let agreeing = share(counts.agreeing, counts.compared);
    let differ = counted(counts.differing, "differs", "differ");
    let reasons = reasons(counts, second).join(", ");
    format!("{first} and {second} agree on {agreeing} of {gaps}; {differ}: {reasons}")
}

fn reasons(counts: CrossCheckCounts, second: &str) -> Vec<String> {
    let because = counts.because;
    let reasons = [
        (because.no_cve, "without a CVE".to_owned()),
        (because.age, format!("younger than the {second}")),
        (
            because.silent,
            "on machines that have not been seen for 30 days".to_owned(),
        ),
        (
            because.not_onboarded,
            format!("on machines that are not onboarded according to the {second}"),
        ),
        (because.unknown, "unexplained".to_owned()),
    ];
    let found = reasons.into_iter().filter(|(count, _)| *count > 0);
    found
        .map(|(count, reason)| format!("{} {reason}", thousands(count)))
        .collect()
}

fn not_compared(check: &CrossCheck, second: &str) -> Option<String> {
    let count = check.machines_not_compared;
    let machines = counted(
        count,
        "machine is not compared, because the",
        "machines are not compared, because the",
    );
    let lacks = if check.source == Source::Hunting {
        "do not have"
    } else {
        "does not have"
    };
    let them = if count == 1 { "it" } else { "them" };
    (count > 0).then(|| format!("{machines} {second} {lacks} {them}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::fixture::Fixture;

    fn of(check: Option<CrossCheck>) -> Vec<String> {
        let fixture = Fixture {
            cross_check: check,
            ..Fixture::small()
        };
        fixture.with_run(sentences)
    }

    #[test]
    fn differences_are_explained() {
        let expected = [
            "Calls and export agree on 99.6 % of 1,000 gaps; 4 differ: 2 without a CVE, \
             1 younger than the export, 1 unexplained",
            "Every report shows what the calls say, whatever the export says",
            "1 machine is not compared, because the export does not have it",
        ];
        assert_eq!(of(Fixture::with_cross_check().cross_check), expected);
    }

    #[test]
    fn agreement_and_absence_are_said() {
        assert_eq!(of(None), [""; 0]);
        let agreeing = CrossCheck {
            compared: 1_234,
            missing_because: None,
            ..CrossCheck::missing(Source::Hunting, "")
        };
        let expected = ["Calls and hunting queries agree on all gaps: 1,234 gaps compared"];
        assert_eq!(of(Some(agreeing)), expected);
        let missing = CrossCheck::missing(Source::Export, "the run ended early");
        let expected = ["Calls and export are not compared: the run ended early"];
        assert_eq!(of(Some(missing)), expected);
    }
}
