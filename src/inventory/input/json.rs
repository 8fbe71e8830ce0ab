//! Recognises JSON. It is not read as a list, but the error explains how to convert it.

use crate::inventory::text::{ids::machine_id, invisible::is_unseen};

/// The field that holds the ids unless the file shows another one.
const USUAL_FIELD: &str = "id";

/// The `jq` filter for the ids, if the file begins like JSON; else `None`.
pub(super) fn query(start: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches(is_unseen);
    let within = text.strip_prefix(['[', '{'])?.trim_start_matches(is_unseen);
    if text.starts_with('{') {
        within.starts_with(['"', '}']).then(|| of_object(text))
    } else {
        within
            .starts_with(['"', '{', '[', ']'])
            .then(|| of_array(within, text))
    }
}

fn of_array(within: &str, text: &str) -> String {
    if within.starts_with('{') {
        format!(".[].{}", field(text))
    } else {
        ".[]".to_owned()
    }
}

/// The filter for a reply of the service, or for one object per line.
fn of_object(text: &str) -> String {
    let field = field(text);
    if value_after(text, "\"value\"").is_some_and(|value| value.starts_with('[')) {
        format!(".value[].{field}")
    } else {
        format!(".{field}")
    }
}

/// The text after a key.
fn value_after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(key)?;
    let rest = rest.trim_start_matches(is_unseen).strip_prefix(':')?;
    Some(rest.trim_start_matches(is_unseen))
}

/// The first field whose value is a machine id. Only a plain name is used in the filter.
fn field(text: &str) -> &str {
    let parts: Vec<&str> = text.split('"').collect();
    let fields = parts.windows(3).filter_map(|part| match part {
        [name, between, value] if between.trim_matches(is_unseen) == ":" => {
            machine_id(value).is_some().then_some(*name)
        }
        _ => None,
    });
    let is_plain = |name: &str| {
        let mut letters = name.bytes();
        letters.next().is_some_and(|it| it.is_ascii_alphabetic())
            && letters.all(|it| it.is_ascii_alphanumeric() || it == b'_')
    };
    let mut plain = fields.filter(|name| is_plain(name));
    plain.next().unwrap_or(USUAL_FIELD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_distinguished_from_csv() {
        let id = "a".repeat(40);
        for (start, expected) in [
            ("[\"ID\", \"ID\"]", Some(".[]")),
            ("\u{feff} \r\n[\n  \"ID\",", Some(".[]")),
            ("[]", Some(".[]")),
            ("[[\"ID\"]]", Some(".[]")),
            ("[{\"id\": \"ID\"}]", Some(".[].id")),
            (
                "[\n{\"name\":\"x\",\n\"machineId\" : \"ID\"}]",
                Some(".[].machineId"),
            ),
            ("[{\"=1+1\":\"ID\"}]", Some(".[].id")),
            ("{\"value\":[{\"id\":\"ID\"}]}", Some(".value[].id")),
            (
                "{\"@odata.context\":\"https://x\",\"value\" : [ {\"DeviceId\":\"ID\"",
                Some(".value[].DeviceId"),
            ),
            (
                "{\"id\":\"ID\",\"value\":\"x\"}\n{\"id\":\"ID\"}",
                Some(".id"),
            ),
            ("{}", Some(".id")),
            ("[DeviceId],[Name]\n", None),
            ("[ID]\n", None),
            ("{0f8fad5b-d9cb-469f-a165-70867728950e},x\n", None),
            ("['ID', 'ID']", None),
            ("\"[\"\"pilot\"\"]\",ID\n", None),
            ("id\n[\"ID\"]\n", None),
            ("", None),
        ] {
            let start = start.replace("ID", &id);
            assert_eq!(query(start.as_bytes()).as_deref(), expected, "{start}");
        }
    }
}
