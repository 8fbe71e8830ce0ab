//! Retries sending until an attempt succeeds, a retry would be pointless, or the attempts are used up.

use std::time::Duration;

use tokio::time::sleep;
use tracing::info;

use crate::defender::{NotSent, Retry, with_hint};

/// The delay before the first retry; doubled for each further one.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(500);

/// The maximum delay before a retry. If a server asks for a longer one, there is no retry.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Sends to this host, with this many retries. The error explains the failure to the user.
pub(super) async fn attempts(
    host: &str,
    retries: u32,
    send: impl AsyncFn() -> Result<(), NotSent>,
) -> Result<(), String> {
    let mut delay = FIRST_RETRY_DELAY;
    let mut retries = 0..retries;
    loop {
        let failed = match send().await {
            Ok(()) => return Ok(()),
            Err(failed) => failed,
        };
        let Retry::After(wait) = failed.retry else {
            return Err(with_hint(failed.message));
        };
        let wait = wait.unwrap_or_default().max(delay);
        if wait > MAX_RETRY_DELAY || retries.next().is_none() {
            return Err(with_hint(failed.message));
        }
        info!("notification to {host}: {failed}; retrying");
        sleep(wait).await;
        delay = (delay * 2).min(MAX_RETRY_DELAY);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;

    /// The number of attempts if all fail in this way, and how long they take.
    async fn failing(retries: u32, retry: Retry) -> (u32, Duration) {
        let (start, count) = (Instant::now(), Cell::new(0));
        let ended = attempts("host", retries, async || {
            count.set(count.get() + 1);
            Err(NotSent {
                retry,
                message: "it failed".to_owned(),
            })
        });
        assert_eq!(ended.await, Err("it failed".to_owned()));
        (count.get(), start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_are_bounded() {
        let after = |seconds| Retry::After(Some(Duration::from_secs(seconds)));
        let half_seconds = |count: u32| Duration::from_millis(500) * count;
        for (retries, retry, expected) in [
            (5, Retry::Never, (1, half_seconds(0))),
            (0, Retry::After(None), (1, half_seconds(0))),
            (3, Retry::After(None), (4, half_seconds(1 + 2 + 4))),
            (2, after(7), (3, half_seconds(28))),
            (2, after(0), (3, half_seconds(1 + 2))),
            (2, after(31), (1, half_seconds(0))),
        ] {
            assert_eq!(failing(retries, retry).await, expected, "{retry:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn later_attempt_can_succeed() {
        let count = Cell::new(0);
        let ended = attempts("host", 5, async || {
            count.set(count.get() + 1);
            match count.get() {
                3 => Ok(()),
                _ => Err(NotSent {
                    retry: Retry::After(None),
                    message: String::new(),
                }),
            }
        });
        assert_eq!((ended.await, count.get()), (Ok(()), 3));
    }
}
