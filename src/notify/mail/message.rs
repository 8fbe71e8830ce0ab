//! The mail itself: plain text without markup. External names are put on one line, so that none of them can
//! start a header.

use std::fmt::Write as _;

use lettre::{
    Message,
    message::header::{ContentType, HeaderName, HeaderValue},
};

use crate::{
    config::Mail,
    notify::{
        content::{NotificationContent, tool},
        size::Size,
        text::{NotificationText, Part},
    },
};

/// The width to which headings are underlined.
const RULE: &str = "--------";

/// The mail for this notification.
pub(in crate::notify) fn message(
    content: &NotificationContent<'_>,
    mail: &Mail,
    size: Size,
) -> Result<Message, lettre::error::Error> {
    let notification = NotificationText::new(content, size);
    let mut message = Message::builder()
        .from(mail.from.clone().into())
        .subject(format!(
            "patchgap: {}: {}",
            notification.name, notification.title
        ))
        .user_agent(tool())
        .message_id(Some(message_id(mail)))
        .header(ContentType::TEXT_PLAIN);
    for recipient in &mail.to {
        message = message.to(recipient.clone().into());
    }
    let mut message = message.body(body(&notification))?;
    // Asks mail servers not to send automatic replies.
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    let value = HeaderValue::new(name, "auto-generated".to_owned());
    message.headers_mut().insert_raw(value);
    Ok(message)
}

/// An id of the sender's domain: it does not reveal this machine's name.
fn message_id(mail: &Mail) -> String {
    let from = mail.from.to_string();
    let domain = from.rsplit('@').next().unwrap_or_default();
    let number = u128::from(fastrand::u64(..)) << 64 | u128::from(fastrand::u64(..));
    format!("<{number:032x}@{domain}>")
}

fn body(notification: &NotificationText) -> String {
    let mut text = format!("{}\n{}\n\n", notification.name, notification.title);
    for fact in &notification.facts {
        let name = format!("{}:", fact.name);
        let _ = writeln!(text, "{name:<30}{}", fact.value);
    }
    for Part { heading, lines } in &notification.parts {
        let _ = writeln!(text, "\n{heading}\n{RULE}");
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    }
    let _ = write!(text, "\n{}\n", notification.footer);
    text
}
