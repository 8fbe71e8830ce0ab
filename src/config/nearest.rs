//! Suggests the known name that was probably meant.

/// The minimum similarity of a misspelling; 1 is identical.
const MIN_SIMILARITY: f64 = 0.85;

/// The most similar known name, if it is similar enough.
pub(super) fn nearest(name: &str, known: &[String]) -> Option<String> {
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(alike, _)| *alike > MIN_SIMILARITY)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate.clone())
}
