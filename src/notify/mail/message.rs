//! The mail itself: plain text, in which nothing is markup. Names from outside are on one line, so that none of
//! them can begin a header.

use std::fmt::Write as _;

use lettre::{
    Message,
    message::header::{ContentType, HeaderName, HeaderValue},
};

use crate::{
    config::Mail,
    notify::{
        news::{News, tool},
        size::Size,
        story::{Part, Story},
    },
};

/// The width to which headings are underlined.
const RULE: &str = "--------";

/// The mail about this news.
pub(in crate::notify) fn message(
    news: &News<'_>,
    mail: &Mail,
    size: Size,
) -> Result<Message, lettre::error::Error> {
    let story = Story::new(news, size);
    let mut message = Message::builder()
        .from(mail.from.clone().into())
        .subject(format!("patchgap: {}: {}", story.name, story.title))
        .user_agent(tool())
        .message_id(Some(message_id(mail)))
        .header(ContentType::TEXT_PLAIN);
    for recipient in &mail.to {
        message = message.to(recipient.clone().into());
    }
    let mut message = message.body(body(&story))?;
    // Nobody's absence is of interest to a program.
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    let value = HeaderValue::new(name, "auto-generated".to_owned());
    message.headers_mut().insert_raw(value);
    Ok(message)
}

/// An id of the sender's domain: this machine's name is nobody's business.
fn message_id(mail: &Mail) -> String {
    let from = mail.from.to_string();
    let domain = from.rsplit('@').next().unwrap_or_default();
    let number = u128::from(fastrand::u64(..)) << 64 | u128::from(fastrand::u64(..));
    format!("<{number:032x}@{domain}>")
}

fn body(story: &Story) -> String {
    let mut text = format!("{}\n{}\n\n", story.name, story.title);
    for fact in &story.facts {
        let name = format!("{}:", fact.name);
        let _ = writeln!(text, "{name:<30}{}", fact.value);
    }
    for Part { heading, lines } in &story.parts {
        let _ = writeln!(text, "\n{heading}\n{RULE}");
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    }
    let _ = write!(text, "\n{}\n", story.footer);
    text
}
