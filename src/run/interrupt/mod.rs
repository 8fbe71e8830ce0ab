//! Interruptions such as Ctrl-C: the first ends the run gracefully, the second immediately.

#[cfg(unix)]
mod hangup;
#[cfg(unix)]
#[path = "unix.rs"]
mod signals;
#[cfg(windows)]
#[path = "windows.rs"]
mod signals;

use std::{sync::mpsc, thread, time::Duration};

use tokio::{
    runtime::Builder,
    time::{Instant, sleep_until},
};
use tracing::warn;

use self::signals::Signals;
use crate::{collect::per_machine::Stops, domain::exit_code::ExitCode};

/// How long calls in flight may take after the first interruption: container runtimes kill a
/// process ten seconds after they ask it to stop.
pub(crate) const GRACE: Duration = Duration::from_secs(8);

/// A kind of interruption.
struct Interruption {
    /// How long calls in flight may still take.
    grace: Duration,
    /// Whether it stops the run immediately if it follows another interruption.
    is_immediate: bool,
}

impl Interruption {
    /// Requested by the user. A second request means that the user does not want to wait.
    const REQUESTED: Self = Self {
        grace: GRACE,
        is_immediate: true,
    };
}

/// Resolves at the first interruption from now on; for commands that have nothing to finish.
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    let signals = Signals::new();
    async {
        match signals {
            Ok(mut signals) => {
                signals.next().await;
            }
            Err(_) => std::future::pending().await,
        }
    }
}

/// Catches interruptions from now on, and cancels `stops`. Runs on a separate thread, because the
/// main thread is busy while it creates reports.
pub(crate) fn watch(stops: Stops) {
    let (caught, started) = mpsc::channel();
    let watching = thread::Builder::new().name("interruptions".to_owned());
    // If no thread can be started, its end of the channel is dropped, which is reported below.
    let _ = watching.spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
            return;
        };
        runtime.block_on(async {
            if let Ok(signals) = Signals::new() {
                let _ = caught.send(());
                wait(signals, stops).await;
            }
        });
    });
    if started.recv().is_err() {
        warn!("Interrupts cannot be handled: Ctrl-C will end the run without reports");
    }
}

async fn wait(mut signals: Signals, stops: Stops) {
    let first = signals.next().await;
    warn!("Stopping: waiting for requests in flight (Ctrl-C again to stop now)");
    stops.gentle.cancel();
    let mut deadline = Instant::now() + first.grace;
    loop {
        tokio::select! {
            next = signals.next() => {
                if next.is_immediate {
                    warn!("Stopping now");
                    break;
                }
                deadline = deadline.min(Instant::now() + next.grace);
            }
            () = sleep_until(deadline) => break,
        }
    }
    stops.hard.cancel();
    while !signals.next().await.is_immediate {}
    exit_at_once()
}

/// Exits at the third interruption, even in the middle of writing a file.
#[expect(
    clippy::exit,
    reason = "interrupted three times; reports are replaced whole or not at all"
)]
fn exit_at_once() -> ! {
    std::process::exit(ExitCode::Interrupted as i32)
}
