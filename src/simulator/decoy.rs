//! A second origin, which must never receive a token.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};
use url::Url;

use super::{api::decoy_answer, error::SimulatorError, listener::Listener};

/// The maximum size of a request head.
const MAX_HEAD_BYTES: u64 = 64 * 1024;

/// A plain listener on loopback that logs the head of every request. Its reply is one that a client which
/// does not check the origin would mistake for an answer.
#[derive(Debug)]
pub struct Decoy {
    url: Url,
    heads: Heads,
    _listening: JoinSet<()>,
}

type Heads = Arc<Mutex<Vec<String>>>;

impl Decoy {
    /// Listens on any free port.
    pub async fn start() -> Result<Self, SimulatorError> {
        let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let url = listener.url(false)?;
        let heads = Heads::default();
        let seen = Arc::clone(&heads);
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.socket.accept().await {
                while connections.try_join_next().is_some() {}
                connections.spawn(receive(stream, Arc::clone(&seen)));
            }
        });
        Ok(Self {
            url,
            heads,
            _listening: listening,
        })
    }

    /// Its URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The head of every request: request line and headers, unchanged.
    pub fn heads(&self) -> Vec<String> {
        let heads = self.heads.lock();
        heads.clone()
    }
}

async fn receive(mut stream: TcpStream, heads: Heads) {
    let head = read_head(&mut stream).await;
    heads.lock().push(head);
    let body = decoy_answer().to_string();
    let reply = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    // The request is logged even if the client does not wait for the reply.
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// Everything up to the blank line, or up to the end of the connection.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut limited = stream.take(MAX_HEAD_BYTES);
    while !head.ends_with(b"\r\n\r\n") {
        match limited.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}
