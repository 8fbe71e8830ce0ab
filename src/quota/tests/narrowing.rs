//! Limits learned from refusals.

use super::*;

/// A refusal that names this limit.
fn naming(limit: &str, seconds: u64) -> Refusal {
    Refusal {
        wait: Some(Duration::from_secs(seconds)),
        limit: Some(limit.parse().unwrap()),
        is_repeated: false,
    }
}

/// A refusal that names no limit.
const UNNAMED: Refusal = Refusal {
    wait: None,
    limit: None,
    is_repeated: false,
};

/// The limits after a refusal, if they are narrowed.
fn narrowed(limiter: &Limiter, refusal: Refusal) -> Option<String> {
    let narrowed = limiter.throttled(refusal).narrowed;
    assert!(narrowed.iter().all(|it| *it == limiter.limits()));
    narrowed.map(|it| it.to_string())
}

#[tokio::test(start_paused = true)]
async fn named_limit_applies_immediately_to_the_calls_sent() {
    let limiter = limiter("100/min,1500/h", "none");
    send(&limiter, 51, Duration::ZERO).await;
    let expected = Some("50/min,1500/h".to_owned());
    assert_eq!(narrowed(&limiter, naming("50/min", 1)), expected);
    assert_eq!(limiter.used(), [(51, 50), (51, 1500)]);
    let (seen, _) = send(&limiter, 120, Duration::ZERO).await;
    let minute = Duration::from_mins(1);
    assert_eq!(most_within(minute, &seen), 50);
    assert!(
        seen.iter().all(|at| *at >= minute),
        "51 calls were sent just now"
    );
}

#[tokio::test(start_paused = true)]
async fn calls_in_flight_and_callers_in_line_stay_within_a_new_limit() {
    let limiter = limiter("4/min", "none");
    let in_flight = limiter.permit().await.unwrap();
    let start = Instant::now();
    let next = async {
        let mut times = Vec::new();
        for _ in 0..5 {
            drop(limiter.permit().await.unwrap());
            times.push(start.elapsed().as_secs());
        }
        times
    };
    let learn = async {
        sleep(Duration::from_secs(1)).await;
        let expected = Some("2/min".to_owned());
        assert_eq!(narrowed(&limiter, naming("2/min", 1)), expected);
        sleep(Duration::from_secs(9)).await;
        drop(in_flight);
    };
    let (times, ()) = tokio::join!(next, learn);
    // Of the first four, three were answered immediately, and one after ten seconds.
    assert_eq!(times, [0, 0, 0, 60, 70]);
}

#[tokio::test(start_paused = true)]
async fn limit_of_another_length_counts_the_calls_that_are_known() {
    let limiter = limiter("100/min", "none");
    send(&limiter, 30, Duration::ZERO).await;
    sleep(Duration::from_secs(10)).await;
    send(&limiter, 10, Duration::ZERO).await;
    let expected = Some("100/min,1000/h".to_owned());
    assert_eq!(narrowed(&limiter, naming("1000/h", 1)), expected);
    assert_eq!(limiter.used(), [(40, 100), (40, 1000)]);
    let expected = Some("100/min,1000/h,15/5s".to_owned());
    assert_eq!(narrowed(&limiter, naming("15/5s", 1)), expected);
    assert_eq!(limiter.used(), [(40, 100), (40, 1000), (10, 15)]);
    sleep(Duration::from_mins(2)).await;
    assert_eq!(limiter.used(), [(0, 100), (40, 1000), (0, 15)]);
}

#[tokio::test(start_paused = true)]
async fn wider_limits_teach_nothing_and_none_stays_none() {
    for (limits, named) in [
        ("100/min", "100/min"),
        ("100/min", "200/min"),
        ("50/h", "60/min"),
        ("none", "50/min"),
    ] {
        let limiter = limiter(limits, "none");
        assert_eq!(narrowed(&limiter, naming(named, 1)), None, "{limits}");
        assert_eq!(limiter.limits().to_string(), limits);
    }
    let limiter = limiter("none", "none");
    for _ in 0..9 {
        assert_eq!(narrowed(&limiter, UNNAMED), None);
    }
}

/// A service that allows 60 calls and names no limit refuses the calls in flight together.
#[tokio::test(start_paused = true)]
async fn three_refusals_in_a_row_show_the_limit() {
    let limiter = limiter("100/min,1500/h", "none");
    send(&limiter, 61, Duration::ZERO).await;
    let in_flight = [limiter.permit().await, limiter.permit().await];
    assert_eq!(narrowed(&limiter, UNNAMED), None);
    let mut shown = in_flight.map(|permit| {
        drop(permit);
        narrowed(&limiter, UNNAMED)
    });
    let expected = Some("60/min,1500/h".to_owned());
    assert_eq!(shown, [None, expected]);
    shown[0] = narrowed(&limiter, UNNAMED);
    assert_eq!(shown[0], None, "said once");
}

#[tokio::test(start_paused = true)]
async fn refusals_between_answers_teach_nothing() {
    let limiter = limiter("100/min", "none");
    for _ in 0..9 {
        send(&limiter, 8, Duration::ZERO).await;
        assert_eq!(narrowed(&limiter, UNNAMED), None);
        assert_eq!(narrowed(&limiter, UNNAMED), None);
        limiter.answered();
    }
    assert_eq!(limiter.limits().to_string(), "100/min");
}

#[tokio::test(start_paused = true)]
async fn refusals_of_one_request_teach_nothing() {
    let limiter = limiter("100/min", "none");
    send(&limiter, 70, Duration::ZERO).await;
    assert_eq!(narrowed(&limiter, UNNAMED), None);
    let again = Refusal {
        is_repeated: true,
        ..UNNAMED
    };
    for _ in 0..5 {
        assert_eq!(narrowed(&limiter, again), None);
    }
    let named = Refusal {
        is_repeated: true,
        ..naming("50/min", 1)
    };
    assert!(narrowed(&limiter, named).is_some(), "a named limit is one");
}

#[tokio::test(start_paused = true)]
async fn narrowed_limits_change_the_forecast() {
    let limiter = limiter("100/min", "none");
    let load = Load {
        calls: 200,
        latency: Duration::ZERO,
        concurrency: 8,
    };
    let takes = || (limiter.forecast(load) - Instant::now()).as_secs();
    assert_eq!(takes(), 60);
    assert!(narrowed(&limiter, naming("50/min", 1)).is_some());
    assert_eq!(takes(), 181);
}
