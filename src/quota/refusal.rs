//! A refusal for quota, and what follows from it.

use std::time::Duration;

use tokio::time::Instant;

use super::{RateLimit, RateLimits};

/// How long a learned limit is remembered. After that, the configured one is tried again.
pub const LEARNED_FOR: Duration = Duration::from_hours(7 * 24);

/// A refusal for quota, as reported by the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Refusal {
    /// How long to wait, if the service says so.
    pub wait: Option<Duration>,
    /// The limit that was exceeded, if the service names it.
    pub limit: Option<RateLimit>,
    /// Whether the same request was refused before. Several refusals of one request may be about that request.
    pub is_repeated: bool,
}

/// What follows from a refusal for quota.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "report narrowed limits to the user"]
pub struct Throttled {
    /// When calls resume.
    pub resume_at: Instant,
    /// The limits from now on, if the service allows fewer calls than was assumed.
    pub narrowed: Option<RateLimits>,
}
