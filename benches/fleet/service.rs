//! A service that answers as fast as HTTP allows: its answers are rendered in advance. It has no
//! quota and no faults, so that a client can show what it costs itself.

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::{net::TcpListener, runtime::Runtime, time::sleep};

use super::fleet::Fleet;

/// The service, for as long as it lives.
pub(crate) struct Service {
    address: SocketAddr,
    responder: Arc<Responder>,
    _runtime: Runtime,
}

/// The requests received so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Calls that were answered.
    pub(crate) calls: u64,
    /// From the first call to the last.
    pub(crate) took: Duration,
}

struct Responder {
    answers: Vec<Bytes>,
    latency: Duration,
    calls: AtomicU64,
    /// Nanoseconds after `began`, for the first call and the last.
    first: AtomicU64,
    last: AtomicU64,
    began: Mutex<Instant>,
}

impl Service {
    /// Starts to answer, on a free port of this machine.
    pub(crate) fn start(fleet: Fleet, latency: Duration) -> io::Result<Self> {
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let responder = Arc::new(Responder {
            answers: fleet.answers().into_iter().map(Bytes::from).collect(),
            latency,
            calls: AtomicU64::new(0),
            first: AtomicU64::new(u64::MAX),
            last: AtomicU64::new(0),
            began: Mutex::new(Instant::now()),
        });
        runtime.spawn(serve(listener, Arc::clone(&responder)));
        Ok(Self {
            address,
            responder,
            _runtime: runtime,
        })
    }

    /// Base URL of the API.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests received since the last call of this function.
    pub(crate) fn take_asked(&self) -> Asked {
        let responder = &self.responder;
        *responder.began.lock() = Instant::now();
        let first = responder.first.swap(u64::MAX, Relaxed);
        let last = responder.last.swap(0, Relaxed);
        Asked {
            calls: responder.calls.swap(0, Relaxed),
            took: Duration::from_nanos(last.saturating_sub(first)),
        }
    }
}

async fn serve(listener: TcpListener, responder: Arc<Responder>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        let _ = stream.set_nodelay(true);
        let responder = Arc::clone(&responder);
        let service = service_fn(move |request| {
            let answer = responder.answer(&request);
            let latency = responder.latency;
            async move {
                if !latency.is_zero() {
                    sleep(latency).await;
                }
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

impl Responder {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let now = self.began.lock().elapsed();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        self.calls.fetch_add(1, Relaxed);
        self.first.fetch_min(now, Relaxed);
        self.last.fetch_max(now, Relaxed);
        let place = Fleet::answer_of(request.uri().path(), self.answers.len());
        let mut response = Response::new(Full::new(self.answers[place].clone()));
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }
}
