//! A federated token from another issuer, read from a file and used in place of a secret.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use azure_core::{error::ErrorKind, http::ClientMethodOptions};
use azure_identity::ClientAssertion;

use super::ready_made::is_token;
use crate::domain::{quotes::unquoted, stored_text::stored_text};

/// Reads the file at each sign-in, because its token is renewed from time to time. White space and
/// quotes around the token, as in hand-written files, are ignored.
#[derive(Debug)]
pub(super) struct TokenFile(PathBuf);

impl TokenFile {
    /// A source for this file, if it contains a token.
    pub(super) fn open(path: PathBuf) -> azure_core::Result<Self> {
        let file = Self(path);
        file.read()?;
        Ok(file)
    }

    fn read(&self) -> azure_core::Result<String> {
        read(&self.0).map_err(|error| {
            let path = self.0.display();
            let text = format!("failed to read federated token from file {path}: {error}");
            azure_core::Error::with_message(ErrorKind::Credential, text)
        })
    }
}

#[async_trait]
impl ClientAssertion for TokenFile {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.read()
    }
}

fn read(path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    let text = stored_text(&bytes).unwrap_or_default();
    let token = unquoted(text.trim()).trim();
    if !is_token(token) {
        let problem = "it must contain one token and nothing else";
        return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
    }
    Ok(token.to_owned())
}

#[cfg(test)]
mod tests {
    use tempfile::NamedTempFile;

    use super::*;

    #[test]
    fn surrounding_whitespace_and_quotes_are_not_part_of_the_token() {
        let file = NamedTempFile::new().unwrap();
        for (content, expected) in [
            (&b"e30.e30.a-b_c"[..], Some("e30.e30.a-b_c")),
            (b"e30.e30.c\r\n", Some("e30.e30.c")),
            (b"\xef\xbb\xbfe30\n", Some("e30")),
            (b"\"e30\"\n", Some("e30")),
            (b"\xff\xfee\x003\x000\0\r\0\n\0", Some("e30")),
            (b"", None),
            (b"\n", None),
            (b"one\ntwo", None),
            (b"{\"token\":\"e30\"}", None),
            (b"\xff", None),
        ] {
            fs::write(file.path(), content).unwrap();
            assert_eq!(read(file.path()).ok().as_deref(), expected, "{content:?}");
        }
    }
}
