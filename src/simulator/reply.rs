//! Replies as data: their content, and how the connection ends during them.

use std::io;

use futures::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Response, StatusCode,
    body::{Bytes, Frame},
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue},
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The body of any reply.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

const JSON: &str = "application/json; charset=utf-8";
const XML: &str = "application/xml";
const HTML: &str = "text/html; charset=utf-8";

/// A reply.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Content,
    pub(super) ending: Ending,
}

/// The body of a reply.
enum Content {
    Bytes(Vec<u8>),
    /// Generated while it is sent.
    Chunks(Box<dyn Iterator<Item = Vec<u8>> + Send>),
}

/// What happens to the connection during the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The reply arrives completely.
    Whole,
    /// The second half of the body is never sent.
    Truncated,
    /// The connection is reset instead.
    Reset,
    /// Nothing is sent for a long time, then the connection is reset.
    Hang,
}

impl Reply {
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        let body = serde_json::to_string_pretty(body).unwrap_or_default();
        Self::of(status, JSON, body.into_bytes())
    }

    /// A long list, as compact JSON.
    pub(super) fn list(body: &Value) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::of(StatusCode::OK, JSON, body)
    }

    /// A list that is too long to hold in memory.
    pub(super) fn long_list(chunks: impl Iterator<Item = Vec<u8>> + Send + 'static) -> Self {
        let mut reply = Self::empty(StatusCode::OK).with_header(CONTENT_TYPE, JSON);
        reply.body = Content::Chunks(Box::new(chunks));
        reply
    }

    /// An error of the server for exported files.
    pub(super) fn xml(status: StatusCode, code: &str, message: &str) -> Self {
        let text = format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        Self::of(status, XML, text.into_bytes())
    }

    /// The service's error envelope.
    pub(super) fn error(status: StatusCode, code: &str, message: &str, target: &str) -> Self {
        let error = json!({"code": code, "message": message, "target": target});
        Self::json(status, &json!({ "error": error }))
    }

    /// Graph's error envelope.
    pub(super) fn graph_error(
        status: StatusCode,
        code: &str,
        message: &str,
        request: &str,
        now: Timestamp,
    ) -> Self {
        let inner = json!({
            "date": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "request-id": request,
            "client-request-id": request,
        });
        let error = json!({"code": code, "message": message, "innerError": inner});
        Self::json(status, &json!({ "error": error }))
    }

    /// A page sent by a device between client and service.
    pub(super) fn page(status: StatusCode) -> Self {
        let page = format!(
            "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\
             <body><h1>{status}</h1><p>The proxy has something to say.</p></body></html>\n"
        );
        Self::of(status, HTML, page.into_bytes())
    }

    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Content::Bytes(Vec::new()),
            ending: Ending::Whole,
        }
    }

    /// A file. The content type is added separately.
    pub(super) fn bytes(body: Vec<u8>) -> Self {
        let mut reply = Self::empty(StatusCode::OK);
        reply.body = Content::Bytes(body);
        reply
    }

    fn of(status: StatusCode, content_type: &str, body: Vec<u8>) -> Self {
        let mut reply = Self::empty(status).with_header(CONTENT_TYPE, content_type);
        reply.body = Content::Bytes(body);
        reply
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(super) fn with_ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Half of the body, with the `Content-Length` of the half.
    pub(super) fn halved(mut self) -> Self {
        if let Content::Bytes(body) = &mut self.body {
            body.truncate(body.len() / 2);
        }
        self
    }

    /// The status that the client receives, if any.
    pub(super) fn visible_status(&self) -> Option<u16> {
        let visible = matches!(self.ending, Ending::Whole | Ending::Truncated);
        visible.then(|| self.status.as_u16())
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut length = None;
        let body = match self.body {
            Content::Bytes(body) if self.ending == Ending::Truncated => {
                length = Some(body.len());
                broken(body)
            }
            Content::Bytes(body) => whole(body),
            Content::Chunks(chunks) => chunked(chunks),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(name, value);
            }
        }
        if let Some(length) = length {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        response
    }
}

fn whole(body: Vec<u8>) -> Body {
    Full::from(body)
        .map_err(|never| match never {})
        .boxed_unsync()
}

fn chunked(chunks: impl Iterator<Item = Vec<u8>> + Send + 'static) -> Body {
    let frames = chunks.map(|chunk| Ok(Frame::data(Bytes::from(chunk))));
    StreamBody::new(stream::iter(frames)).boxed_unsync()
}

/// The first half of the body, then the connection breaks. Yielding once allows that half to be sent first.
fn broken(mut body: Vec<u8>) -> Body {
    body.truncate(body.len() / 2);
    let half = stream::iter([Ok(Frame::data(Bytes::from(body)))]);
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::other("the simulated reply ends here"))
    });
    StreamBody::new(half.chain(end)).boxed_unsync()
}
