//! One text in many encodings is always read alike.

use crate::common::{Gateway, Scene, write_reply};

const ANSWER: &str = r#"{"value":[{"id":"5058584","name":"Mai für alle 2025","productsNames":["windows_11"],"cveAddressed":10}]}"#;
const REFUSAL: &str =
    r#"{"error":{"code":"InvalidInput","message":"Ungültig für alle","target":"1fa66c0f"}}"#;

/// The encodings of a text: the content type and the bytes.
fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let little = || units.iter().flat_map(|unit| unit.to_le_bytes());
    let big = || units.iter().flat_map(|unit| unit.to_be_bytes());
    // Every character here is one byte in that encoding.
    let latin = text.chars().map(|letter| letter as u8).collect();
    vec![
        ("application/json; charset=utf-8", text.into()),
        ("application/json", format!("\u{feff}{text}").into()),
        ("text/plain", format!("\u{feff}{text}").into()),
        ("", text.into()),
        ("application/json; charset=klingon", text.into()),
        ("application/json; charset=iso-8859-1", text.into()),
        ("application/json; charset=\"ISO-8859-1\"", latin),
        ("", format!("\0\r\n {text}\r\n\0\0").into()),
        ("", [0xFF, 0xFE].into_iter().chain(little()).collect()),
        ("", [0xFE, 0xFF].into_iter().chain(big()).collect()),
        ("application/json; charset=utf-16", little().collect()),
        ("application/json; charset=utf-8", big().collect()),
    ]
}

/// Requests a machine for each encoding of this text, and asserts these cells in every row of the
/// report.
#[track_caller]
fn all_say(status: u16, text: &'static str, (file, columns): (&str, &[(&str, &str)])) {
    let scene = Scene::with_machines(forms(text).len());
    let machines = scene.tenant.fleet().machines();
    let machines: Vec<String> = machines.iter().map(|it| it.id.to_string()).collect();
    let gateway = Gateway::serve(move |machine, stream| {
        let number = machines.iter().position(|it| it == machine).unwrap();
        let (content_type, body) = &forms(text)[number];
        let content_type = match *content_type {
            "" => String::new(),
            name => format!("Content-Type: {name}\r\n"),
        };
        write_reply(stream, status, &content_type, body)
    });
    let mut command = scene.command(&["report", "machines.csv", "--format", "csv"]);
    gateway.gets(&mut command);
    let exit_code = if status == 200 { 0 } else { 5 };
    let run = scene.finish(&mut command).exits_with(exit_code);
    let rows = run.rows(file);
    assert_eq!(rows.len(), forms(text).len());
    for row in rows {
        for (column, expected) in columns {
            assert_eq!(row[*column], *expected, "{row:?}");
        }
    }
}

#[test]
fn answer_is_read_in_every_encoding() {
    let columns = [("kbId", "5058584"), ("name", "Mai für alle 2025")];
    all_say(200, ANSWER, ("gaps.csv", &columns));
}

#[test]
fn refusal_is_read_in_every_encoding() {
    let columns = [
        ("code", "InvalidInput"),
        ("message", "Ungültig für alle"),
        ("correlationId", "1fa66c0f"),
    ];
    all_say(400, REFUSAL, ("failures.csv", &columns));
}
