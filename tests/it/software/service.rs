//! A service with files that a test chooses, byte by byte, and a log of the requests.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use parking_lot::Mutex;

/// What no text may have.
pub(super) const SIGNATURE: &str = "sig%3DdGhlIHNpZ25hdHVyZQ";

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// With its query.
    pub(super) path: String,
    pub(super) headers: Vec<String>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().filter_map(|it| it.split_once(": "));
        headers
            .find(|it| it.0.eq_ignore_ascii_case(name))
            .map(|it| it.1)
    }
}

/// A reply, as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: String,
    pub(super) body: Vec<u8>,
    /// The length that is announced, if not that of the body.
    pub(super) length: Option<usize>,
}

impl Reply {
    pub(super) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::of(200, body)
    }

    pub(super) fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: String::new(),
            body: body.into(),
            length: None,
        }
    }
}

/// The log of one server.
pub(super) type Log = Arc<Mutex<Vec<Request>>>;

/// Answers the requests to one address.
pub(super) struct Server {
    address: SocketAddr,
    pub(super) log: Log,
}

impl Server {
    pub(super) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let log = Log::default();
        let (answer, requests) = (Arc::new(answer), Arc::clone(&log));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&requests));
                // A closed connection ends its thread.
                thread::spawn(move || talk(stream, &*answer, &log));
            }
        });
        Self { address, log }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The paths requested so far that have this text.
    pub(super) fn requests(&self, text: &str) -> Vec<Request> {
        let log = self.log.lock();
        log.iter()
            .filter(|it| it.path.contains(text))
            .cloned()
            .collect()
    }
}

fn talk(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Reply, log: &Log) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(first) = lines.next() {
        let first = first?;
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = Vec::new();
        for line in lines.by_ref() {
            match line? {
                line if line.is_empty() => break,
                line => headers.push(line),
            }
        }
        let request = Request { path, headers };
        log.lock().push(request.clone());
        let reply = answer(&request);
        let length = reply.length.unwrap_or(reply.body.len());
        write!(
            stream,
            "HTTP/1.1 {} Status\r\n{}Content-Length: {length}\r\n\r\n",
            reply.status, reply.headers
        )?;
        stream.write_all(&reply.body)?;
        if length != reply.body.len() {
            return Ok(());
        }
    }
    Ok(())
}

/// The API, and the server of its files.
pub(super) struct Service {
    pub(super) api: Server,
    pub(super) files: Server,
}

impl Service {
    /// Files that are answered by number of the file and of the download, from 0, and pages with
    /// these rows; without them pages are refused.
    pub(super) fn start(
        files: usize,
        pages: Option<&str>,
        answer: impl Fn(usize, usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let downloads = AtomicUsize::new(0);
        let files_server = Server::start(move |request| {
            let number = request.path[1..]
                .split('?')
                .next()
                .unwrap()
                .parse()
                .unwrap();
            answer(number, downloads.fetch_add(1, SeqCst), request)
        });
        let links = (0..files).map(|it| format!("{}/{it}?{SIGNATURE}", files_server.url()));
        let export = serde_json::json!({
            "exportFiles": links.collect::<Vec<_>>(),
            "generatedTime": "2026-11-20T20:00:00.0000000Z",
        });
        let page = pages.map(|rows| format!(r#"{{"value":[{rows}]}}"#));
        let api = Server::start(move |request| {
            if request.path.contains("SoftwareInventoryExport") {
                return Reply::ok(export.to_string());
            }
            if !request.path.contains("SoftwareInventoryByMachine") {
                return Reply::ok(r#"{"value":[]}"#);
            }
            match &page {
                Some(page) => Reply::ok(page.as_bytes()),
                None => Reply::of(
                    400,
                    r#"{"error":{"code":"BadRequest","message":"no pages"}}"#,
                ),
            }
        });
        Self {
            api,
            files: files_server,
        }
    }

    /// Points a command here, with a token of its own.
    pub(super) fn gets(&self, command: &mut Command) {
        command
            .env("PATCHGAP_API_URL", self.api.url())
            .env("PATCHGAP_CREDENTIAL", "token")
            .env("PATCHGAP_ACCESS_TOKEN", "header.payload.signature");
    }
}
