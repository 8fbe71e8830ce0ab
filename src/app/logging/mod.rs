//! Logging to standard error, as text or JSON, without disturbing the progress bar; and to a file.
//!
//! - `json_lines`: the log as JSON
//! - `log_file`: the log in a file

mod json_lines;
mod log_file;

use std::{
    fmt::Debug,
    io::{IsTerminal, Write},
    sync::Mutex,
};

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

use self::json_lines::{JsonLines, TenantNames};
pub(super) use self::log_file::LogFile;
use crate::{
    config::{ColorMode, Console, LogFormat},
    progress::Bar,
    report::plain::plain,
};

/// The target of events that are only for the file, because standard error has them in another
/// form.
pub(super) const FILE_ONLY: &str = "patchgap::file";

/// A part of the log.
type LogLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging. Other crates' logs are left out below `-vvv`, and their debug output always,
/// because it could contain request data.
pub(super) fn start(console: Console, file: Option<LogFile>, bar: &Bar, zone: &TimeZone) {
    let to_console = filter(console).with_target(FILE_ONLY, LevelFilter::OFF);
    let is_coloured = colors(console.color);
    let time = LocalTime::on_standard_error(zone.clone());
    let layer = layer(console.log_format, bar.writer(), is_coloured, time);
    let mut layers: Vec<LogLayer> = vec![layer.with_filter(to_console).boxed()];
    if let Some(file) = file {
        let layer = self::layer(
            console.log_format,
            file,
            false,
            LocalTime::in_file(zone.clone()),
        );
        layers.push(layer.with_filter(filter(in_file(console))).boxed());
    }
    // A second call in the same process (in tests) keeps the first one's settings.
    let _ = tracing_subscriber::registry().with(layers).try_init();
}

fn layer(
    format: LogFormat,
    writer: impl Write + Send + 'static,
    is_coloured: bool,
    time: LocalTime,
) -> LogLayer {
    let writer = Mutex::new(writer);
    match format {
        LogFormat::Json => fmt::layer()
            .event_format(JsonLines)
            .with_writer(writer)
            .and_then(TenantNames)
            .boxed(),
        LogFormat::Text => fmt::layer()
            .with_ansi(is_coloured)
            .with_timer(time)
            .with_target(false)
            .fmt_fields(fmt::format::debug_fn(field).delimited(" "))
            .with_writer(writer)
            .boxed(),
    }
}

/// The file is read later, so it has at least what `-v` shows, whatever the console shows.
fn in_file(console: Console) -> Console {
    Console {
        quiet: false,
        verbose: console.verbose.max(1),
        ..console
    }
}

/// The time of a line of text, in the same zone as the bar's times. Without the offset on a
/// terminal, next to the bar.
struct LocalTime {
    zone: TimeZone,
    format: &'static str,
}

impl LocalTime {
    fn on_standard_error(zone: TimeZone) -> Self {
        if std::io::stderr().is_terminal() {
            let format = "%Y-%m-%d %H:%M:%S";
            return Self { zone, format };
        }
        Self::in_file(zone)
    }

    fn in_file(zone: TimeZone) -> Self {
        let format = "%Y-%m-%dT%H:%M:%S%.3f%:z";
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
    // The event at the end of a run is for log collectors, which get JSON. A warning about a
    // partial run is always shown: it is the only line with `--quiet`.
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
