//! A minimal sign-in service: it sends given replies, and records the requests.

use std::{
    convert::Infallible,
    pin::pin,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, USER_AGENT},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use reqwest::ClientBuilder;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{self, ServerConfig, pki_types::PrivateKeyDer},
};
use url::Url;

/// The reply to one request.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    status: u16,
    content_type: &'static str,
    location: Option<String>,
    retry_after: Option<&'static str>,
    body: Bytes,
    silent: bool,
}

impl Reply {
    pub(super) fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            content_type: "application/json",
            location: None,
            retry_after: None,
            body: body.into(),
            silent: false,
        }
    }

    pub(super) fn typed(content_type: &'static str, status: u16, body: Vec<u8>) -> Self {
        Self {
            content_type,
            ..Self::json(status, body)
        }
    }

    pub(super) fn html(status: u16, body: &'static str) -> Self {
        Self {
            content_type: "text/html",
            ..Self::json(status, body)
        }
    }

    pub(super) fn silence() -> Self {
        Self {
            silent: true,
            ..Self::json(200, "")
        }
    }

    pub(super) fn location(self, url: &str) -> Self {
        Self {
            location: Some(url.to_owned()),
            ..self
        }
    }

    pub(super) fn retry_after(self, text: &'static str) -> Self {
        Self {
            retry_after: Some(text),
            ..self
        }
    }

    fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::builder()
            .status(self.status)
            .header(CONTENT_TYPE, self.content_type);
        if let Some(location) = &self.location {
            response = response.header(LOCATION, location);
        }
        if let Some(text) = self.retry_after {
            response = response.header(RETRY_AFTER, text);
        }
        response.body(Full::from(self.body.clone())).unwrap()
    }
}

/// A recorded request.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) target: String,
    pub(super) user_agent: String,
    pub(super) body: String,
}

/// A running service; it stops with the test's runtime.
pub(super) struct Entra {
    pub(super) url: Url,
    root: reqwest::Certificate,
    script: Arc<Script>,
}

struct Script {
    replies: Vec<Reply>,
    asked: Mutex<Vec<Asked>>,
}

impl Entra {
    /// Sends these replies over https, one after the other, repeating the last.
    pub(super) async fn serve<const N: usize>(replies: [Reply; N]) -> Self {
        Self::start_with(replies.to_vec(), "https", |_| {}).await
    }

    /// The same, with a root certificate as its own.
    pub(super) async fn serve_as_root<const N: usize>(replies: [Reply; N]) -> Self {
        let root = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::start_with(replies.to_vec(), "https", |params| params.is_ca = root).await
    }

    /// The same, with a certificate that is valid only in these years.
    pub(super) async fn serve_in_years<const N: usize>(
        replies: [Reply; N],
        years: (i32, i32),
    ) -> Self {
        Self::start_with(replies.to_vec(), "https", |params| {
            params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
            params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        })
        .await
    }

    /// The same over plain http.
    pub(super) async fn serve_plain<const N: usize>(replies: [Reply; N]) -> Self {
        Self::start_with(replies.to_vec(), "http", |_| {}).await
    }

    async fn start_with(
        replies: Vec<Reply>,
        scheme: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.self_signed(&key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let script = Arc::new(Script {
            replies,
            asked: Mutex::default(),
        });
        let tls = (scheme == "https").then(|| acceptor(&certificate, &key));
        tokio::spawn(accept(listener, tls, Arc::clone(&script)));
        Self {
            url: Url::parse(&format!("{scheme}://localhost:{port}")).unwrap(),
            root: reqwest::Certificate::from_der(certificate.der()).unwrap(),
            script,
        }
    }

    /// A client that trusts only this service.
    pub(super) fn client(&self) -> ClientBuilder {
        ClientBuilder::new()
            .no_proxy()
            .tls_certs_only([self.root.clone()])
    }

    pub(super) fn requests(&self) -> Vec<Asked> {
        self.script.asked.lock().unwrap().clone()
    }
}

fn acceptor(certificate: &rcgen::Certificate, key: &KeyPair) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Arc::new(config).into()
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, script: Arc<Script>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, script) = (tls.clone(), Arc::clone(&script));
        tokio::spawn(async move {
            match tls {
                None => talk(stream, script).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        talk(stream, script).await;
                    }
                }
            }
        });
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, script: Arc<Script>) {
    let service = service_fn(|request| answer(request, &script));
    // A closed connection ends the exchange.
    let _ = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service)).await;
}

async fn answer(
    request: Request<Incoming>,
    script: &Script,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let target = request.uri().to_string();
    let user_agent = request.headers().get(USER_AGENT).cloned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let reply = {
        let mut asked = script.asked.lock().unwrap();
        asked.push(Asked {
            target,
            // A CONNECT request has none.
            user_agent: user_agent
                .map(|agent| agent.to_str().unwrap().to_owned())
                .unwrap_or_default(),
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
        let turn = asked.len().min(script.replies.len()) - 1;
        script.replies[turn].clone()
    };
    if reply.silent {
        std::future::pending::<()>().await;
    }
    Ok(reply.response())
}
