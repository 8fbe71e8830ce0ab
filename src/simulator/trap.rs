//! A second origin, to which no token must ever come.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};
use url::Url;

use super::{api::tempting_answer, error::SimulatorError, listener::listen};

/// More than any request head needs.
const MOST_BYTES: u64 = 64 * 1024;

/// A plain listener on loopback that writes down every request head it gets, and answers
/// each with what a client that trusts anybody would take for the service's word.
#[derive(Debug)]
pub struct Trap {
    url: Url,
    heads: Heads,
    _listening: JoinSet<()>,
}

type Heads = Arc<Mutex<Vec<String>>>;

impl Trap {
    /// Listens on any free port.
    pub async fn start() -> Result<Self, SimulatorError> {
        let (listener, address) = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let heads = Heads::default();
        let seen = Arc::clone(&heads);
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            let mut visits = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while visits.try_join_next().is_some() {}
                visits.spawn(receive(stream, Arc::clone(&seen)));
            }
        });
        Ok(Self {
            url: Url::parse(&format!("http://{address}/"))?,
            heads,
            _listening: listening,
        })
    }

    /// Where it listens.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Every request head it got: request line and headers, as they came.
    pub fn heads(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.clone()
    }
}

async fn receive(mut stream: TcpStream, heads: Heads) {
    let head = read_head(&mut stream).await;
    heads
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(head);
    let body = tempting_answer().to_string();
    let reply = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    // Whoever does not stay to listen was written down all the same.
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// Everything up to the blank line, or as much as came.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut limited = stream.take(MOST_BYTES);
    while !head.ends_with(b"\r\n\r\n") {
        match limited.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}
