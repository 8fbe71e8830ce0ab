//! A message for Slack's incoming webhooks.
//!
//! All texts are `plain_text`, in which `*`, `_`, `~` and `` ` `` have no meaning. `&`, `<` and `>` start
//! links and mentions everywhere else, and are escaped here as well. The text outside the blocks, which
//! phones show in notifications, is sent with `mrkdwn` off; characters that could be markup are separated
//! anyway.

use serde_json::{Value, json};

use super::{
    content::NotificationContent,
    size::Size,
    text::{Fact, NotificationText, Part, Tone},
};

/// The maximum number of characters in a header.
const MAX_HEADER: usize = 150;

/// The maximum number of characters in a section, slightly below Slack's 3,000.
const MAX_SECTION: usize = 2_900;

/// The maximum number of fields in a section.
const MAX_FIELDS: usize = 10;

/// An invisible character that separates characters which would otherwise be markup.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

pub(super) fn render(content: &NotificationContent<'_>, size: Size) -> Vec<u8> {
    let notification = NotificationText::new(content, size);
    let text = fallback(&format!(
        "patchgap: {}: {}",
        notification.name, notification.title
    ));
    let message = json!({
        "text": text,
        "mrkdwn": false,
        "parse": "none",
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks(&notification),
    });
    message.to_string().into_bytes()
}

fn blocks(notification: &NotificationText) -> Vec<Value> {
    let sign = match notification.tone {
        Tone::Good => "✅",
        Tone::Warning => "⚠️",
        Tone::Attention => "🛑",
    };
    let header: String = format!("{sign} {}", notification.title)
        .chars()
        .take(MAX_HEADER)
        .collect();
    let mut blocks = vec![
        json!({ "type": "header", "text": plain_text(&header) }),
        json!({ "type": "section", "text": plain_text(&escaped(&notification.name)) }),
    ];
    for facts in notification.facts.chunks(MAX_FIELDS) {
        let fields: Vec<Value> = facts.iter().map(field).collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    for part in &notification.parts {
        blocks.push(json!({ "type": "section", "text": plain_text(&section(part)) }));
    }
    let footer = plain_text(&escaped(&notification.footer));
    blocks.push(json!({ "type": "context", "elements": [footer] }));
    blocks
}

fn plain_text(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text, "emoji": false })
}

fn field(fact: &Fact) -> Value {
    plain_text(&format!("{}\n{}", fact.name, fact.value))
}

/// As many lines as fit below their heading.
fn section(part: &Part) -> String {
    let mut text = part.heading.to_uppercase();
    let mut length = text.chars().count();
    for line in &part.lines {
        let line = format!("\n{}", escaped(line));
        length += line.chars().count();
        if length > MAX_SECTION {
            text.push_str("\n…");
            break;
        }
        text.push_str(&line);
    }
    text
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// The text of a notification, which contains no markup either.
fn fallback(text: &str) -> String {
    let mut cut = String::new();
    for letter in text.chars() {
        let is_markup = matches!(letter, '*' | '_' | '~' | '`' | ':' | '@' | '#');
        cut.push(letter);
        cut.extend(is_markup.then_some(ZERO_WIDTH_SPACE));
    }
    escaped(&cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_of_slack_are_escaped() {
        assert_eq!(
            escaped("<!channel> & <@U1>"),
            "&lt;!channel&gt; &amp; &lt;@U1&gt;"
        );
        let text = fallback("*a* _b_ ~c~ `d` <!here>");
        for part in ["*a*", "_b_", "~c~", "`d`", "<"] {
            assert!(!text.contains(part), "{text}");
        }
    }

    #[test]
    fn section_is_cut_between_lines() {
        let part = Part {
            heading: "Risk",
            lines: vec!["&".repeat(250); 10],
        };
        let text = section(&part);
        assert!(text.chars().count() <= 3_000);
        assert_eq!(text.replace("&amp;", "").replace('\n', ""), "RISK…");
    }
}
