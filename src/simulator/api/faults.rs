//! The reply that each fault gives to a call.

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

use super::{Admission, Api};

/// A host that does not exist.
const NOWHERE: &str = "https://elsewhere.invalid/";

impl Api {
    /// The reply to a call that has this fault.
    pub(super) fn apply_fault(&self, fault: Fault, admission: &Admission<'_>) -> Reply {
        match fault {
            Fault::NotFound => admission.machine_not_found(),
            Fault::BadRequest => admission.invalid_input(),
            Fault::ServerError => admission.server_error(),
            Fault::BadGateway => Reply::page(StatusCode::BAD_GATEWAY),
            Fault::Unavailable => Reply::page(StatusCode::SERVICE_UNAVAILABLE),
            Fault::Overloaded => self.overloaded(admission),
            Fault::GatewayTimeout => Reply::page(StatusCode::GATEWAY_TIMEOUT),
            Fault::Throttled
            | Fault::ThrottledDate
            | Fault::ThrottledSilent
            | Fault::ThrottledNumber => self.throttled(fault, admission),
            Fault::Reset => Reply::empty(StatusCode::OK).with_ending(Ending::Reset),
            Fault::Hang => Reply::empty(StatusCode::OK).with_ending(Ending::Hang),
            Fault::Truncated => self.answer(admission).with_ending(Ending::Truncated),
            Fault::Empty => Reply::empty(StatusCode::OK),
            Fault::Html => Reply::page(StatusCode::OK),
            Fault::NoValue => Reply::json(StatusCode::OK, &json!({"status": "ok"})),
            Fault::HalfJson => self.answer(admission).halved(),
            Fault::Redirect => Reply::empty(StatusCode::FOUND)
                .with_header(LOCATION, self.elsewhere(&admission.request.target)),
            Fault::Paged => self.paged(admission, |target| self.here(admission, target)),
            Fault::ForeignPage => self.paged(admission, |target| self.elsewhere(target)),
            Fault::ExpiredToken => self.expired(admission),
            Fault::Forbidden => {
                let message = "Access to the machine is denied";
                admission.error(StatusCode::FORBIDDEN, "Forbidden", message)
            }
            Fault::Unlicensed => admission.unlicensed("No Tvm license"),
            Fault::ProxySignIn => Reply::page(StatusCode::PROXY_AUTHENTICATION_REQUIRED),
            Fault::SignInPage => Reply::page(StatusCode::UNAUTHORIZED),
            Fault::ForbiddenPage => Reply::page(StatusCode::FORBIDDEN),
            Fault::NotFoundPage => Reply::page(StatusCode::NOT_FOUND),
            Fault::NotFoundJson => Reply::json(
                StatusCode::NOT_FOUND,
                &json!({"statusCode": 404, "message": "Resource not found"}),
            ),
            Fault::Partial => self
                .answer(admission)
                .with_status(StatusCode::PARTIAL_CONTENT),
        }
    }

    /// The first page only; the link to the next one points to `origin`.
    fn paged(&self, admission: &Admission<'_>, origin: impl Fn(&str) -> String) -> Reply {
        self.page(
            admission,
            Some(self.tenant.settings.faults.page_size),
            origin,
        )
    }

    fn expired(&self, admission: &Admission<'_>) -> Reply {
        if let Some(token) = &admission.request.token {
            self.tenant.tokens.expire(token);
        }
        admission.unauthorized("The access token has expired.")
    }

    fn overloaded(&self, admission: &Admission<'_>) -> Reply {
        let (code, message) = ("ServiceUnavailable", "The service is overloaded, try later");
        let reply = admission.error(StatusCode::SERVICE_UNAVAILABLE, code, message);
        let pause = whole_seconds(self.tenant.settings.faults.retry_after);
        reply.with_header(RETRY_AFTER, pause.to_string())
    }

    fn throttled(&self, fault: Fault, admission: &Admission<'_>) -> Reply {
        let code = match fault {
            Fault::ThrottledNumber => "429",
            _ => "TooManyRequests",
        };
        let message = "API calls quota exceeded! The calls of this application take too long";
        let reply = admission.error(StatusCode::TOO_MANY_REQUESTS, code, message);
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

/// The refusal of a call that exceeds the quota.
pub(super) fn over_quota(admission: &Admission<'_>, limit: RateLimit, wait: Duration) -> Reply {
    let message = format!(
        "API calls quota exceeded! maximum allowed {} per {}",
        limit.calls,
        clock_face(limit.window)
    );
    admission
        .error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", &message)
        .with_header(RETRY_AFTER, whole_seconds(wait).to_string())
}

/// Whole seconds, rounded up, so that waiting this long is long enough.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// The window as the service writes it: `01:00:00`.
fn clock_face(window: Duration) -> String {
    let seconds = window.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let face = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    match window.subsec_millis() {
        0 => face,
        millis => format!("{face}.{millis:03}"),
    }
}

/// A reply that a client that does not check the origin would take for an answer.
pub(in crate::simulator) fn decoy_answer() -> Value {
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
