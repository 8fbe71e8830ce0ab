//! The pause of all callers after a refusal for quota.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause after a refusal that gives no time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The maximum pause after such a refusal.
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// One deadline for all callers: the later of the old and the new one.
#[derive(Debug, Default)]
pub(super) struct Pause {
    resume_at: Option<Instant>,
    /// Refusals without a time since the service last answered; one is counted per pause.
    consecutive: u32,
}

impl Pause {
    /// Records a refusal, and returns when calls resume. A wait of zero counts as no time given:
    /// calls that resume immediately would only be refused again.
    pub(super) fn throttled(&mut self, retry_after: Option<Duration>, now: Instant) -> Instant {
        let resume_at = now
            + retry_after
                .filter(|wait| !wait.is_zero())
                .unwrap_or_else(|| self.guess(now));
        let later = self.resume_at.map_or(resume_at, |old| old.max(resume_at));
        self.resume_at = Some(later);
        later
    }

    /// Twice the previous pause. Calls that were in flight together are refused together, so they
    /// count once.
    fn guess(&mut self, now: Instant) -> Duration {
        if self.until(now).is_none() {
            self.consecutive += 1;
        }
        let doublings = self.consecutive.saturating_sub(1).min(6);
        (FIRST_PAUSE * 2_u32.pow(doublings)).min(MAX_PAUSE)
    }

    /// The service answered: the next refusal without a time causes a short pause again.
    pub(super) fn answered(&mut self) {
        self.consecutive = 0;
    }

    /// When the current pause ends; `None` if there is none.
    pub(super) fn until(&self, now: Instant) -> Option<Instant> {
        self.resume_at.filter(|instant| *instant > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_deadline_wins() {
        let now = Instant::now();
        let mut pause = Pause::default();
        pause.throttled(Some(Duration::from_secs(30)), now);
        pause.throttled(Some(Duration::from_secs(5)), now);
        assert_eq!(pause.until(now), Some(now + Duration::from_secs(30)));
        assert_eq!(pause.until(now + Duration::from_secs(30)), None);
    }

    #[test]
    fn zero_wait_is_the_shortest_pause() {
        let now = Instant::now();
        let mut pause = Pause::default();
        assert_eq!(
            pause.throttled(Some(Duration::ZERO), now),
            now + FIRST_PAUSE
        );
    }

    #[test]
    fn pauses_without_retry_after_double_until_an_answer() {
        let mut now = Instant::now();
        let mut pause = Pause::default();
        let mut next = |pause: &mut Pause| {
            let end = pause.throttled(None, now);
            assert_eq!(
                pause.throttled(None, now),
                end,
                "refused together, counted once"
            );
            let length = end - now;
            now = end;
            length.as_secs()
        };
        let lengths: Vec<u64> = (0..8).map(|_| next(&mut pause)).collect();
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 60, 60]);
        pause.answered();
        assert_eq!(next(&mut pause), 1);
    }
}
