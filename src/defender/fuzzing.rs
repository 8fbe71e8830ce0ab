//! Entry points for the fuzz targets and the tests that share their checks: parse replies without a
//! network. Not part of the public interface.

use std::time::SystemTime;

use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER},
};
use secrecy::SecretString;

use super::{
    auth::Refusal,
    call_error::CallError,
    http::{encoding::as_utf8, mask::Mask},
    reply::{AnswerBody, BulkRows, NoAnswer, Reply, rows},
};

/// A reply of the API or of the sign-in.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The HTTP status. An invalid one counts as 500.
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a [u8]>,
    /// The `Date` header.
    pub date: Option<&'a [u8]>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a [u8]>,
    /// The body.
    pub body: &'a [u8],
    /// The secret that was sent in the request.
    pub secret: &'a str,
}

impl Received<'_> {
    /// Parses it as a reply of the API.
    pub fn as_reply(&self) -> Result<AnswerBody, CallError> {
        self.read(AnswerBody::read)
    }

    /// Parses it as a page of a dataset.
    pub fn as_rows<R: BulkRows>(&self) -> Result<R, CallError> {
        Ok(self.read(rows::<R>)?.items)
    }

    fn read<T>(&self, parse: fn(&[u8]) -> Result<T, NoAnswer>) -> Result<T, CallError> {
        let reply = Reply {
            status: StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            header: self.header(),
            body: self.text(),
        };
        let secret = SecretString::from(self.secret);
        reply.read(parse, &secret, SystemTime::UNIX_EPOCH)
    }

    /// Parses it as a refused sign-in.
    pub fn as_refused_sign_in(&self) -> Option<Refusal> {
        let mask = Mask::of([SecretString::from(self.secret)]);
        Refusal::read(self.status, &self.text(), &mask)
    }

    fn text(&self) -> Vec<u8> {
        as_utf8(self.content_type, self.body.to_owned())
    }

    fn header(&self) -> HeaderMap {
        let fields = [(RETRY_AFTER, self.retry_after), (DATE, self.date)];
        let sent = fields.into_iter().filter_map(|(name, bytes)| {
            let value = HeaderValue::from_bytes(bytes?).ok()?;
            Some((name, value))
        });
        sent.collect()
    }
}
