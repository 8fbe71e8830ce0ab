//! Parses flags with a URL that may contain a secret, because the argument parser repeats refused
//! values.

use std::{ffi::OsStr, marker::PhantomData, str::FromStr};

use clap::{
    Arg, Command,
    builder::{StringValueParser, TypedValueParser},
    error::{ContextKind, ContextValue},
};

use super::{InvalidValue, url_secret::shown};

/// Parses such a flag, without a secret in the error.
pub(in crate::config) struct WithoutSecret<T>(PhantomData<fn() -> T>);

impl<T> WithoutSecret<T> {
    pub(in crate::config) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for WithoutSecret<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<T: FromStr<Err = InvalidValue> + Clone + Send + Sync + 'static> TypedValueParser
    for WithoutSecret<T>
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let parser = StringValueParser::new().try_map(|text| text.parse::<T>());
        let parsed = parser.parse_ref(command, argument, value);
        parsed.map_err(|mut error| {
            let shown = shown(&value.to_string_lossy());
            error.insert(ContextKind::InvalidValue, ContextValue::String(shown));
            error
        })
    }
}
