//! Logging to standard error, as text or JSON, without disturbing the progress bar.

use std::{fmt::Debug, io::IsTerminal, sync::Mutex};

use jiff::{Timestamp, tz::TimeZone};
use tracing::{Level, field::Field, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, Registry,
    field::MakeExt,
    filter::Targets,
    fmt::{self, format::Writer, time::FormatTime},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use super::json_lines::{JsonLines, TenantNames};
use crate::{
    config::{ColorMode, Console, LogFormat},
    progress::Bar,
    report::plain::plain,
};

/// Starts logging. Other crates' logs are left out below `-vvv`, and their debug output always,
/// because it could contain request data.
pub(super) fn start(console: Console, bar: &Bar, zone: &TimeZone) {
    let writer = Mutex::new(bar.writer());
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match console.log_format {
        LogFormat::Json => fmt::layer()
            .event_format(JsonLines)
            .with_writer(writer)
            .and_then(TenantNames)
            .boxed(),
        LogFormat::Text => fmt::layer()
            .with_ansi(colors(console.color))
            .with_timer(LocalTime::new(zone.clone()))
            .with_target(false)
            .fmt_fields(fmt::format::debug_fn(field).delimited(" "))
            .with_writer(writer)
            .boxed(),
    };
    let logs = tracing_subscriber::registry().with(layer.with_filter(filter(console)));
    // A second call in the same process (in tests) keeps the first one's settings.
    let _ = logs.try_init();
}

/// The time of a line of text, in the zone that the bar's times are in. On a terminal, where people read it
/// beside the bar, without the offset.
struct LocalTime {
    zone: TimeZone,
    format: &'static str,
}

impl LocalTime {
    fn new(zone: TimeZone) -> Self {
        let format = if std::io::stderr().is_terminal() {
            "%Y-%m-%d %H:%M:%S"
        } else {
            "%Y-%m-%dT%H:%M:%S%.3f%:z"
        };
        Self { zone, format }
    }
}

impl FormatTime for LocalTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        let now = Timestamp::now().to_zoned_datetime(self.zone.clone());
        write!(writer, "{}", now.strftime(self.format))
    }
}

/// Writes one field of a line. External text (file names, the service's messages) must not inject
/// terminal escapes or reverse the text's direction.
fn field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> std::fmt::Result {
    let value = format!("{value:?}");
    match field.name() {
        "message" => write!(writer, "{}", plain(&value)),
        name => write!(writer, "{name}={}", plain(&value)),
    }
}

/// Whether standard error is coloured.
pub(super) fn colors(mode: ColorMode) -> bool {
    match mode {
        ColorMode::Always => true,
        ColorMode::Never => false,
        ColorMode::Auto => std::io::stderr().is_terminal(),
    }
}

fn filter(console: Console) -> Targets {
    let (own, others) = match (console.quiet, console.verbose) {
        (true, 0) => (Level::ERROR, LevelFilter::OFF),
        (_, 0) => (Level::WARN, LevelFilter::OFF),
        (_, 1) => (Level::INFO, LevelFilter::OFF),
        (_, 2) => (Level::DEBUG, LevelFilter::OFF),
        _ => (Level::TRACE, LevelFilter::WARN),
    };
    // The end of a run is for collectors, which get JSON. A partial run is a warning that people get
    // in any case: it is the only line of a quiet night.
    let end = match console.log_format {
        LogFormat::Json => Level::INFO,
        LogFormat::Text => Level::WARN,
    };
    Targets::new()
        .with_default(others)
        .with_target("patchgap", own)
        .with_target("patchgap::progress", own.max(Level::INFO))
        .with_target("patchgap::end", own.max(end))
}
