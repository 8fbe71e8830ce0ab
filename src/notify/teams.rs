//! An Adaptive Card in the envelope that a Microsoft Teams workflow accepts.
//!
//! `TextBlock` and `FactSet` interpret Markdown and functions such as `{{DATE(...)}}`, so they contain only
//! our own text. External names go into the runs of a `RichTextBlock`, which are plain text.

use serde_json::{Value, json};

use super::{
    content::NotificationContent,
    size::Size,
    text::{Fact, NotificationText, Part, Tone},
};

/// The type of the attachment.
const CARD: &str = "application/vnd.microsoft.card.adaptive";

pub(super) fn render(content: &NotificationContent<'_>, size: Size) -> Vec<u8> {
    let notification = NotificationText::new(content, size);
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body(&notification),
    });
    let message = json!({
        "type": "message",
        "attachments": [{ "contentType": CARD, "contentUrl": null, "content": card }],
    });
    message.to_string().into_bytes()
}

fn body(notification: &NotificationText) -> Vec<Value> {
    let mut body = vec![
        title(notification),
        text(&notification.name, "Bolder", "None"),
    ];
    if !notification.facts.is_empty() {
        let facts = notification.facts.iter().map(fact);
        body.push(json!({ "type": "FactSet", "facts": facts.collect::<Vec<_>>() }));
    }
    for Part { heading, lines } in &notification.parts {
        body.push(heading_of(heading));
        body.extend(lines.iter().map(|line| text(line, "Default", "Small")));
    }
    body.push(json!({
        "type": "RichTextBlock",
        "spacing": "Medium",
        "inlines": [{ "type": "TextRun", "text": notification.footer, "size": "Small", "isSubtle": true }],
    }));
    body
}

fn title(notification: &NotificationText) -> Value {
    let color = match notification.tone {
        Tone::Good => "Good",
        Tone::Warning => "Warning",
        Tone::Attention => "Attention",
    };
    json!({
        "type": "TextBlock",
        "size": "Medium",
        "weight": "Bolder",
        "color": color,
        "text": format!("patchgap: {}", notification.title),
        "wrap": true,
    })
}

fn heading_of(heading: &str) -> Value {
    json!({
        "type": "TextBlock",
        "weight": "Bolder",
        "spacing": "Medium",
        "text": heading,
        "wrap": true,
    })
}

fn text(text: &str, weight: &str, spacing: &str) -> Value {
    json!({
        "type": "RichTextBlock",
        "spacing": spacing,
        "inlines": [{ "type": "TextRun", "text": text, "weight": weight }],
    })
}

fn fact(fact: &Fact) -> Value {
    json!({ "title": fact.name, "value": fact.value })
}
