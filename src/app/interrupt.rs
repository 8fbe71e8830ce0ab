//! Ctrl-C and its relatives: the first ends the run gracefully, the second at once.

use std::{io, sync::mpsc, thread, time::Duration};

use tokio::{runtime::Builder, time::sleep};
use tracing::warn;

use crate::{exit_code::ExitCode, fetch::Stops};

/// How long calls in flight may take after the first interruption: container runtimes kill
/// what has not ended after ten seconds.
pub(super) const GRACE: Duration = Duration::from_secs(8);
/// The same where a console is closed or Windows shuts down: it kills after five.
#[cfg(windows)]
const SHORT_GRACE: Duration = Duration::from_secs(2);

/// The first interruption from now on, for whoever has nothing to bring to an end.
pub(super) fn first() -> impl Future<Output = ()> {
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
pub(super) fn watch(stops: Stops) {
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
    let grace = signals.next().await;
    warn!("stopping: waiting for answers on their way (once more to stop at once)");
    stops.gentle.cancel();
    tokio::select! {
        _ = signals.next() => warn!("stopping at once"),
        () = sleep(grace) => {}
    }
    stops.hard.cancel();
    signals.next().await;
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

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one; returns how long calls in flight may take.
    async fn next(&mut self) -> Duration {
        tokio::select! {
            _ = self.interrupt.recv() => GRACE,
            _ = self.terminate.recv() => GRACE,
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    interrupt_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Self {
            interrupt: ctrl_c()?,
            interrupt_break: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    /// Waits for the next one; returns how long calls in flight may take.
    async fn next(&mut self) -> Duration {
        tokio::select! {
            _ = self.interrupt.recv() => GRACE,
            _ = self.interrupt_break.recv() => GRACE,
            _ = self.close.recv() => SHORT_GRACE,
            _ = self.shutdown.recv() => SHORT_GRACE,
        }
    }
}
