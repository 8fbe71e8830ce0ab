//! What a fault makes of a call.

use std::time::{Duration, UNIX_EPOCH};

use hyper::{
    StatusCode,
    header::{LOCATION, RETRY_AFTER},
};
use serde_json::{Value, json};

use crate::{
    quota::RateLimit,
    simulator::{
        faults::Fault,
        reply::{Ending, Reply},
    },
};

use super::{Api, Arrival};

/// A host that exists nowhere.
const NOWHERE: &str = "https://elsewhere.invalid/";

impl Api {
    /// The reply to a call that the fault befell.
    pub(super) fn befallen(&self, fault: Fault, arrival: &Arrival<'_>) -> Reply {
        match fault {
            Fault::NotFound => arrival.machine_not_found(),
            Fault::BadRequest => arrival.invalid_input(),
            Fault::ServerError => arrival.server_error(),
            Fault::BadGateway => Reply::page(StatusCode::BAD_GATEWAY),
            Fault::Unavailable => Reply::page(StatusCode::SERVICE_UNAVAILABLE),
            Fault::Overloaded => self.overloaded(arrival),
            Fault::GatewayTimeout => Reply::page(StatusCode::GATEWAY_TIMEOUT),
            Fault::Throttled
            | Fault::ThrottledDate
            | Fault::ThrottledSilent
            | Fault::ThrottledNumber => self.throttled(fault, arrival),
            Fault::Reset => Reply::empty(StatusCode::OK).with_ending(Ending::Reset),
            Fault::Hang => Reply::empty(StatusCode::OK).with_ending(Ending::Hang),
            Fault::Truncated => self.answer(arrival).with_ending(Ending::Truncated),
            Fault::Empty => Reply::empty(StatusCode::OK),
            Fault::Html => Reply::page(StatusCode::OK),
            Fault::NoValue => Reply::json(StatusCode::OK, &json!({"status": "ok"})),
            Fault::HalfJson => self.answer(arrival).halved(),
            Fault::Redirect => Reply::empty(StatusCode::FOUND)
                .with_header(LOCATION, self.elsewhere(&arrival.visit.target)),
            Fault::Paged => self.paged(arrival, |target| self.here(arrival, target)),
            Fault::ForeignPage => self.paged(arrival, |target| self.elsewhere(target)),
            Fault::ExpiredToken => self.expired(arrival),
            Fault::Forbidden => {
                let message = "Access to the machine is denied";
                arrival.error(StatusCode::FORBIDDEN, "Forbidden", message)
            }
            Fault::Unlicensed => arrival.unlicensed("No Tvm license"),
            Fault::ProxySignIn => Reply::page(StatusCode::PROXY_AUTHENTICATION_REQUIRED),
            Fault::SignInPage => Reply::page(StatusCode::UNAUTHORIZED),
            Fault::ForbiddenPage => Reply::page(StatusCode::FORBIDDEN),
            Fault::NotFoundPage => Reply::page(StatusCode::NOT_FOUND),
            Fault::NotFoundJson => Reply::json(
                StatusCode::NOT_FOUND,
                &json!({"statusCode": 404, "message": "Resource not found"}),
            ),
            Fault::Partial => self
                .answer(arrival)
                .with_status(StatusCode::PARTIAL_CONTENT),
        }
    }

    /// The first page only, the others where `origin` says.
    fn paged(&self, arrival: &Arrival<'_>, origin: impl Fn(&str) -> String) -> Reply {
        self.page(arrival, Some(self.tenant.settings.faults.page_size), origin)
    }

    fn expired(&self, arrival: &Arrival<'_>) -> Reply {
        if let Some(token) = &arrival.visit.token {
            self.tenant.tokens.expire(token);
        }
        arrival.unauthorized("The access token has expired.")
    }

    fn overloaded(&self, arrival: &Arrival<'_>) -> Reply {
        let (code, message) = ("ServiceUnavailable", "The service is overloaded, try later");
        let reply = arrival.error(StatusCode::SERVICE_UNAVAILABLE, code, message);
        let pause = whole_seconds(self.tenant.settings.faults.retry_after);
        reply.with_header(RETRY_AFTER, pause.to_string())
    }

    fn throttled(&self, fault: Fault, arrival: &Arrival<'_>) -> Reply {
        let code = match fault {
            Fault::ThrottledNumber => "429",
            _ => "TooManyRequests",
        };
        let message = "API calls quota exceeded! The calls of this application take too long";
        let reply = arrival.error(StatusCode::TOO_MANY_REQUESTS, code, message);
        let pause = self.tenant.settings.faults.retry_after;
        match fault {
            Fault::Throttled => reply.with_header(RETRY_AFTER, whole_seconds(pause).to_string()),
            Fault::ThrottledDate => reply.with_header(RETRY_AFTER, self.date_after(pause)),
            _ => reply,
        }
    }

    fn date_after(&self, pause: Duration) -> String {
        let now = u64::try_from(self.tenant.now().as_second()).unwrap_or_default();
        let then = Duration::from_secs(now + whole_seconds(pause));
        httpdate::fmt_http_date(UNIX_EPOCH + then)
    }

    fn elsewhere(&self, target: &str) -> String {
        let faults = &self.tenant.settings.faults;
        let base = faults
            .elsewhere
            .as_ref()
            .map_or(NOWHERE, |url| url.as_str());
        format!("{}{target}", base.trim_end_matches('/'))
    }
}

/// What the quota says to a call that found no place.
pub(super) fn over_quota(arrival: &Arrival<'_>, limit: RateLimit, wait: Duration) -> Reply {
    let message = format!(
        "API calls quota exceeded! maximum allowed {} per {}",
        limit.calls,
        clock_face(limit.window)
    );
    arrival
        .error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", &message)
        .with_header(RETRY_AFTER, whole_seconds(wait).to_string())
}

/// Seconds, rounded up: who waits this long has waited long enough.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// `01:00:00`, as the service writes its windows.
fn clock_face(window: Duration) -> String {
    let seconds = window.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let face = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    match window.subsec_millis() {
        0 => face,
        millis => format!("{face}.{millis:03}"),
    }
}

/// What a client that trusts anybody would take for an answer.
pub(in crate::simulator) fn tempting_answer() -> Value {
    super::describe::answer(&[], None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_written_like_a_clock() {
        for (millis, face) in [
            (60_000, "00:01:00"),
            (3_600_000, "01:00:00"),
            (86_400_000, "24:00:00"),
            (1250, "00:00:01.250"),
        ] {
            assert_eq!(clock_face(Duration::from_millis(millis)), face);
        }
    }

    #[test]
    fn seconds_are_rounded_up() {
        for (millis, seconds) in [(0, 0), (1, 1), (1000, 1), (1001, 2)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
        }
    }
}
