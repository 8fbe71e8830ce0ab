//! The quota: how many calls may be sent, and when.

mod limits;

pub use limits::{InvalidLimit, Pace, RateLimit, RateLimits};
