//! The reply that each fault gives to a call.

use std::time::{Duration, UNIX_EPOCH};

use hyper::{
    StatusCode,
    header::{LOCATION, RETRY_AFTER},
};
use serde_json::json;

use crate::{
    domain::limits::RateLimit,
    simulator::{
        faults::Fault,
        reply::{Ending, Reply},
    },
};

use super::{
    admission::Admission,
    answer::{answer, page},
};

/// The reply to a call that has this fault.
pub(super) fn apply_fault(fault: Fault, call: &Admission<'_>) -> Reply {
    match fault {
        Fault::NotFound => call.machine_not_found(),
        Fault::BadRequest => call.invalid_input(),
        Fault::ServerError => call.server_error(),
        Fault::BadGateway => Reply::page(StatusCode::BAD_GATEWAY),
        Fault::Unavailable => Reply::page(StatusCode::SERVICE_UNAVAILABLE),
        Fault::Overloaded => overloaded(call),
        Fault::GatewayTimeout => Reply::page(StatusCode::GATEWAY_TIMEOUT),
        Fault::Throttled
        | Fault::ThrottledDate
        | Fault::ThrottledSilent
        | Fault::ThrottledNumber => throttled(fault, call),
        Fault::Reset => Reply::empty(StatusCode::OK).with_ending(Ending::Reset),
        Fault::Hang => Reply::empty(StatusCode::OK).with_ending(Ending::Hang),
        Fault::Truncated => answer(call).with_ending(Ending::Truncated),
        Fault::Empty => Reply::empty(StatusCode::OK),
        Fault::Html => Reply::page(StatusCode::OK),
        Fault::NoValue => Reply::json(StatusCode::OK, &json!({"status": "ok"})),
        Fault::HalfJson => answer(call).halved(),
        Fault::Redirect => Reply::empty(StatusCode::FOUND).with_header(
            LOCATION,
            call.tenant.settings.faults.elsewhere(&call.request.target),
        ),
        Fault::Paged => paged(call, |target| call.here(target)),
        Fault::ForeignPage => paged(call, |target| call.tenant.settings.faults.elsewhere(target)),
        Fault::ExpiredToken => expired(call),
        Fault::Forbidden => {
            let message = "Access to the machine is denied";
            call.error(StatusCode::FORBIDDEN, "Forbidden", message)
        }
        Fault::Unlicensed => call.unlicensed("No Tvm license"),
        Fault::ProxySignIn => Reply::page(StatusCode::PROXY_AUTHENTICATION_REQUIRED),
        Fault::SignInPage => Reply::page(StatusCode::UNAUTHORIZED),
        Fault::ForbiddenPage => Reply::page(StatusCode::FORBIDDEN),
        Fault::NotFoundPage => Reply::page(StatusCode::NOT_FOUND),
        Fault::NotFoundJson => Reply::json(
            StatusCode::NOT_FOUND,
            &json!({"statusCode": 404, "message": "Resource not found"}),
        ),
        Fault::Partial => answer(call).with_status(StatusCode::PARTIAL_CONTENT),
    }
}

/// The first page only; the link to the next one points to `origin`.
fn paged(call: &Admission<'_>, origin: impl Fn(&str) -> String) -> Reply {
    page(call, Some(call.tenant.settings.faults.page_size), origin)
}

fn expired(call: &Admission<'_>) -> Reply {
    if let Some(token) = &call.request.token {
        call.tenant.tokens.expire(token);
    }
    call.unauthorized("The access token has expired.")
}

fn overloaded(call: &Admission<'_>) -> Reply {
    let (code, message) = ("ServiceUnavailable", "The service is overloaded, try later");
    let reply = call.error(StatusCode::SERVICE_UNAVAILABLE, code, message);
    let pause = whole_seconds(call.tenant.settings.faults.retry_after);
    reply.with_header(RETRY_AFTER, pause.to_string())
}

fn throttled(fault: Fault, call: &Admission<'_>) -> Reply {
    let code = match fault {
        Fault::ThrottledNumber => "429",
        _ => "TooManyRequests",
    };
    let message = "API calls quota exceeded! The calls of this application take too long";
    let reply = call.error(StatusCode::TOO_MANY_REQUESTS, code, message);
    let pause = call.tenant.settings.faults.retry_after;
    match fault {
        Fault::Throttled => reply.with_header(RETRY_AFTER, whole_seconds(pause).to_string()),
        Fault::ThrottledDate => reply.with_header(RETRY_AFTER, date_after(call, pause)),
        _ => reply,
    }
}

fn date_after(call: &Admission<'_>, pause: Duration) -> String {
    let now = u64::try_from(call.tenant.now().as_second()).unwrap_or_default();
    let then = Duration::from_secs(now + whole_seconds(pause));
    httpdate::fmt_http_date(UNIX_EPOCH + then)
}

/// The refusal of a call that exceeds the quota.
pub(super) fn over_quota(call: &Admission<'_>, limit: RateLimit, wait: Duration) -> Reply {
    let message = format!(
        "API calls quota exceeded! maximum allowed {} per {}",
        limit.calls,
        clock_face(limit.window)
    );
    call.error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", &message)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_is_formatted_as_a_clock() {
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
