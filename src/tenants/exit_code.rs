//! The exit code of a run over many tenants.

use crate::domain::exit_code::ExitCode;

/// The exit codes of a run over tenants, the worst first.
const WORST_FIRST: [ExitCode; 5] = [
    ExitCode::Output,
    ExitCode::Unexpected,
    ExitCode::Configuration,
    ExitCode::Interrupted,
    ExitCode::Partial,
];

/// The worst of these exit codes. The whole run was refused only if every tenant was.
pub(crate) fn combined(codes: &[ExitCode]) -> ExitCode {
    if !codes.is_empty() && codes.iter().all(|code| *code == ExitCode::Refused) {
        return ExitCode::Refused;
    }
    let codes = codes.iter().map(|code| match code {
        ExitCode::Refused => ExitCode::Partial,
        ExitCode::Usage => ExitCode::Configuration,
        code => *code,
    });
    let codes: Vec<ExitCode> = codes.collect();
    let worst = WORST_FIRST.into_iter().find(|code| codes.contains(code));
    worst.unwrap_or(ExitCode::Complete)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worst_exit_code_wins() {
        use ExitCode::{
            Complete, Configuration, Interrupted, Output, Partial, Refused, Unexpected, Usage,
        };
        for (codes, expected) in [
            (&[][..], Complete),
            (&[Complete, Complete], Complete),
            (&[Complete, Partial], Partial),
            (&[Partial, Interrupted], Interrupted),
            (&[Interrupted, Configuration], Configuration),
            (&[Usage, Interrupted], Configuration),
            (&[Configuration, Unexpected], Unexpected),
            (&[Unexpected, Output, Refused], Output),
            (&[Refused, Refused], Refused),
            (&[Refused, Complete], Partial),
            (&[Refused, Interrupted], Interrupted),
        ] {
            assert_eq!(combined(codes), expected, "{codes:?}");
        }
    }
}
