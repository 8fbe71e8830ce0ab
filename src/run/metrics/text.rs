//! The file, in Prometheus' text format. Only the subset that this program writes can be read.

use std::fmt;

/// The first line of the file, a comment for Prometheus.
const MARK: &str = "# Metrics of patchgap; replaced at the end of each run.";

/// The metric that is kept until the next success.
const LAST_SUCCESS: &str = "patchgap_last_success_timestamp_seconds";

/// The label of a tenant whose id is not configured.
const UNNAMED_TENANT: &str = "default";

/// Every metric with its meaning, in the order of the file. All of them are gauges.
const METRICS: [(&str, &str); 13] = [
    (
        "patchgap_last_run_timestamp_seconds",
        "When the last run ended.",
    ),
    ("patchgap_last_run_duration_seconds", "How long it took."),
    ("patchgap_last_run_exit_code", "Its exit code."),
    (LAST_SUCCESS, "When the last run with exit code 0 ended."),
    (
        "patchgap_machines",
        "Machines of the last run with reports, by status.",
    ),
    (
        "patchgap_coverage_ratio",
        "Share of its machines that have an answer.",
    ),
    (
        "patchgap_machines_with_gaps",
        "Machines that miss at least one KB.",
    ),
    ("patchgap_missing_kbs", "Distinct KBs that are missing."),
    (
        "patchgap_gaps",
        "Pairs of a machine and a KB that it misses.",
    ),
    (
        "patchgap_exposure_cves",
        "CVEs addressed, summed over all gaps.",
    ),
    (
        "patchgap_known_exploited_gaps",
        "Gaps with a CVE that is known to be exploited.",
    ),
    (
        "patchgap_known_exploited_machines",
        "Machines with such a gap.",
    ),
    (
        "patchgap_requests",
        "Calls of the last run with reports, by kind.",
    ),
];

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::run) struct Sample {
    pub(super) name: &'static str,
    /// Without the braces; the tenant's comes first.
    labels: String,
    value: String,
}

/// The values of all tenants.
#[derive(Debug, Default)]
pub(super) struct Samples(Vec<Sample>);

impl Sample {
    pub(super) fn of(name: &'static str, value: impl fmt::Display) -> Self {
        Self {
            name,
            labels: String::new(),
            value: value.to_string(),
        }
    }

    /// A value with a label, whose value needs no escapes.
    pub(super) fn labelled(
        name: &'static str,
        label: (&str, &str),
        value: impl fmt::Display,
    ) -> Self {
        Self {
            labels: format!(",{}=\"{}\"", label.0, label.1),
            ..Self::of(name, value)
        }
    }

    /// The value in a line such as `patchgap_gaps{tenant="a"} 12`.
    fn read(line: &str) -> Option<Self> {
        let (series, value) = line.rsplit_once(' ')?;
        let (name, labels) = series.split_once('{')?;
        let (name, _) = METRICS.iter().find(|(known, _)| *known == name)?;
        Some(Self {
            name,
            labels: labels.strip_suffix('}')?.to_owned(),
            value: value.to_owned(),
        })
    }

    fn is_of(&self, tenant: &str) -> bool {
        let rest = self.labels.strip_prefix(tenant);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
    }
}

impl Samples {
    /// The values in a file that this program has written.
    pub(super) fn read(text: &str) -> Self {
        Self(text.lines().filter_map(Sample::read).collect())
    }

    /// Replaces the values of a tenant. The time of the last success stays if the run has none.
    pub(super) fn with_run(self, tenant: &str, new: Vec<Sample>) -> Self {
        self.with(tenant, new, |old| old.name == LAST_SUCCESS)
    }

    /// Replaces the values about a tenant's last attempt. The figures of its last run with reports
    /// stay.
    pub(super) fn with_failure(self, tenant: &str, new: Vec<Sample>) -> Self {
        self.with(tenant, new, |_| true)
    }

    fn with(mut self, tenant: &str, new: Vec<Sample>, stays: impl Fn(&Sample) -> bool) -> Self {
        let is_replaced = |old: &Sample| new.iter().any(|new| new.name == old.name);
        self.0
            .retain(|old| !old.is_of(tenant) || (stays(old) && !is_replaced(old)));
        self.0.extend(new.into_iter().map(|sample| Sample {
            labels: format!("{tenant}{}", sample.labels),
            ..sample
        }));
        self
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{MARK}")?;
        for (name, help) in METRICS {
            let mut samples: Vec<&Sample> = self.0.iter().filter(|it| it.name == name).collect();
            if samples.is_empty() {
                continue;
            }
            samples.sort_by(|one, other| one.labels.cmp(&other.labels));
            writeln!(formatter, "# HELP {name} {help}\n# TYPE {name} gauge")?;
            for Sample { labels, value, .. } in samples {
                writeln!(formatter, "{name}{{{labels}}} {value}")?;
            }
        }
        Ok(())
    }
}

/// Whether the text was written by this program.
pub(super) fn is_ours(text: &str) -> bool {
    text.starts_with(MARK)
}

/// The label of a tenant.
pub(super) fn tenant_label(id: Option<&str>) -> String {
    let id = id.unwrap_or(UNNAMED_TENANT);
    let escaped = id.replace('\\', "\\\\").replace('"', "\\\"");
    format!("tenant=\"{}\"", escaped.replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(gaps: u64) -> Vec<Sample> {
        vec![
            Sample::of("patchgap_last_run_exit_code", 0),
            Sample::of(LAST_SUCCESS, 1_000 + gaps),
            Sample::labelled("patchgap_machines", ("status", "answered"), 5),
            Sample::of("patchgap_gaps", gaps),
        ]
    }

    fn after(old: &str, change: impl FnOnce(Samples) -> Samples) -> String {
        change(Samples::read(old)).to_string()
    }

    #[test]
    fn file_is_prometheus_text() {
        let text = after("", |it| it.with_run(&tenant_label(Some("a\"b")), run(7)));
        assert!(is_ours(&text));
        let lines: Vec<&str> = text.lines().filter(|it| !it.starts_with('#')).collect();
        assert_eq!(
            lines,
            [
                r#"patchgap_last_run_exit_code{tenant="a\"b"} 0"#,
                r#"patchgap_last_success_timestamp_seconds{tenant="a\"b"} 1007"#,
                r#"patchgap_machines{tenant="a\"b",status="answered"} 5"#,
                r#"patchgap_gaps{tenant="a\"b"} 7"#,
            ]
        );
        assert_eq!(text.matches("# TYPE ").count(), 4);
        assert_eq!(text.matches("# HELP ").count(), 4);
        assert_eq!(after(&text, |it| it), text, "what is read is written again");
    }

    #[test]
    fn last_success_and_other_tenants_survive_a_failure() {
        let (one, other) = (tenant_label(Some("a")), tenant_label(Some("ab")));
        let both = after("", |it| it.with_run(&one, run(7)).with_run(&other, run(8)));
        let failed = || vec![Sample::of("patchgap_last_run_exit_code", 4)];
        let text = after(&both, |it| it.with_failure(&one, failed()));
        for line in [
            r#"patchgap_last_run_exit_code{tenant="a"} 4"#,
            r#"patchgap_last_success_timestamp_seconds{tenant="a"} 1007"#,
            r#"patchgap_gaps{tenant="a"} 7"#,
            r#"patchgap_last_run_exit_code{tenant="ab"} 0"#,
            r#"patchgap_gaps{tenant="ab"} 8"#,
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }

    #[test]
    fn partial_run_replaces_the_figures_but_not_the_last_success() {
        let tenant = tenant_label(None);
        let text = after("", |it| it.with_run(&tenant, run(7)));
        let partial = vec![
            Sample::of("patchgap_missing_kbs", 1),
            Sample::of("patchgap_gaps", 3),
        ];
        let text = after(&text, |it| it.with_run(&tenant, partial));
        assert!(text.contains("patchgap_gaps{tenant=\"default\"} 3\n"));
        assert!(
            text.contains("patchgap_last_success_timestamp_seconds{tenant=\"default\"} 1007\n")
        );
        assert!(!text.contains("patchgap_machines"), "{text}");
    }
}
