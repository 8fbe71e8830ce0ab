//! What is measured of a run.

use jiff::Timestamp;

use super::text::Sample;
use crate::{domain::exit_code::ExitCode, run::reporting::data::RunData};

/// The samples of every run, with or without reports.
pub(super) fn attempt(started: Timestamp, ended: Timestamp, code: ExitCode) -> Vec<Sample> {
    let took = ended.duration_since(started).as_secs();
    let ended = ended.as_second();
    let mut samples = vec![
        Sample::of("patchgap_last_run_timestamp_seconds", ended),
        Sample::of("patchgap_last_run_duration_seconds", took.max(0)),
        Sample::of("patchgap_last_run_exit_code", code as u8),
    ];
    if code == ExitCode::Complete {
        samples.push(Sample::of("patchgap_last_success_timestamp_seconds", ended));
    }
    samples
}

/// The samples of a run with reports.
pub(in crate::run) fn figures(data: &RunData<'_>) -> Vec<Sample> {
    let tally = data.record.tally;
    let figures = data.record.figures.unwrap_or_default();
    let requests = data.record.requests;
    let machines = |status, count| Sample::labelled("patchgap_machines", ("status", status), count);
    let calls = |kind, count| Sample::labelled("patchgap_requests", ("kind", kind), count);
    let mut samples = vec![
        machines("answered", tally.answered),
        machines("notFound", tally.not_found),
        machines("failed", tally.failed),
        machines("pending", tally.pending),
        machines("skipped", data.fleet.skipped.len() as u64),
        Sample::of(
            "patchgap_coverage_ratio",
            ratio(tally.answered, tally.machines()),
        ),
        Sample::of("patchgap_machines_with_gaps", figures.with_gaps),
        Sample::of("patchgap_missing_kbs", figures.kbs),
        Sample::of("patchgap_gaps", figures.gaps),
        Sample::of("patchgap_exposure_cves", figures.exposure),
        calls("sent", requests.sent),
        calls("retried", requests.retried),
        calls("throttled", requests.throttled),
    ];
    if let Some(exploited) = data.fleet.known_exploited {
        samples.extend([
            Sample::of("patchgap_known_exploited_gaps", exploited.gaps),
            Sample::of("patchgap_known_exploited_machines", exploited.machines),
        ]);
    }
    samples
}

/// A share with four digits; 0 for 0 of 0 machines.
#[expect(
    clippy::cast_precision_loss,
    reason = "the digits that are lost are not shown"
)]
fn ratio(part: u64, whole: u64) -> String {
    format!("{:.4}", part as f64 / whole.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_complete_run_is_a_success() {
        let [started, ended] = [1_000, 1_090].map(|it| Timestamp::from_second(it).unwrap());
        let names = |code| {
            let samples = attempt(started, ended, code).into_iter();
            samples.map(|it| it.name).collect::<Vec<_>>()
        };
        let success = "patchgap_last_success_timestamp_seconds";
        assert!(names(ExitCode::Complete).contains(&success));
        for code in [ExitCode::Partial, ExitCode::Refused, ExitCode::Interrupted] {
            assert!(!names(code).contains(&success), "{code:?}");
        }
        let took = attempt(started, ended, ExitCode::Complete);
        assert!(took.contains(&Sample::of("patchgap_last_run_duration_seconds", 90)));
    }

    #[test]
    fn share_has_four_digits() {
        for (part, whole, expected) in [(0, 0, "0.0000"), (2, 3, "0.6667"), (5, 5, "1.0000")] {
            assert_eq!(ratio(part, whole), expected);
        }
    }
}
