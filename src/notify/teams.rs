//! An Adaptive Card in the envelope that a workflow of Microsoft Teams takes.
//!
//! A `TextBlock` and a `FactSet` read Markdown and functions such as `{{DATE(...)}}`, so that they have our own
//! words alone. The runs of a `RichTextBlock` are text and nothing else: names from outside are there.

use serde_json::{Value, json};

use super::{
    news::News,
    size::Size,
    story::{Fact, Part, Story, Tone},
};

/// The type of the attachment.
const CARD: &str = "application/vnd.microsoft.card.adaptive";

pub(super) fn render(news: &News<'_>, size: Size) -> Vec<u8> {
    let story = Story::new(news, size);
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body(&story),
    });
    let message = json!({
        "type": "message",
        "attachments": [{ "contentType": CARD, "contentUrl": null, "content": card }],
    });
    message.to_string().into_bytes()
}

fn body(story: &Story) -> Vec<Value> {
    let mut body = vec![title(story), text(&story.name, "Bolder", "None")];
    if !story.facts.is_empty() {
        let facts = story.facts.iter().map(fact);
        body.push(json!({ "type": "FactSet", "facts": facts.collect::<Vec<_>>() }));
    }
    for Part { heading, lines } in &story.parts {
        body.push(heading_of(heading));
        body.extend(lines.iter().map(|line| text(line, "Default", "Small")));
    }
    body.push(json!({
        "type": "RichTextBlock",
        "spacing": "Medium",
        "inlines": [{ "type": "TextRun", "text": story.footer, "size": "Small", "isSubtle": true }],
    }));
    body
}

fn title(story: &Story) -> Value {
    let color = match story.tone {
        Tone::Good => "Good",
        Tone::Warning => "Warning",
        Tone::Attention => "Attention",
    };
    json!({
        "type": "TextBlock",
        "size": "Medium",
        "weight": "Bolder",
        "color": color,
        "text": format!("patchgap: {}", story.title),
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
