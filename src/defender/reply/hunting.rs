//! Parses the answer to a hunting query about vulnerabilities.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::{
    answer::{NoAnswer, value},
    lenient::Text,
    row::beginning,
};
use crate::domain::{
    cve::CveFacts,
    vulnerabilities::{VulnerabilityRow, VulnerabilityRows},
};

#[derive(Deserialize)]
struct AnswerDto {
    #[serde(alias = "Results")]
    results: Option<Vec<RowDto>>,
    error: Option<IgnoredAny>,
}

/// A row, grouped by the service. Keys such as `CveIds@odata.type` beside the columns are ignored.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct RowDto {
    device_id: Text,
    recommended_security_update_id: Text,
    recommended_security_update: Text,
    #[serde(rename = "OSVersion")]
    os_version: Text,
    cve_ids: List,
    software_names: List,
}

/// A list, or a text with a list in it: dynamic columns come as either.
#[derive(Default)]
struct List(Vec<String>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = serde_json::Value::deserialize(deserializer)?;
        let found = match found {
            serde_json::Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
            found => found,
        };
        let texts = match found {
            serde_json::Value::Array(items) => items,
            _ => Vec::new(),
        };
        let texts = texts.into_iter().filter_map(|it| match it {
            serde_json::Value::String(text) => Some(text),
            _ => None,
        });
        Ok(Self(texts.collect()))
    }
}

/// Parses the answer to a query.
pub(in crate::defender) fn hunting(body: &[u8]) -> Result<VulnerabilityRows, NoAnswer> {
    let answer: AnswerDto = value(body)?;
    if answer.error.is_some() {
        return Err(NoAnswer::Error);
    }
    let mut rows = VulnerabilityRows::default();
    for row in answer.results.ok_or(NoAnswer::NoResults)? {
        row.add_to(&mut rows);
    }
    Ok(rows)
}

impl RowDto {
    fn add_to(self, rows: &mut VulnerabilityRows) {
        rows.counts.rows += 1;
        let id = self.device_id.filled().unwrap_or_default();
        let Ok(machine) = id.parse() else {
            let id = beginning(id.as_bytes());
            let problem = |number| format!("row {number}: `{id}` is not a machine id");
            return rows.counts.add_unreadable(problem);
        };
        let [kb, name, os_version] = [
            self.recommended_security_update_id,
            self.recommended_security_update,
            self.os_version,
        ]
        .map(|it| it.filled().unwrap_or_default());
        let url = if kb.is_empty() {
            String::new()
        } else {
            format!("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB{kb}")
        };
        let row = VulnerabilityRow {
            machine,
            is_onboarded: true,
            kb: &kb,
            name: &name,
            url: &url,
            product: "",
            os_version: &os_version,
            cve: None,
            facts: CveFacts::default(),
        };
        let products = self.software_names.0.iter().map(String::as_str);
        let cves = self.cve_ids.0.iter().filter_map(|it| it.parse().ok());
        rows.add_grouped(&row, products, cves);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const ID: &str = "0f3c5a7e9b1d2f4a6c8e0a2b4c6d8e0f1a3b5c7d";

    #[test]
    fn rows_are_read_with_what_stands_beside_them() {
        let body = format!(
            r##"{{"schema":[{{"name":"DeviceId","type":"String"}}],"results":[
            {{"DeviceId":"{ID}","RecommendedSecurityUpdateId":"5000002","CveIds@odata.type":"#Collection(String)","CveIds":["CVE-2026-00001","TVM-2020-0002","CVE-2026-00002"],"SoftwareNames":"[\"windows_11\",\"edge\"]","RecommendedSecurityUpdate":"March 2026 Security Updates","OSVersion":"10.0.26100.1"}},
            {{"DeviceId":"{}","RecommendedSecurityUpdateId":"","CveIds":[""],"SoftwareNames":["edge"],"RecommendedSecurityUpdate":""}},
            {{"DeviceId":"x"}}]}}"##,
            "1".repeat(40)
        );
        let rows = hunting(body.as_bytes()).unwrap();
        assert_eq!((rows.counts.rows, rows.counts.unreadable), (3, 1));
        let answers = rows.finish(Timestamp::UNIX_EPOCH);
        let [missing] = &answers.of(ID.parse().unwrap()).unwrap()[..] else {
            panic!("{answers:?}")
        };
        assert_eq!(missing.id.as_str(), "5000002");
        assert_eq!(missing.cve_addressed, 2);
        assert_eq!(missing.products.len(), 2);
        assert_eq!(missing.os_build.as_deref(), Some("26100"));
        assert_eq!(
            missing.url.as_deref(),
            Some("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB5000002")
        );
        let clean = answers.of("1".repeat(40).parse().unwrap());
        assert!(clean.unwrap().is_empty());
    }

    #[test]
    fn answer_without_results_is_no_answer() {
        for (body, expected) in [
            ("{}", "the reply has no `results`"),
            (
                r#"{"error":{},"results":[]}"#,
                "the reply is an error, although its status says otherwise",
            ),
            ("", "the reply is empty"),
        ] {
            assert_eq!(hunting(body.as_bytes()).unwrap_err().to_string(), expected);
        }
    }
}
