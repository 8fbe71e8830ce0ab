//! A mail server of a few lines, without TLS.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use parking_lot::Mutex;

/// A mail server on loopback; its threads end with the test's process.
pub(crate) struct MailServer {
    address: SocketAddr,
    lines: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// Accepts mail, unless it answers to recipients with another code than 250.
    pub(crate) fn start(to_recipients: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&lines);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A closed connection ends the conversation.
                let _ = talk(&stream, to_recipients, &heard);
            }
        });
        Self { address, lines }
    }

    /// Its address, with a secret.
    pub(crate) fn url(&self) -> String {
        format!("smtp://ops:{}@{}", super::SECRET, self.address)
    }

    /// All lines that arrived.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().clone()
    }
}

fn talk(mut stream: &TcpStream, to_recipients: &str, heard: &Mutex<Vec<String>>) -> io::Result<()> {
    stream.write_all(b"220 here\r\n")?;
    for line in BufReader::new(stream).lines() {
        let line = line?;
        let reply = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250 AUTH PLAIN",
            "AUTH" => "235 welcome",
            "MAIL" | "." => "250 fine",
            "RCPT" => to_recipients,
            "DATA" => "354 go ahead",
            "QUIT" => "221 bye",
            _ => "",
        };
        heard.lock().push(line);
        if !reply.is_empty() {
            stream.write_all(format!("{reply}\r\n").as_bytes())?;
        }
    }
    Ok(())
}
