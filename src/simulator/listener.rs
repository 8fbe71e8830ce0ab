//! Loopback listeners for HTTP/1.1 and HTTP/2, with or without TLS.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::{
    error::SimulatorError,
    reply::Body,
    socket::{Fuse, Socket},
};

/// The pause after a connection could not be accepted.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(10);

/// Replies to the requests of a listener.
pub(super) trait Handler: Send + Sync + 'static {
    /// The reply; `None` breaks the connection.
    fn handle(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Option<Response<Body>>> + Send;
}

/// A listener, and its address.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) address: SocketAddr,
}

impl Listener {
    /// Listens on a loopback address, and nowhere else.
    pub(super) async fn bind(address: SocketAddr) -> Result<Self, SimulatorError> {
        if !address.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(address));
        }
        let failed = |source| SimulatorError::Listen { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address })
    }

    /// Where it can be reached, with or without TLS.
    pub(super) fn url(&self, tls: bool) -> Result<Url, SimulatorError> {
        let scheme = if tls { "https" } else { "http" };
        Ok(Url::parse(&format!("{scheme}://{}/", self.address))?)
    }

    /// Serves every connection until it is dropped, and then drops them all. While `down` is set,
    /// all connections are broken and new ones are closed immediately.
    pub(super) async fn serve(
        self,
        tls: Option<TlsAcceptor>,
        handler: Arc<impl Handler>,
        mut down: watch::Receiver<bool>,
    ) {
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                Ok(()) = down.changed() => {
                    if *down.borrow_and_update() {
                        connections.abort_all();
                    }
                    continue;
                }
            };
            let Ok((stream, _)) = accepted else {
                // Too many open files, or a client that left early: the next one may succeed.
                sleep(ACCEPT_RETRY_DELAY).await;
                continue;
            };
            if !*down.borrow() {
                connections.spawn(accept(stream, tls.clone(), Arc::clone(&handler)));
            }
        }
    }
}

async fn accept(stream: TcpStream, tls: Option<TlsAcceptor>, handler: Arc<impl Handler>) {
    let (socket, fuse) = Socket::new(stream);
    match tls {
        None => serve_connection(socket, fuse, handler).await,
        Some(tls) => {
            if let Ok(socket) = tls.accept(socket).await {
                serve_connection(socket, fuse, handler).await;
            }
        }
    }
}

/// Serves one connection. It does not matter how the client ends it.
async fn serve_connection<S>(socket: S, fuse: Fuse, handler: Arc<impl Handler>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let (handler, fuse) = (Arc::clone(&handler), fuse.clone());
        async move { respond(&*handler, &fuse, request).await }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    let _ = builder
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

async fn respond(
    handler: &impl Handler,
    fuse: &Fuse,
    request: Request<Incoming>,
) -> Result<Response<Body>, io::Error> {
    // HTTP/2 resets the stream alone: others on the same connection go on.
    let alone = request.version() < hyper::Version::HTTP_2;
    if let Some(response) = handler.handle(request).await {
        return Ok(response);
    }
    if alone {
        fuse.blow();
    }
    Err(io::Error::other("the simulated connection breaks here"))
}
