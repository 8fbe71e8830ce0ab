//! A run during which the sign-in fails.

use super::*;
use crate::defender::Class;

#[tokio::test(start_paused = true)]
async fn sign_in_outage_fails_no_machine() {
    for concurrency in [1, 8] {
        let service = Service::with_latency(100).signed_out(2..1802, Ok(()));
        let setup = Setup::of(200).concurrency(concurrency);
        let fetcher = setup.quota("10/s", "none").fetcher(&service);
        let start = Instant::now();
        let watch = async {
            sleep(Duration::from_secs(1000)).await;
            fetcher.progress().used
        };
        let ((ending, outcomes), used) = tokio::join!(run(&fetcher), watch);
        assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 200));
        assert_eq!(service.all_calls(), 200, "none was sent in vain");
        assert_eq!(used, [(0, 10)], "and none holds a place of the quota");
        assert!((1802..1830).contains(&start.elapsed().as_secs()));
    }
}

#[tokio::test(start_paused = true)]
async fn failed_sign_in_ends_the_run() {
    for (class, is_refused) in [(Class::NoToken, false), (Class::RunRefused, true)] {
        let service = Service::with_latency(100).signed_out(2..3602, Err(class));
        let fetcher = fetcher(&service, 1000, "none", &Stops::default());
        let start = Instant::now();
        let (ending, outcomes) = run(&fetcher).await;
        match ending {
            Ending::Refused(failure) if is_refused => assert_eq!(failure.message, "no sign-in"),
            Ending::NoSignIn(failure) if !is_refused => assert_eq!(failure.message, "no sign-in"),
            other => panic!("{other:?}"),
        }
        assert_eq!(start.elapsed().as_secs(), 3602);
        assert_eq!(answered(&outcomes), outcomes.len(), "nobody has failed");
        assert!(answered(&outcomes) > 100);
    }
}

#[tokio::test(start_paused = true)]
async fn interruption_ends_the_wait_at_once() {
    for expected in [Ending::Interrupted, Ending::OutOfTime] {
        let service = Service::with_latency(100).signed_out(2..3602, Ok(()));
        let stops = Stops::default();
        let fetcher = fetcher(&service, 1000, "none", &stops);
        let start = Instant::now();
        let stop = async {
            sleep(Duration::from_mins(1)).await;
            match expected {
                Ending::OutOfTime => fetcher.out_of_time(),
                _ => stops.gentle.cancel(),
            }
        };
        let ((ending, _), ()) = tokio::join!(run(&fetcher), stop);
        assert_eq!(ending, expected);
        assert_eq!(start.elapsed().as_secs(), 60);
    }
}

/// A token that expires between the permit and the call does not cost an attempt.
#[tokio::test(start_paused = true)]
async fn missing_token_does_not_count_as_an_attempt() {
    let no_token = Reply::Fail(Class::NoToken, Reason::Connection, 0);
    let service = Service::with_latency(100).script(3, &[no_token; 20]);
    let (ending, outcomes) = run_all(&service, 30).await;
    assert_eq!((ending, answered(&outcomes)), (Ending::Finished, 30));
}
