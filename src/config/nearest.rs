//! Suggests the known name that was probably meant.

/// The similarity above which a name counts as a misspelling of another; 1 is identical.
const ALIKE: f64 = 0.85;

/// The most similar known name, if it is similar enough.
pub(super) fn nearest(name: &str, known: &[String]) -> Option<String> {
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(alike, _)| *alike > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate.clone())
}
