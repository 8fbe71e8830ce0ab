//! A message for Slack's incoming webhooks.
//!
//! All texts are `plain_text`, in which `*`, `_`, `~` and `` ` `` mean nothing. `&`, `<` and `>` begin links and
//! mentions everywhere else, and are escaped here, too. The text beside the blocks, which phones show in
//! notifications, is read with `mrkdwn` switched off; what would be markup there is split all the same.

use serde_json::{Value, json};

use super::{
    news::News,
    size::Size,
    story::{Fact, Part, Story, Tone},
};

/// The most characters of a header.
const HEADER: usize = 150;

/// The most characters of a section, a few less than Slack's 3,000.
const SECTION: usize = 2_900;

/// The most fields of a section.
const FIELDS: usize = 10;

/// Splits a text where it would be markup, and is not seen.
const CUT: char = '\u{200b}';

pub(super) fn render(news: &News<'_>, size: Size) -> Vec<u8> {
    let story = Story::new(news, size);
    let text = fallback(&format!("patchgap: {}: {}", story.name, story.title));
    let message = json!({
        "text": text,
        "mrkdwn": false,
        "parse": "none",
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks(&story),
    });
    message.to_string().into_bytes()
}

fn blocks(story: &Story) -> Vec<Value> {
    let sign = match story.tone {
        Tone::Good => "✅",
        Tone::Warning => "⚠️",
        Tone::Attention => "🛑",
    };
    let header: String = format!("{sign} {}", story.title)
        .chars()
        .take(HEADER)
        .collect();
    let mut blocks = vec![
        json!({ "type": "header", "text": plain_text(&header) }),
        json!({ "type": "section", "text": plain_text(&escaped(&story.name)) }),
    ];
    for facts in story.facts.chunks(FIELDS) {
        let fields: Vec<Value> = facts.iter().map(field).collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    for part in &story.parts {
        blocks.push(json!({ "type": "section", "text": plain_text(&section(part)) }));
    }
    let footer = plain_text(&escaped(&story.footer));
    blocks.push(json!({ "type": "context", "elements": [footer] }));
    blocks
}

fn plain_text(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text, "emoji": false })
}

fn field(fact: &Fact) -> Value {
    plain_text(&format!("{}\n{}", fact.name, fact.value))
}

/// As many lines as fit, below their heading.
fn section(part: &Part) -> String {
    let mut text = part.heading.to_uppercase();
    let mut length = text.chars().count();
    for line in &part.lines {
        let line = format!("\n{}", escaped(line));
        length += line.chars().count();
        if length > SECTION {
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

/// The text of a notification, in which nothing is markup either.
fn fallback(text: &str) -> String {
    let mut cut = String::new();
    for letter in text.chars() {
        let is_markup = matches!(letter, '*' | '_' | '~' | '`' | ':' | '@' | '#');
        cut.push(letter);
        cut.extend(is_markup.then_some(CUT));
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
