//! Parses the reply to a call for an export: the addresses of its files.

use serde::{
    Deserialize,
    de::{Error, IgnoredAny},
};

use super::{
    answer::{NoAnswer, value},
    lenient::Text,
};

/// The reply to a call for an export.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::defender) struct ExportBody {
    /// The addresses of the files, which are secrets.
    pub(in crate::defender) files: Vec<String>,
    pub(in crate::defender) generated: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExportDto {
    export_files: Option<Vec<String>>,
    #[serde(default)]
    generated_time: Text,
    error: Option<IgnoredAny>,
}

impl ExportBody {
    /// Parses the reply.
    pub(in crate::defender) fn read(body: &[u8]) -> Result<Self, NoAnswer> {
        let export: ExportDto = value(body).map_err(without_addresses)?;
        if export.error.is_some() {
            return Err(NoAnswer::Error);
        }
        Ok(Self {
            files: export.export_files.ok_or(NoAnswer::NoFiles)?,
            generated: export.generated_time.filled(),
        })
    }
}

/// Hides the parser's error, which may quote an address.
fn without_addresses(error: NoAnswer) -> NoAnswer {
    match error {
        NoAnswer::Json(_) => NoAnswer::Json(Error::custom("it lists no files of an export")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_time_are_read() {
        let read = |body: &str| ExportBody::read(body.as_bytes());
        let export = read(
            r#"{"@odata.context":"x","exportFiles":["https://a/?s"],"generatedTime":"2021-01-11T11:01:00Z"}"#,
        );
        let expected = ExportBody {
            files: vec!["https://a/?s".to_owned()],
            generated: Some("2021-01-11T11:01:00Z".to_owned()),
        };
        assert_eq!(export.unwrap(), expected);
        assert_eq!(read(r#"{"exportFiles":[]}"#).unwrap().files, [""; 0]);
        for (body, expected) in [
            (
                r#"{"generatedTime":null}"#,
                "the reply has no `exportFiles`",
            ),
            (
                r#"{"error":{"code":"x"},"exportFiles":[]}"#,
                "the reply is an error, although its status says otherwise",
            ),
            ("", "the reply is empty"),
        ] {
            assert_eq!(read(body).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn errors_do_not_quote_addresses() {
        for body in [
            r#"{"exportFiles":"https://files.example/?sig=abc"}"#,
            r#"{"exportFiles":[{"https://files.example/?sig=abc":1}]}"#,
            r#"{"exportFiles":["https://files.example/?sig=abc"#,
        ] {
            let error = ExportBody::read(body.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains("sig"), "{error}");
        }
    }
}
