//! The warning that the service allows fewer calls than was assumed.

use tracing::warn;

use crate::{
    domain::{api::Api, text::span},
    quota::{LEARNED_FOR, RateLimits},
};

/// Logs the new limits of an API. Limits are narrowed only once, so this is logged once.
pub(crate) fn warn_of_narrowed(api: Api, limits: &RateLimits) {
    warn!(
        api = api.as_str(),
        limits = %limits,
        "{}", narrowed(api, limits)
    );
}

/// The warning; where a setting makes the limits permanent, it names that setting.
fn narrowed(api: Api, limits: &RateLimits) -> String {
    let span = span(LEARNED_FOR);
    let said = format!(
        "The service allows fewer calls than assumed ({api}): at most {limits} from now on, and for {span} in \
         later runs (--forget-limits forgets it)"
    );
    match api.documented_limits() {
        Some(_) => said,
        None => format!(
            "{said}. To make it permanent, set rate_limit = \"{limits}\" in the configuration file, or \
             --rate-limit {limits}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_is_named_where_there_is_one() {
        let limits: RateLimits = "50/min,1500/h".parse().unwrap();
        assert_eq!(
            narrowed(Api::MissingKbs, &limits),
            "The service allows fewer calls than assumed (missing-kbs): at most 50/min,1500/h from now on, and for \
             7 d in later runs (--forget-limits forgets it). To make it permanent, set \
             rate_limit = \"50/min,1500/h\" in the configuration file, or --rate-limit 50/min,1500/h"
        );
        let others = narrowed(Api::Machines, &limits);
        assert!(
            others.contains("(machines)") && !others.contains("permanent"),
            "{others}"
        );
    }
}
