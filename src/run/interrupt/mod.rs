//! Ctrl-C and its relatives: the first ends the run gracefully, the second at once.

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

/// How long calls in flight may take after the first interruption: container runtimes kill
/// what has not ended after ten seconds.
pub(crate) const GRACE: Duration = Duration::from_secs(8);

/// What interrupts a run.
struct Interruption {
    /// How long calls in flight may take.
    grace: Duration,
    /// Whether it means "sooner!" when another one came before it.
    insists: bool,
}

impl Interruption {
    /// Somebody asked for it. Whoever asks twice does not want to wait.
    const REQUESTED: Self = Self {
        grace: GRACE,
        insists: true,
    };
}

/// The first interruption from now on, for whoever has nothing to bring to an end.
pub(crate) fn first() -> impl Future<Output = ()> {
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

/// Catches interruptions from now on, and tells `stops`. That is a thread's own business: the
/// one that asks has none to spare while it puts reports together.
pub(crate) fn watch(stops: Stops) {
    let (caught, begun) = mpsc::channel();
    let watching = thread::Builder::new().name("interruptions".to_owned());
    // Where there is no thread, its end of the channel is gone, and that is told.
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
    if begun.recv().is_err() {
        warn!("interruptions cannot be caught: Ctrl-C will end the run without reports");
    }
}

async fn wait(mut signals: Signals, stops: Stops) {
    let first = signals.next().await;
    warn!("stopping: waiting for answers on their way (once more to stop at once)");
    stops.gentle.cancel();
    let mut deadline = Instant::now() + first.grace;
    loop {
        tokio::select! {
            next = signals.next() => {
                if next.insists {
                    warn!("stopping at once");
                    break;
                }
                deadline = deadline.min(Instant::now() + next.grace);
            }
            () = sleep_until(deadline) => break,
        }
    }
    stops.hard.cancel();
    while !signals.next().await.insists {}
    leave()
}

/// A third interruption means it: whatever is being written now is left.
#[expect(
    clippy::exit,
    reason = "asked for three times; reports are replaced whole or not at all"
)]
fn leave() -> ! {
    std::process::exit(ExitCode::Interrupted as i32)
}
