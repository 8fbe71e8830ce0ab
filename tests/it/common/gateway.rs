//! A server that answers in place of the service, with arbitrary bytes.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::Arc,
    thread,
};

/// A server on loopback; its threads end with the test's process.
pub(crate) struct Gateway(SocketAddr);

impl Gateway {
    /// Answers every request with what `answer` writes for the requested machine.
    pub(crate) fn serve(
        answer: impl Fn(&str, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let answer = Arc::clone(&answer);
                // A closed connection ends its thread.
                thread::spawn(move || talk(stream, &*answer));
            }
        });
        Self(address)
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.0)
    }

    /// Points a command here, with a token of its own.
    pub(crate) fn gets(&self, command: &mut Command) {
        command
            .env("PATCHGAP_API_URL", self.url())
            .env("PATCHGAP_CREDENTIAL", "token")
            .env("PATCHGAP_ACCESS_TOKEN", "header.payload.signature");
    }
}

/// Reads and answers requests until the connection closes.
fn talk(
    mut stream: TcpStream,
    answer: &dyn Fn(&str, &mut TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    let mut requests = BufReader::new(stream.try_clone()?);
    loop {
        let mut line = String::new();
        requests.read_line(&mut line)?;
        let Some(machine) = line.split('/').nth(3).map(str::to_owned) else {
            return Ok(());
        };
        while line.trim_end() != "" {
            line.clear();
            requests.read_line(&mut line)?;
        }
        answer(&machine, &mut stream)?;
    }
}

/// Writes a whole reply.
pub(crate) fn write_reply(
    stream: &mut TcpStream,
    status: u16,
    content_type: &str,
    body: &[u8],
) -> io::Result<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} Status\r\n{content_type}Content-Length: {length}\r\n\r\n");
    // At once: a second piece would wait until the first one is acknowledged, which takes 40 ms.
    stream.write_all(&[head.as_bytes(), body].concat())
}
