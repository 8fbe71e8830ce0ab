//! A webhook: keeps what is posted to it, and replies as the test configures it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::Arc,
    thread,
};

use parking_lot::Mutex;
use serde_json::Value;

/// The part of the address that must not appear anywhere.
pub(crate) const SECRET: &str = "hunter2";

/// A webhook on loopback; its threads end with the test's process.
pub(crate) struct Hook {
    address: SocketAddr,
    posted: Arc<Mutex<Vec<Value>>>,
}

impl Hook {
    /// Answers with these replies in their order, and then again and again with the last one: each is a status with
    /// headers, such as `429 Wait\r\nRetry-After: 0`. An empty one is none at all.
    pub(crate) fn answering(replies: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let posted: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = Arc::clone(&posted);
        thread::spawn(move || {
            let mut silent = Vec::new();
            for mut stream in listener.incoming().map_while(Result::ok) {
                let Some(body) = read(&stream) else {
                    continue;
                };
                let count = {
                    let mut kept = kept.lock();
                    kept.push(body);
                    kept.len()
                };
                let reply = replies[count.min(replies.len()) - 1];
                if reply.is_empty() {
                    // It stays open without a word.
                    silent.push(stream);
                    continue;
                }
                let head = "Content-Length: 0\r\nConnection: close";
                let reply = format!("HTTP/1.1 {reply}\r\n{head}\r\n\r\n");
                let _ = stream.write_all(reply.as_bytes());
            }
        });
        Self { address, posted }
    }

    /// Its address, with a secret.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook/{SECRET}?sig={SECRET}", self.address)
    }

    /// Makes a command post here.
    pub(crate) fn hears(&self, command: &mut Command) {
        command.env("PATCHGAP_NOTIFY_URL", self.url());
    }

    /// What was posted since the last time.
    pub(crate) fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *self.posted.lock())
    }
}

/// The JSON of a request to the secret address.
fn read(stream: &TcpStream) -> Option<Value> {
    let mut request = BufReader::new(stream);
    let mut line = String::new();
    request.read_line(&mut line).ok()?;
    let expected = format!("POST /hook/{SECRET}?sig={SECRET} HTTP/1.1");
    assert_eq!(line.trim_end(), expected);
    let mut length = 0;
    while line.trim_end() != "" {
        line.clear();
        request.read_line(&mut line).ok()?;
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    request.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
