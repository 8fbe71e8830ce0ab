//! Parses the answer to a hunting query about vulnerabilities.

use std::borrow::Cow;

use serde::{
    Deserialize,
    de::{IgnoredAny, SeqAccess},
};

use super::{
    answer::{NoAnswer, value},
    bulk::{Items, ListedRows},
    row::{Cell, Key, Parsed, Row, beginning},
};
use crate::domain::{
    cve::CveFacts,
    vulnerabilities::{VulnerabilityRow, VulnerabilityRows},
};

#[derive(Deserialize)]
struct AnswerDto {
    #[serde(alias = "Results")]
    results: Option<Items<HuntedRows>>,
    error: Option<IgnoredAny>,
}

/// The rows of an answer, added up as they are parsed.
#[derive(Default)]
struct HuntedRows(VulnerabilityRows);

/// A row, grouped by the service. Keys such as `CveIds@odata.type` are ignored.
#[derive(Default)]
struct RowDto<'row> {
    machine: Cow<'row, str>,
    kb: Cow<'row, str>,
    name: Cow<'row, str>,
    os_version: Cow<'row, str>,
    cves: Vec<Cow<'row, str>>,
    products: Vec<Cow<'row, str>>,
}

/// Parses the answer to a query.
pub(in crate::defender) fn hunting(body: &[u8]) -> Result<VulnerabilityRows, NoAnswer> {
    let answer: AnswerDto = value(body)?;
    if answer.error.is_some() {
        return Err(NoAnswer::Error);
    }
    Ok(answer.results.ok_or(NoAnswer::NoResults)?.0.0)
}

impl ListedRows for HuntedRows {
    fn add_list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<Parsed<RowDto<'de>>>()? {
            row.0.add_to(&mut self.0);
        }
        Ok(())
    }
}

impl<'de> Row<'de> for RowDto<'de> {
    fn cell(&mut self, key: Key<'_>) -> Option<Cell<'_, 'de>> {
        Some(Cell::Text(match key {
            _ if key.is("deviceid") => &mut self.machine,
            _ if key.is("recommendedsecurityupdateid") => &mut self.kb,
            _ if key.is("recommendedsecurityupdate") => &mut self.name,
            _ if key.is("osversion") => &mut self.os_version,
            _ if key.is("cveids") => return Some(Cell::Texts(&mut self.cves)),
            _ if key.is("softwarenames") => return Some(Cell::Texts(&mut self.products)),
            _ => return None,
        }))
    }
}

impl RowDto<'_> {
    fn add_to(&self, rows: &mut VulnerabilityRows) {
        rows.counts.rows += 1;
        let Ok(machine) = self.machine.parse() else {
            let id = beginning(self.machine.as_bytes());
            let problem = |number| format!("row {number}: `{id}` is not a machine id");
            return rows.counts.add_unreadable(problem);
        };
        let kb = self.kb.trim();
        let url = if kb.is_empty() {
            String::new()
        } else {
            format!("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB{kb}")
        };
        let row = VulnerabilityRow {
            machine,
            is_onboarded: true,
            kb,
            name: self.name.trim(),
            url: &url,
            product: "",
            os_version: self.os_version.trim(),
            cve: None,
            facts: CveFacts::default(),
        };
        let products = self.products.iter().map(|it| &**it);
        let products = products.filter(|it| !it.is_empty());
        let cves = self.cves.iter().filter_map(|it| it.parse().ok());
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
