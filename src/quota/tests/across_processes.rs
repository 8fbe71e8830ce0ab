//! Calls recorded for the next process, and their effect there.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::SeqCst},
};

use async_trait::async_trait;
use futures::future::join_all;
use parking_lot::Mutex;
use proptest::prelude::*;
use tokio::time::timeout;

use super::*;

/// A ledger that takes half a second to record a call.
#[derive(Debug, Default)]
struct Slow {
    sending: AtomicI64,
    most_at_once: AtomicUsize,
    under_way: AtomicUsize,
    answered: Mutex<Vec<CallNumber>>,
    learned: Mutex<Vec<RateLimit>>,
    full: AtomicBool,
}

#[async_trait]
impl Ledger for Slow {
    async fn sending(&self) -> Result<CallNumber, StoreFailed> {
        if self.full.load(SeqCst) {
            return Err(StoreFailed);
        }
        let under_way = self.under_way.fetch_add(1, SeqCst) + 1;
        self.most_at_once.fetch_max(under_way, SeqCst);
        sleep(Duration::from_millis(500)).await;
        self.under_way.fetch_sub(1, SeqCst);
        Ok(CallNumber(self.sending.fetch_add(1, SeqCst)))
    }

    async fn room(&self) -> Result<(), StoreFailed> {
        Ok(())
    }

    fn paused(&self, _: Duration) {}

    fn learned(&self, limit: RateLimit) {
        self.learned.lock().push(limit);
    }

    fn answered(&self, call: CallNumber) {
        self.answered.lock().push(call);
    }
}

fn recorded(limits: &str) -> (Limiter, Arc<Slow>) {
    let ledger = Arc::new(Slow::default());
    let mut limiter = limiter(limits, "none");
    limiter.record_in(ledger.clone());
    (limiter, ledger)
}

fn past(ages: &[Duration]) -> EarlierUsage {
    EarlierUsage {
        calls: ages.to_vec(),
        ..EarlierUsage::default()
    }
}

#[tokio::test(start_paused = true)]
async fn call_is_recorded_before_sending_and_after_the_answer() {
    let (limiter, ledger) = recorded("2/min");
    let start = Instant::now();
    let permit = limiter.permit().await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_millis(500));
    assert_eq!(ledger.sending.load(SeqCst), 1);
    assert_eq!(*ledger.answered.lock(), []);
    drop(permit);
    assert_eq!(*ledger.answered.lock(), [CallNumber(0)]);
}

#[tokio::test(start_paused = true)]
async fn calls_are_recorded_concurrently() {
    let (limiter, ledger) = recorded("100/min");
    let start = Instant::now();
    join_all((0..8).map(|_| limiter.permit())).await;
    assert_eq!(ledger.most_at_once.load(SeqCst), 8);
    assert_eq!(start.elapsed(), Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn learned_limit_is_recorded_once() {
    let (limiter, ledger) = recorded("100/min");
    let refusal = Refusal {
        limit: Some("50/min".parse().unwrap()),
        ..Refusal::default()
    };
    assert!(limiter.throttled(refusal).narrowed.is_some());
    assert_eq!(limiter.throttled(refusal).narrowed, None);
    assert_eq!(*ledger.learned.lock(), ["50/min".parse().unwrap()]);
}

#[tokio::test(start_paused = true)]
async fn without_limits_nothing_is_recorded() {
    let (limiter, ledger) = recorded("none");
    drop(limiter.permit().await.unwrap());
    assert_eq!(ledger.sending.load(SeqCst), 0);
    assert_eq!(*ledger.answered.lock(), []);
}

#[tokio::test(start_paused = true)]
async fn unsent_call_takes_no_slot() {
    let (limiter, ledger) = recorded("1/h");
    let given_up = timeout(Duration::from_millis(100), limiter.permit()).await;
    assert!(given_up.is_err());
    assert_eq!(limiter.used(), [(0, 1)]);

    ledger.full.store(true, SeqCst);
    assert_eq!(limiter.permit().await.err(), Some(StoreFailed));
    assert_eq!(limiter.used(), [(0, 1)]);
    assert_eq!(*ledger.answered.lock(), []);

    ledger.full.store(false, SeqCst);
    drop(limiter.permit().await.unwrap());
    assert_eq!(limiter.used(), [(1, 1)]);
}

/// A waiting caller takes the returned slot, instead of sleeping until another is free.
#[tokio::test(start_paused = true)]
async fn returned_slot_is_taken_immediately() {
    let (limiter, _) = recorded("2/h");
    drop(limiter.permit().await.unwrap());
    let start = Instant::now();
    let given_up = timeout(Duration::from_millis(100), limiter.permit());
    let (given_up, next) = tokio::join!(given_up, limiter.permit());
    assert!(given_up.is_err() && next.is_ok());
    assert_eq!(start.elapsed(), Duration::from_millis(600));
}

#[tokio::test(start_paused = true)]
async fn remembered_calls_count_until_their_window_ends() {
    let mut limiter = limiter("3/min,100/h", "none");
    let ages = [70, 50, 20, 4000].map(Duration::from_secs);
    limiter.restore(&past(&ages));
    assert_eq!(limiter.used(), [(2, 3), (3, 100)]);
    let start = Instant::now();
    drop(limiter.permit().await.unwrap());
    assert_eq!(start.elapsed().as_secs(), 0);
    drop(limiter.permit().await.unwrap());
    assert_eq!(
        start.elapsed().as_secs(),
        10,
        "when the one of 50 s ago is out"
    );
}

#[tokio::test(start_paused = true)]
async fn lowered_limit_waits_until_enough_calls_expire() {
    let mut limiter = limiter("2/min", "none");
    limiter.restore(&past(&[10, 50, 20, 40, 30].map(Duration::from_secs)));
    assert_eq!(limiter.used(), [(5, 2)]);
    let (_, opens) = limiter.waiting().unwrap();
    assert_eq!(
        (opens - Instant::now()).as_secs(),
        40,
        "one of five is left"
    );
    let load = Load {
        calls: 3,
        latency: Duration::from_millis(100),
        concurrency: 8,
    };
    let forecast = limiter.forecast(load) - Instant::now();
    let (_, took) = send(&limiter, 3, Duration::from_millis(100)).await;
    assert_eq!(took.as_secs(), 100, "40, 50, and a window after the first");
    let difference = forecast.abs_diff(took);
    assert!(
        difference < Duration::from_millis(10),
        "{forecast:?} {took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn extreme_ages_are_handled() {
    let mut limiter = limiter("2/min", "none");
    limiter.restore(&past(&[Duration::MAX, Duration::ZERO]));
    assert_eq!(limiter.used(), [(1, 2)]);
}

/// Sends calls, four at a time; returns when each was seen and when it was answered.
async fn send_all(limiter: &Limiter, calls: &[(u64, u64)]) -> Vec<(Instant, Instant)> {
    let one = |(latency, share): &(u64, u64)| {
        let until_seen = Duration::from_millis(latency * share / 100);
        let latency = Duration::from_millis(*latency);
        async move {
            let permit = limiter.permit().await.unwrap();
            let sent = Instant::now();
            sleep(latency).await;
            drop(permit);
            (sent + until_seen, Instant::now())
        }
    };
    stream::iter(calls.iter().map(one))
        .buffer_unordered(4)
        .collect()
        .await
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Processes follow each other at any distance, and the service never counts more than
    /// the limit within any window.
    #[test]
    fn consecutive_processes_respect_the_limit(
        limit in 1_usize..6,
        processes in prop::collection::vec(
            (prop::collection::vec((0_u64..400, 0_u64..=100), 1..20), 0_u64..700),
            1..4,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let seen = runtime.block_on(async {
            let mut all: Vec<(Instant, Instant)> = Vec::new();
            for (calls, until_next) in processes {
                let mut limiter = limiter(&format!("{limit}/500ms"), "none");
                let ages: Vec<_> = all.iter().map(|(_, answered)| answered.elapsed()).collect();
                limiter.restore(&past(&ages));
                all.extend(send_all(&limiter, &calls).await);
                sleep(Duration::from_millis(until_next)).await;
            }
            all
        });
        for (from, _) in &seen {
            let window = *from..*from + Duration::from_millis(500);
            let within = seen.iter().filter(|(at, _)| window.contains(at)).count();
            prop_assert!(within <= limit, "{within} of {limit}");
        }
    }
}
