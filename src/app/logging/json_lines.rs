//! Log lines for a collector: one JSON object per line.
//!
//! Someone who reads the log later usually prints the decoded JSON to a terminal. Texts are
//! therefore sanitised before they are encoded, exactly as in plain-text lines: the escapes of JSON
//! would only postpone an attack.

use std::fmt::{self, Debug};

use serde::{Serialize, Serializer};
use serde_json::Value;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    layer::Context,
    registry::LookupSpan,
};

use crate::report::plain::plain;

/// Formats each event as one line of JSON: time, level, the event's own fields, target.
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut now = String::new();
        SystemTime.format_time(&mut Writer::new(&mut now))?;
        let metadata = event.metadata();
        let mut line = Line::default();
        line.add("timestamp", now);
        line.add("level", metadata.level().as_str());
        event.record(&mut line);
        let spans = context.event_scope().into_iter().flatten();
        for span in spans {
            if let Some(TenantName(name)) = span.extensions().get() {
                line.add("tenant", name.clone());
            }
        }
        line.add("target", metadata.target());
        let json = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
        writeln!(writer, "{json}")
    }
}

/// The name of the tenant that a span is about.
struct TenantName(String);

/// Keeps the name of a span's tenant for the lines logged within the span.
pub(super) struct TenantNames;

impl<S> Layer<S> for TenantNames
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Line::default();
        attributes.record(&mut fields);
        let name = fields.0.iter().find(|(name, _)| *name == "name");
        let name = name.and_then(|(_, value)| value.as_str());
        if let (Some(name), Some(span)) = (name, context.span(id)) {
            // Every log with this layer stores it; the value is the same.
            span.extensions_mut().replace(TenantName(name.to_owned()));
        }
    }
}

/// The fields of a line, in order.
#[derive(Default)]
struct Line(Vec<(&'static str, Value)>);

impl Line {
    fn add(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.push((name, value.into()));
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field.name(), plain(&format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), plain(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use tracing::{subscriber::with_default, warn};
    use tracing_subscriber::fmt::fmt;

    use super::*;

    /// A log that can be read back.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(text: &str) -> String {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = fmt()
            .event_format(JsonLines)
            .with_writer(move || writer.clone())
            .finish();
        with_default(subscriber, || {
            warn!(number = 7_u64, ratio = 0.5, is_it = true, text, shown = %text, "about {text}");
        });
        let bytes = log.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn fields_keep_their_types_and_order() {
        let line = logged("a \"quoted\" one");
        let json: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(json["level"], "WARN");
        assert_eq!(json["number"], 7);
        assert_eq!(json["ratio"], 0.5);
        assert_eq!(json["is_it"], true);
        assert_eq!(json["message"], "about a \"quoted\" one");
        assert!(json["target"].as_str().unwrap().ends_with("tests"));
        assert!(line.starts_with("{\"timestamp\":\"2") && line.ends_with("}\n"));
    }

    #[test]
    fn control_characters_are_removed_from_json() {
        for (text, expected) in [
            ("\u{1b}[31mred", "red"),
            ("\u{9b}31mred", "red"),
            ("a\u{85}b\u{2028}c\u{2029}d\ne", "a b c d e"),
            ("abc\u{202e}fdp.exe", "abcfdp.exe"),
            ("\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}", "x"),
            ("so\u{ad}ft\u{200b}\u{feff}\u{2060}\u{e0041}", "soft"),
            ("bell\u{7}\u{8}\u{7f}\u{0}\u{80}", "bell"),
            ("東京 👩\u{200d}💻", "東京 👩\u{200d}💻"),
        ] {
            let line = logged(text);
            assert_eq!(line.lines().count(), 1, "{text:?}");
            assert!(!line.trim_end().contains(char::is_control), "{line:?}");
            let json: Value = serde_json::from_str(&line).unwrap();
            for field in ["text", "shown"] {
                assert_eq!(json[field], expected, "{text:?}");
            }
            assert_eq!(json["message"], format!("about {expected}"));
        }
    }
}
