//! Every format: its content, that external names stay plain text, and that it is never too large.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    content::NotificationContent,
    json,
    mail::message,
    size::{MAX_BYTES, Size, fitted},
    slack, teams,
};
use crate::{
    config::{Mail, MailServer, Security},
    domain::exit_code::ExitCode,
    report::{Notice, NoticeChanges, NoticeMachines, NoticeTenant, NoticeTenants, NoticeUpdate},
};

const HOSTILE: &str = "*_~`<!channel>&[x](http://evil.example){{DATE(2017-02-14T06:08:39Z,SHORT)}}\r\nBcc: a@b\n\
                       # h\u{202e}\u{1b}[31m\"'</script>|@here :smile: ";

fn notice() -> Notice {
    Notice {
        name: "Contoso".to_owned(),
        tenant_id: Some("38c1b815-3f0e-4a5c-8d39-7d0f5b1c2e11".to_owned()),
        outcome: Some("partial"),
        started_at: "2026-11-30T21:00:00Z".to_owned(),
        finished_at: "2026-11-30T22:10:00Z".to_owned(),
        headline: "11.4 % of machines fully patched; install these 2 updates first".to_owned(),
        coverage: "9,870 of 10,000 machines answered (98.7 %)".to_owned(),
        warnings: vec!["Partial: no result for 130 of 10,000 machines".to_owned()],
        risks: vec!["Known exploited: 3 CVEs in 2 missing KBs on 812 machines".to_owned()],
        machines: NoticeMachines {
            answered: 9_870,
            not_found: 20,
            failed: 100,
            pending: 10,
            skipped: 5,
        },
        kbs: 41,
        gaps: 3_412,
        exposure: 120_000,
        known_exploited_gaps: Some(812),
        install_first: vec![NoticeUpdate {
            kb_id: "5059339".to_owned(),
            product: "Windows 11, April 2026".to_owned(),
            machines_missing: 812,
            tenants: None,
            exposure: 4_711,
            known_exploited: true,
            due: Some("2026-12-01".to_owned()),
        }],
        changes: Some(NoticeChanges {
            new: 310,
            resolved: 1_204,
            replaced: 7,
            returned: 2,
            newly_exploited: 0,
        }),
        changed: vec!["Since 2026-11-29: 1,204 resolved, 310 new".to_owned()],
        folder: "/srv/reports/2026-11-30".to_owned(),
        page: Some("report.html"),
        tenants: None,
    }
}

fn notification(notice: Option<&Notice>) -> NotificationContent<'_> {
    NotificationContent {
        name: "Contoso".to_owned(),
        exit_code: ExitCode::Partial,
        problem: None,
        hint: None,
        warnings: Vec::new(),
        without_reports: "there are no reports",
        notice,
    }
}

/// A notification in which everything that can come from outside is this text.
fn with_text(text: &str) -> (Notice, NotificationContent<'static>) {
    let texts = || vec![text.to_owned(); 30];
    let update = NoticeUpdate {
        kb_id: text.to_owned(),
        product: text.to_owned(),
        ..notice().install_first[0].clone()
    };
    let tenant = NoticeTenant {
        tenant: text.to_owned(),
        status: "failed",
        exit_code: 3,
        message: text.to_owned(),
    };
    let notice = Notice {
        tenant_id: Some(text.to_owned()),
        headline: text.to_owned(),
        coverage: text.to_owned(),
        warnings: texts(),
        risks: texts(),
        install_first: vec![update; 30],
        changed: texts(),
        folder: text.to_owned(),
        tenants: Some(NoticeTenants {
            all: 30,
            failed: 30,
            in_trouble: vec![tenant; 30],
            ..NoticeTenants::default()
        }),
        ..notice()
    };
    let content = NotificationContent {
        name: text.to_owned(),
        exit_code: ExitCode::Refused,
        problem: Some(text.to_owned()),
        hint: Some(text.to_owned()),
        warnings: texts(),
        without_reports: "there are no reports",
        notice: None,
    };
    (notice, content)
}

fn mail() -> Mail {
    Mail {
        server: MailServer {
            host: "mail.example".to_owned(),
            port: 465,
            security: Security::Tls,
            sign_in: None,
        },
        to: vec!["Ops <ops@contoso.example>".parse().unwrap()],
        from: "patchgap@contoso.example".parse().unwrap(),
    }
}

type Render = fn(&NotificationContent<'_>, Size) -> Vec<u8>;

const FORMATS: [Render; 4] = [
    json::render,
    teams::render,
    slack::render,
    |content, size| message(content, &mail(), size).unwrap().formatted(),
];

fn rendered(render: Render, content: &NotificationContent<'_>) -> Vec<u8> {
    fitted(|size| render(content, size), Vec::len)
}

fn parsed(render: Render, content: &NotificationContent<'_>) -> Value {
    serde_json::from_slice(&rendered(render, content)).unwrap()
}

/// All texts in a document under this key.
fn texts<'value>(value: &'value Value, key: &str) -> Vec<&'value str> {
    match value {
        Value::Object(fields) => {
            let own = fields.get(key).and_then(Value::as_str);
            let inner = fields.values().flat_map(|field| texts(field, key));
            own.into_iter().chain(inner).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| texts(item, key)).collect(),
        _ => Vec::new(),
    }
}

/// The blocks of this type.
fn blocks<'value>(blocks: &'value Value, kind: &str) -> Vec<&'value Value> {
    let blocks = blocks.as_array().unwrap().iter();
    blocks.filter(|it| it["type"] == kind).collect()
}

#[test]
fn json_has_figures_by_name() {
    let notice = notice();
    let json = parsed(json::render, &notification(Some(&notice)));
    assert_eq!(json["schemaVersion"], 1);
    assert_eq!(json["tool"]["name"], "patchgap");
    assert_eq!(
        (&json["status"], &json["exitCode"]),
        (&"partial".into(), &5.into())
    );
    assert_eq!(json["title"], "partial: 98.7 % of 10,000 machines answered");
    let run = &json["run"];
    assert_eq!(run["machines"]["notFound"], 20);
    assert_eq!(run["knownExploitedGaps"], 812);
    assert_eq!(run["installFirst"][0]["kbId"], "5059339");
    assert_eq!(run["changes"]["new"], 310);
    assert_eq!(run["folder"], "/srv/reports/2026-11-30");
    assert!(json.get("problem").is_none());
    let refused = NotificationContent {
        exit_code: ExitCode::Refused,
        problem: Some("the sign-in was refused".to_owned()),
        ..notification(None)
    };
    let json = parsed(json::render, &refused);
    assert_eq!(json["title"], "refused: there are no reports");
    assert_eq!(
        (&json["problem"], &json["run"]),
        (&"the sign-in was refused".into(), &Value::Null)
    );
}

#[test]
fn failure_after_the_reports_is_not_one_of_them() {
    let one = notice();
    let all = Notice {
        tenants: Some(NoticeTenants {
            all: 2,
            complete: 2,
            ..NoticeTenants::default()
        }),
        ..notice()
    };
    for (notice, without_reports, expected) in [
        (
            None,
            "the reports could not be written",
            "failed: the reports could not be written",
        ),
        (
            Some(&one),
            "",
            "failed after the reports were written: 98.7 % of 10,000 machines answered",
        ),
        (
            Some(&all),
            "",
            "failed: 2 tenants; 98.7 % of 10,000 machines answered",
        ),
    ] {
        let failed = NotificationContent {
            exit_code: ExitCode::Output,
            problem: Some("the reports are written, but not uploaded".to_owned()),
            without_reports,
            ..notification(notice)
        };
        let json = parsed(json::render, &failed);
        assert_eq!(json["title"], expected);
        assert_eq!(json["status"], "failed");
        let mail = rendered(FORMATS[3], &failed);
        let mail = String::from_utf8_lossy(&mail).into_owned();
        let place = "/srv/reports/2026-11-30 (report.html)";
        assert_eq!(mail.contains(place), notice.is_some());
    }
}

#[test]
fn card_is_in_the_envelope_of_a_workflow() {
    let notice = notice();
    let card = parsed(teams::render, &notification(Some(&notice)));
    assert_eq!(card["type"], "message");
    let attachment = &card["attachments"][0];
    assert_eq!(
        attachment["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    assert_eq!(attachment["contentUrl"], Value::Null);
    let content = &attachment["content"];
    assert_eq!(
        (&content["type"], &content["version"]),
        (&"AdaptiveCard".into(), &"1.4".into())
    );
    let body = &content["body"];
    assert_eq!(
        body[0]["text"],
        "patchgap: partial: 98.7 % of 10,000 machines answered"
    );
    assert_eq!(body[0]["color"], "Warning");
    let facts = &blocks(body, "FactSet")[0]["facts"];
    assert_eq!(facts[4]["title"], "Known exploited gaps");
    assert_eq!(facts[4]["value"], "812");
    let update = "KB5059339 (Windows 11, April 2026): 812 machines, exposure score 4,711; known exploited, \
                  due 2026-12-01";
    assert!(texts(body, "text").contains(&update));
    assert!(texts(body, "text").contains(&"/srv/reports/2026-11-30 (report.html)"));
}

#[test]
fn message_fits_what_slack_takes() {
    let notice = notice();
    let message = parsed(slack::render, &notification(Some(&notice)));
    assert!(message["text"].as_str().unwrap().starts_with("patchgap:"));
    let (hostile, content) = with_text(&"&".repeat(5_000));
    let long = NotificationContent {
        notice: Some(&hostile),
        ..content
    };
    for message in [message, parsed(slack::render, &long)] {
        let blocks = message["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 50);
        for block in blocks {
            let most = if block["type"] == "header" {
                150
            } else {
                3_000
            };
            assert!(
                texts(block, "text")
                    .iter()
                    .all(|it| it.chars().count() <= most)
            );
            assert!(block["fields"].as_array().is_none_or(|it| it.len() <= 10));
        }
    }
}

#[test]
fn mail_has_headers_and_lines() {
    let notice = notice();
    let mail = rendered(FORMATS[3], &notification(Some(&notice)));
    let mail = String::from_utf8(mail).unwrap();
    let (headers, body) = mail.split_once("\r\n\r\n").unwrap();
    for header in [
        "From: patchgap@contoso.example",
        "To: Ops <ops@contoso.example>",
        "Subject: patchgap: Contoso: partial: 98.7 % of 10,000 machines answered",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(
            headers.lines().any(|line| line == header),
            "{header}\n{headers}"
        );
    }
    assert!(
        body.contains("Known exploited gaps:         812\r\n"),
        "{body}"
    );
    assert!(
        body.contains("\r\nInstall first\r\n--------\r\nKB5059339 (Windows 11"),
        "{body}"
    );
}

#[test]
fn names_from_outside_stay_text() {
    let (notice, content) = with_text(HOSTILE);
    let content = NotificationContent {
        notice: Some(&notice),
        ..content
    };
    // JSON: every text is on one line, without invisible characters.
    for render in &FORMATS[..3] {
        let text = String::from_utf8(rendered(*render, &content)).unwrap();
        for part in ["\\n#", "\\r", "\u{202e}", "\\u001b"] {
            assert!(!text.contains(part), "{part}: {text}");
        }
    }
    // Elements that interpret Markdown contain only our own text.
    let card = parsed(teams::render, &content);
    let body = &card["attachments"][0]["content"]["body"];
    let marked = blocks(body, "TextBlock")
        .into_iter()
        .chain(blocks(body, "FactSet"));
    for block in marked {
        let block = block.to_string();
        assert!(
            !block.contains("evil") && !block.contains("DATE"),
            "{block}"
        );
    }
    let others: BTreeSet<&str> = texts(body, "type").into_iter().collect();
    let known = ["FactSet", "RichTextBlock", "TextBlock", "TextRun"];
    assert_eq!(others, known.into());
    // Slack: no text is read as markup, and nothing is a link or a mention.
    let message = parsed(slack::render, &content);
    assert_eq!(
        (&message["mrkdwn"], &message["parse"]),
        (&false.into(), &"none".into())
    );
    assert!(!message.to_string().contains('<'));
    assert!(!message.to_string().contains("\"type\":\"mrkdwn\""));
    assert!(!message["text"].as_str().unwrap().contains("@here"));
}

#[test]
fn no_name_begins_a_header_of_a_mail() {
    let (notice, content) = with_text(HOSTILE);
    let content = NotificationContent {
        notice: Some(&notice),
        ..content
    };
    let mail = String::from_utf8(rendered(FORMATS[3], &content)).unwrap();
    let (headers, _) = mail.split_once("\r\n\r\n").unwrap();
    // Continued lines begin with a space.
    let names = headers.split("\r\n").filter(|line| !line.starts_with(' '));
    let names: BTreeSet<&str> = names.map(|line| line.split(':').next().unwrap()).collect();
    let expected = [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "Message-ID",
        "Subject",
        "To",
        "User-Agent",
    ];
    assert_eq!(names, expected.into(), "{headers}");
}

#[test]
fn no_notification_is_too_large() {
    for letter in ["🛑", "\u{1b}", "<"] {
        let (notice, content) = with_text(&letter.repeat(6_000));
        let content = NotificationContent {
            notice: Some(&notice),
            ..content
        };
        for render in FORMATS {
            let bytes = rendered(render, &content).len();
            assert!(bytes <= MAX_BYTES, "{letter}: {bytes}");
            assert!(bytes > 1_000, "{letter}: {bytes}");
        }
    }
}
