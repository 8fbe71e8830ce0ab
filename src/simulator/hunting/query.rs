//! Parses a query.
//!
//! ```text
//! DeviceTvmSoftwareVulnerabilities
//! | where hash(DeviceId, 16) == 0
//! | summarize CveIds = make_set(CveId), ... by DeviceId, RecommendedSecurityUpdateId
//! ```

use crate::simulator::chance::chance;

const TABLE: &str = "DeviceTvmSoftwareVulnerabilities";
const KEYS: [&str; 2] = ["DeviceId", "RecommendedSecurityUpdateId"];

/// A query that can be answered: a row for each device and KB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::simulator) struct Query {
    /// Conditions that must all be true.
    shards: Vec<Shard>,
    /// The columns of each row besides device and KB.
    pub(super) columns: Vec<Column>,
}

/// One part of all devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    number: u64,
    of: u64,
}

/// A column of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) content: Content,
}

/// The content of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Every CVE.
    Cves,
    /// Every CVE of a KB, and an empty text where there is no KB.
    CvesOfKb,
    SoftwareNames,
    Title,
    OsVersion,
}

/// The supported expressions, without spaces.
const EXPRESSIONS: [(&str, Content); 5] = [
    ("make_set(CveId)", Content::Cves),
    (
        "make_set(iff(isempty(RecommendedSecurityUpdateId),\"\",CveId))",
        Content::CvesOfKb,
    ),
    ("make_set(SoftwareName)", Content::SoftwareNames),
    ("take_any(RecommendedSecurityUpdate)", Content::Title),
    ("take_any(OSVersion)", Content::OsVersion),
];

impl Query {
    /// Parses a query. `Err` describes the error in it.
    pub(in crate::simulator) fn read(text: &str) -> Result<Self, String> {
        let mut stages = text.split('|').map(str::trim);
        let table = stages.next().unwrap_or_default();
        if table != TABLE {
            return Err(format!(
                "Failed to resolve table expression named '{table}'"
            ));
        }
        let mut shards = Vec::new();
        let mut columns = None;
        for stage in stages {
            match (operator(stage), &columns) {
                (("where", condition), None) => shards.push(shard(condition)?),
                (("summarize", list), None) => columns = Some(summarized(list)?),
                _ => return Err(syntax(stage)),
            }
        }
        // Without a summary, the answer would have a row for each CVE.
        let columns = columns.ok_or_else(|| syntax(text.trim()))?;
        Ok(Self { shards, columns })
    }

    /// Whether the query includes the device.
    pub(super) fn includes(&self, device: &str) -> bool {
        let hash = chance(0, "hash", device, 0).u64(..);
        self.shards.iter().all(|it| hash % it.of == it.number)
    }
}

fn syntax(at: &str) -> String {
    format!("Query could not be parsed at '{at}'")
}

/// The first word, and the rest.
fn operator(stage: &str) -> (&str, &str) {
    stage.split_once(char::is_whitespace).unwrap_or((stage, ""))
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

fn shard(condition: &str) -> Result<Shard, String> {
    let text = without_spaces(condition);
    let read = || {
        let numbers = text.strip_prefix("hash(DeviceId,")?;
        let (of, number) = numbers.split_once(")==")?;
        let shard = Shard {
            number: number.parse().ok()?,
            of: of.parse().ok()?,
        };
        Some(shard).filter(|shard| shard.of > 0)
    };
    read().ok_or_else(|| syntax(condition))
}

fn summarized(list: &str) -> Result<Vec<Column>, String> {
    let words: Vec<&str> = list.split_whitespace().collect();
    let list = words.join(" ");
    let (aggregates, keys) = list.rsplit_once(" by ").ok_or_else(|| syntax(&list))?;
    let keys: Vec<&str> = keys.split(',').map(str::trim).collect();
    if keys != KEYS {
        return Err(syntax(&keys.join(", ")));
    }
    items(aggregates).into_iter().map(column).collect()
}

fn column(item: &str) -> Result<Column, String> {
    let text = without_spaces(item).replace('\'', "\"");
    let read = || {
        let (name, expression) = text.split_once('=')?;
        let mut known = EXPRESSIONS.iter();
        let &(_, content) = known.find(|(text, _)| *text == expression)?;
        let name = name.to_owned();
        Some(Column { name, content })
    };
    read().ok_or_else(|| syntax(item))
}

/// The items of a list, separated by commas outside parentheses.
fn items(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let separates = |letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    };
    list.split(separates).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str = "DeviceTvmSoftwareVulnerabilities
        | where hash(DeviceId, 16) == 3
        | summarize CveIds = make_set(iff(isempty(RecommendedSecurityUpdateId), \"\", CveId)), \
          SoftwareNames = make_set(SoftwareName), \
          RecommendedSecurityUpdate = take_any(RecommendedSecurityUpdate), \
          OSVersion = take_any(OSVersion) by DeviceId, RecommendedSecurityUpdateId";

    #[test]
    fn the_query_is_recognised() {
        let query = Query::read(QUERY).unwrap();
        assert_eq!(query.shards, [Shard { number: 3, of: 16 }]);
        let columns: Vec<_> = query
            .columns
            .iter()
            .map(|it| (it.name.as_str(), it.content))
            .collect();
        let expected = [
            ("CveIds", Content::CvesOfKb),
            ("SoftwareNames", Content::SoftwareNames),
            ("RecommendedSecurityUpdate", Content::Title),
            ("OSVersion", Content::OsVersion),
        ];
        assert_eq!(columns, expected);
        let all = Query::read(&QUERY.replace("| where hash(DeviceId, 16) == 3", ""));
        assert_eq!(all.unwrap().shards, []);
    }

    #[test]
    fn shards_divide_the_devices() {
        let shard = |of: u64, number: u64| Query {
            shards: vec![Shard { number, of }],
            columns: Vec::new(),
        };
        for device in (0..300).map(|number| format!("{number:040x}")) {
            for of in [1, 2, 7, 16] {
                let parts = (0..of).filter(|&number| shard(of, number).includes(&device));
                let [part] = parts.collect::<Vec<_>>()[..] else {
                    panic!("{device} is not in one of {of} parts");
                };
                let halves = [part, part + of].map(|it| shard(2 * of, it).includes(&device));
                assert!(halves[0] != halves[1]);
            }
        }
    }

    #[test]
    fn anything_else_is_refused_at_its_place() {
        for (from, to, at) in [
            (
                "DeviceTvmSoftwareVulnerabilities",
                "DeviceInfo",
                "'DeviceInfo'",
            ),
            (
                "hash(DeviceId, 16) == 3",
                "hash(DeviceId, 0) == 3",
                "hash(DeviceId, 0) == 3",
            ),
            (
                "hash(DeviceId, 16) == 3",
                "DeviceName == 'a'",
                "DeviceName == 'a'",
            ),
            (
                "make_set(SoftwareName)",
                "dcount(SoftwareName)",
                "dcount(SoftwareName)",
            ),
            (
                "by DeviceId, Rec",
                "by Rec",
                "'RecommendedSecurityUpdateId'",
            ),
            ("summarize", "project", "project "),
        ] {
            let error = Query::read(&QUERY.replace(from, to)).unwrap_err();
            assert!(error.contains(at), "{error}");
        }
        for text in ["", TABLE, "DeviceTvmSoftwareVulnerabilities | where"] {
            assert!(Query::read(text).is_err(), "{text}");
        }
        assert!(Query::read(&format!("{QUERY} | take 5")).is_err());
    }
}
