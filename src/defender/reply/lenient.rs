//! Lenient parsing of values that the service writes in more than one way.

use std::{fmt, marker::PhantomData, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

/// Maximum number of texts read from one list: far more than a KB has products.
const MOST_TEXTS: usize = 10_000;

/// A string that may also be a number or null.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Text(pub(super) Option<String>);

/// A count that may also be a string or null.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) number: Option<u64>,
    /// The value, if it is not a count.
    pub(super) unreadable: Option<Arc<str>>,
}

/// Maximum length in characters of an unreadable value that is kept.
const LONGEST_VALUE: usize = 40;

/// A list of strings that may also be null, a single string, or contain nulls.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Texts(pub(super) Vec<String>);

/// An object and nothing else: by default, serde also accepts an array with the values in the order
/// of the fields.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl Text {
    /// The string, unless it is missing or empty.
    pub(super) fn filled(self) -> Option<String> {
        self.0.filter(|text| !text.trim().is_empty())
    }
}

impl Count {
    /// The number in a value, as it is spelled in the JSON.
    fn read(value: &RawValue) -> Self {
        let value = value.get();
        let text = if value.starts_with('"') {
            serde_json::from_str::<String>(value).unwrap_or_default()
        } else {
            value.to_owned()
        };
        match text.trim() {
            "" | "null" => Self::default(),
            text => Self {
                number: number(text),
                unreadable: number(text).is_none().then(|| beginning(value).into()),
            },
        }
    }
}

/// A count in any JSON spelling: `1e2` and `97.0` are counts, a number with a fraction is not.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().or_else(|| {
        let number: f64 = serde_json::from_str(text).ok()?;
        // Adding 0.0 turns -0 into 0; any other negative number fails to parse.
        let whole = format!("{:.0}", number + 0.0).parse().ok();
        whole.filter(|_| number.fract() == 0.0)
    })
}

/// The beginning of a value, long enough to recognise it.
fn beginning(value: &str) -> &str {
    let end = value.char_indices().nth(LONGEST_VALUE);
    end.map_or(value, |(end, _)| &value[..end])
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number or null")
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Self::read)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of texts, a text or null")
    }

    fn visit_unit<E>(self) -> Result<Texts, E> {
        Ok(Texts::default())
    }

    fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
        let text = Text(Some(text.to_owned()));
        Ok(Texts(text.filled().into_iter().collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element::<Text>()? {
            texts.extend(text.filled());
            if texts.len() > MOST_TEXTS {
                return Err(Error::custom("a list of too many texts"));
            }
        }
        Ok(Texts(texts))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        serde_json::from_str::<Text>(json).unwrap().0
    }

    fn count(json: &str) -> Count {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn texts_are_read_from_every_json_type() {
        assert_eq!(text("\"22631.4037\"").as_deref(), Some("22631.4037"));
        assert_eq!(text("22631").as_deref(), Some("22631"));
        assert_eq!(text("22631.4037").as_deref(), Some("22631.4037"));
        assert_eq!(text("-1").as_deref(), Some("-1"));
        assert_eq!(text("null"), None);
        assert!(serde_json::from_str::<Text>("{}").is_err());
    }

    #[test]
    fn counts_are_read_in_every_spelling() {
        for (json, expected) in [
            ("97", 97),
            ("97.0", 97),
            ("\"97\"", 97),
            ("\" 97\"", 97),
            ("\"97.0\"", 97),
            ("\"\\u0039\\u0037\"", 97),
            ("9.7e1", 97),
            ("1e2", 100),
            ("0", 0),
            ("-0", 0),
            ("-0.0", 0),
            ("18446744073709551615", u64::MAX),
        ] {
            let read = count(json);
            assert_eq!(
                (read.number, read.unreadable),
                (Some(expected), None),
                "{json}"
            );
        }
        for json in ["null", "\"\"", "\"  \"", "\"null\""] {
            assert_eq!(count(json), Count::default(), "{json}");
        }
    }

    #[test]
    fn unreadable_counts_are_kept_verbatim() {
        for json in [
            "-1",
            "-5",
            "-1.0",
            "97.5",
            "1e300",
            "1e-3",
            "18446744073709551616",
            "340282366920938463463374607431768211456",
            "true",
            "false",
            "[]",
            "[97]",
            "{}",
            r#"{"value":97}"#,
            r#""x""#,
            r#""97 CVEs""#,
            r#""-5""#,
            r#""NaN""#,
            r#""\u001b[31m""#,
        ] {
            let read = count(json);
            let kept = read.unreadable.as_deref();
            assert_eq!((read.number, kept), (None, Some(json)));
        }
        let long = format!("\"{}\"", "é".repeat(1000));
        let kept = count(&long).unreadable.unwrap();
        assert_eq!(kept.chars().count(), LONGEST_VALUE);
    }

    #[test]
    fn lists_are_read_in_every_spelling() {
        for (json, expected) in [
            (
                r#"["edge", null, "", "windows_10"]"#,
                &["edge", "windows_10"][..],
            ),
            (r#""edge""#, &["edge"]),
            (r#"" ""#, &[]),
            ("null", &[]),
        ] {
            assert_eq!(serde_json::from_str::<Texts>(json).unwrap().0, expected);
        }
    }

    #[test]
    fn array_is_not_accepted_as_an_object() {
        type Pair = Object<(u8, u8)>;
        assert!(serde_json::from_str::<Pair>("[1,2]").is_err());
        let object: Object<std::collections::BTreeMap<String, u8>> =
            serde_json::from_str(r#"{"a":1}"#).unwrap();
        assert_eq!(object.0["a"], 1);
    }
}
