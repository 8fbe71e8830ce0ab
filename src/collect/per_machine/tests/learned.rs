//! A service that allows fewer calls than was assumed, and does not name its limit.

use super::*;

/// The limits after a run of this many machines under 100 calls a minute, and the refused calls.
async fn limits_after(service: &Service, machines: u16) -> (String, u64) {
    let fetcher = Setup::of(machines)
        .quota("100/min", "none")
        .fetcher(service);
    let (ending, _) = run(&fetcher).await;
    assert_eq!(ending, Ending::Finished);
    let limits = fetcher.progress().limits.to_string();
    (limits, fetcher.requests().throttled)
}

#[tokio::test(start_paused = true)]
async fn unnamed_limit_is_learned_from_the_first_refusals() {
    let minute = Duration::from_mins(1);
    let service = Service::with_latency(100).letting_in(60, minute);
    let (limits, refused) = limits_after(&service, 400).await;
    assert_eq!(limits, "60/min");
    assert_eq!(
        refused, 4,
        "those in flight together, and none in the minutes after"
    );
}

/// The service always refuses one machine: that says nothing about the quota.
#[tokio::test(start_paused = true)]
async fn refusals_of_one_machine_teach_nothing() {
    for wait in [None, Some(1)] {
        let service = Service::with_latency(10).forever(69, Reply::throttled(wait));
        let (limits, refused) = limits_after(&service, 70).await;
        assert_eq!((limits.as_str(), refused), ("100/min", 6));
    }
}

/// A busy service refuses all calls for a while: the window is nearly empty, and those in flight are refused
/// together.
#[tokio::test(start_paused = true)]
async fn short_overload_teaches_nothing() {
    let service = Service::with_latency(100).down(0..1, Reply::throttled(Some(20)));
    let (limits, refused) = limits_after(&service, 90).await;
    assert_eq!((limits.as_str(), refused), ("100/min", 8));
}
