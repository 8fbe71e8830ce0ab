//! Which known name somebody probably meant.

/// How alike two names have to be for one to be a slip of the other; 1 is the same.
const ALIKE: f64 = 0.85;

/// The one of these names that was probably meant.
pub(super) fn nearest(name: &str, known: &[String]) -> Option<String> {
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(alike, _)| *alike > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate.clone())
}
