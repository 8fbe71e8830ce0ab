//! The changes of software vulnerabilities.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use url::form_urlencoded::byte_serialize;

use super::{
    admission::Admission,
    tables::{Paged, check_faults, page},
};
use crate::simulator::{reply::Reply, tenant::MAX_NIGHTS, vulnerabilities::Form};

const CONTEXT: &str = "https://api.security.microsoft.com/api/$metadata\
                       #Collection(microsoft.windowsDefenderATP.api.DeltaAssetVulnerability)";

/// How far back changes are available.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Seconds from one night to the next.
const NIGHT_SECONDS: i64 = 24 * 60 * 60;
/// Seconds of the periods that are covered as a whole.
const PERIOD_SECONDS: i64 = 6 * 60 * 60;

/// The requested page. `Err` is a refusal.
pub(super) fn changes(call: &Admission<'_>) -> Result<Reply, Reply> {
    let tenant = Arc::clone(call.tenant);
    check_faults(call, &tenant.settings.faults.changes.calls)?;
    let since = since(call)?;
    let nights = nights_since(since, tenant.refreshed());
    let nights = nights.min(MAX_NIGHTS - 1).min(tenant.settings.nights);
    let form = Form::in_changes();
    let text: String = byte_serialize(since.to_string().as_bytes()).collect();
    let table = Paged {
        path: "/api/machines/SoftwareVulnerabilityChangesByMachine",
        context: CONTEXT,
        parameters: format!("sinceTime={text}&"),
        rows: move |number: usize| {
            // The latest night comes first, so that earlier rows keep their positions when a period ends.
            let members = tenant.fleet.machines().len();
            let night = u32::try_from(number.checked_div(members)?).ok()?;
            let member = u32::try_from(number % members).ok()?;
            let changes = (night < nights).then(|| tenant.changes(night))?;
            Some(changes.rows(member, &form))
        },
    };
    page(call, table)
}

/// The time from which changes are requested. `Err` is a refusal.
fn since(call: &Admission<'_>) -> Result<Timestamp, Reply> {
    let text = call.request.parameter("sinceTime");
    let text = text.ok_or_else(|| call.bad_request("The parameter 'sinceTime' is missing."))?;
    let since: Timestamp = text
        .parse()
        .map_err(|_| call.bad_request("The value of 'sinceTime' is not valid."))?;
    if call.tenant.now().duration_since(since) > KEPT_FOR {
        return Err(call.bad_request("The value of 'sinceTime' must be within the last 14 days."));
    }
    Ok(since)
}

/// The number of nights that ended after the period of this time began. The changes of a night belong to the
/// last period before its end.
fn nights_since(since: Timestamp, refreshed: Timestamp) -> u32 {
    let second = since.as_second();
    let began = second - second.rem_euclid(PERIOD_SECONDS);
    let elapsed = (refreshed.as_second() - began).max(0);
    u32::try_from(elapsed / NIGHT_SECONDS + i64::from(elapsed % NIGHT_SECONDS > 0))
        .unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_are_counted_by_whole_periods() {
        let refreshed: Timestamp = "2026-03-10T06:00:00Z".parse().unwrap();
        for (since, nights) in [
            ("2026-03-10T07:00:00Z", 0),
            ("2026-03-10T05:59:59Z", 1),
            ("2026-03-09T06:00:00Z", 1),
            ("2026-03-09T05:59:59Z", 2),
            ("2026-03-09T00:00:00Z", 2),
            ("2026-02-24T06:00:00Z", 14),
        ] {
            let since: Timestamp = since.parse().unwrap();
            assert_eq!(nights_since(since, refreshed), nights, "{since}");
        }
    }
}
