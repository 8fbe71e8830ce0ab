//! Enums whose values are words that users type. One list serves parsing, help and reports.

use thiserror::Error;

/// A word that is not one of those allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown value `{found}`: expected one of {}", allowed.join(", "))]
pub struct UnknownWord {
    /// What was typed.
    pub found: String,
    /// The allowed words.
    pub allowed: &'static [&'static str],
}

/// Defines an enum of words with `ALL`, `WORDS`, `as_str`, `Display`, `FromStr`, `Serialize` and
/// `Deserialize`.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the definition.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Every word, in the order of the definition.
            pub const WORDS: &[&str] = &[$($word,)+];

            /// The word itself.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text.trim() {
                    $($word => Ok(Self::$variant),)+
                    found => Err($crate::domain::words::UnknownWord {
                        found: found.to_owned(),
                        allowed: Self::WORDS,
                    }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::aggregate::RankBy;

    #[test]
    fn words_round_trip() {
        for word in RankBy::WORDS {
            assert_eq!(word.parse::<RankBy>().unwrap().to_string(), *word);
        }
        assert_eq!(RankBy::Machines.as_str(), "machines");
    }

    #[test]
    fn unknown_word_is_refused_with_the_allowed_ones() {
        let error = "size".parse::<RankBy>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown value `size`: expected one of cve, exposure, machines, risk"
        );
    }
}
