//! The JSON document that a generic webhook receives: the figures and sentences, by name.

use serde::Serialize;
use serde_json::Value;

use super::{
    content::NotificationContent,
    size::{Size, shortened},
    text::NotificationText,
};
use crate::report::{Notice, Tool};

/// Increased when a field is removed or changes its meaning.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'run> {
    schema_version: u32,
    tool: Tool,
    name: &'run str,
    title: String,
    status: &'static str,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'run str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'run str>,
    warnings: &'run [String],
    /// The content of the reports; `null` if there are none.
    run: Option<&'run Notice>,
}

pub(super) fn render(content: &NotificationContent<'_>, size: Size) -> Vec<u8> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::THIS,
        name: &content.name,
        title: NotificationText::new(content, size).title,
        status: content.status(),
        exit_code: content.exit_code as u8,
        problem: content.problem.as_deref(),
        hint: content.hint.as_deref(),
        warnings: &content.warnings,
        run: content.notice,
    };
    let mut document = serde_json::to_value(document).unwrap_or_default();
    bound(&mut document, size);
    document.to_string().into_bytes()
}

/// Shortens all texts and lists in a document.
fn bound(value: &mut Value, size: Size) {
    match value {
        Value::String(text) => *text = shortened(text, size.sentence),
        Value::Array(items) => {
            items.truncate(size.items);
            for item in items {
                bound(item, size);
            }
        }
        Value::Object(fields) => {
            for field in fields.values_mut() {
                bound(field, size);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
