//! An object store on loopback that speaks as much of Amazon's, Azure's and Google's ways as
//! patchgap needs, and no more: it checks what it is sent, and replies as the test configures it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::Arc,
    thread,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

/// The secret key for Amazon's scheme, which must not appear anywhere.
pub(crate) const SECRET_KEY: &str = "hunter2-hunter2";

/// The account key for Azure's scheme, which must not appear either.
pub(crate) const ACCOUNT_KEY: &str = "aHVudGVyMi1odW50ZXIy";

/// A request.
pub(crate) struct ObjectRequest {
    pub(crate) method: String,
    /// The container or bucket, and the name in it.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// What a test answers instead: a status, such as `500 Broken`, with a body; none at all if it is empty.
pub(crate) type Fault = (&'static str, &'static str);

type Faults = Box<dyn FnMut(&ObjectRequest) -> Option<Fault> + Send>;

#[derive(Default)]
struct State {
    /// The objects by container and name.
    objects: BTreeMap<String, Vec<u8>>,
    /// The pieces of objects that are not complete.
    pieces: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// What was requested, such as `PUT bucket/kbs.csv`.
    log: Vec<String>,
    /// How the requests were signed: the first words.
    signed: Vec<String>,
    faults: Option<Faults>,
}

/// The store; its threads end with the test's process.
pub(crate) struct Objects {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// The only container or bucket that there is.
const CONTAINER: &str = "reports";

impl Objects {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { address, state }
    }

    /// Answers with these faults, where there are any.
    pub(crate) fn with_faults(
        self,
        faults: impl FnMut(&ObjectRequest) -> Option<Fault> + Send + 'static,
    ) -> Self {
        self.state.lock().faults = Some(Box::new(faults));
        self
    }

    /// Answers properly from now on.
    pub(crate) fn mend(&self) {
        self.state.lock().faults = None;
    }

    /// Makes a command find the store, in Amazon's way.
    pub(crate) fn as_amazon(&self, command: &mut Command) {
        command
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address));
    }

    /// Likewise, in Azure's.
    pub(crate) fn as_azure(&self, command: &mut Command) {
        command
            .env("AZURE_STORAGE_ACCOUNT_NAME", "account")
            .env("AZURE_STORAGE_ENDPOINT", format!("http://{}", self.address));
    }

    /// Likewise, in Google's, with the key of a service account in this file.
    pub(crate) fn as_google(&self, command: &mut Command, account: &Path) {
        let key = serde_json::json!({
            "gcs_base_url": format!("http://{}", self.address), "disable_oauth": true,
            "client_email": "", "private_key_id": "", "private_key": "",
        });
        fs::write(account, key.to_string()).unwrap();
        command.env("GOOGLE_SERVICE_ACCOUNT", account);
    }

    /// The names of all objects.
    pub(crate) fn names(&self) -> Vec<String> {
        let state = self.state.lock();
        let names = state.objects.keys();
        names
            .map(|it| it.strip_prefix("reports/").unwrap().to_owned())
            .collect()
    }

    /// The content of an object.
    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        self.state.lock().objects[&format!("{CONTAINER}/{name}")].clone()
    }

    /// Puts an object there.
    pub(crate) fn put(&self, name: &str, content: &[u8]) {
        let name = format!("{CONTAINER}/{name}");
        self.state.lock().objects.insert(name, content.to_vec());
    }

    /// What was requested since the last time.
    pub(crate) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().log)
    }

    /// How all requests were signed.
    pub(crate) fn signed(&self) -> Vec<String> {
        self.state.lock().signed.clone()
    }
}

/// A reply: its status, its headers, its body.
type Reply = (&'static str, String, Vec<u8>);

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let reply = {
            let mut state = state.lock();
            state
                .log
                .push(format!("{} {}", request.method, request.path));
            let signed = request.headers.get("authorization");
            let signed = signed.and_then(|it| it.split([' ', ':']).next());
            state.signed.push(signed.unwrap_or_default().to_owned());
            let fault = state.faults.as_mut().and_then(|faults| faults(&request));
            match fault {
                Some(("", _)) => return,
                Some((status, body)) => (status, String::new(), body.as_bytes().to_vec()),
                None => state.answer(&request),
            }
        };
        if write(stream, &request, &reply).is_none() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<ObjectRequest> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length");
    let length = length.map_or(0, |it| it.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let query = query.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    Some(ObjectRequest {
        method,
        path: decoded(path.trim_start_matches('/')),
        query: query.collect(),
        headers,
        body,
    })
}

fn write(mut stream: &TcpStream, request: &ObjectRequest, reply: &Reply) -> Option<()> {
    let (status, headers, body) = reply;
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nETag: \"1\"\r\n\
         Last-Modified: Mon, 23 Nov 2026 12:00:00 GMT\r\n{headers}\r\n"
    );
    let mut reply = head.into_bytes();
    if request.method != "HEAD" {
        reply.extend(body);
    }
    // At once: a second piece would wait until the first one is acknowledged, which takes 40 ms.
    stream.write_all(&reply).ok()
}

const fn ok(body: Vec<u8>) -> Reply {
    ("200 OK", String::new(), body)
}

fn error(status: &'static str, code: &str) -> Reply {
    let body = format!("<Error><Code>{code}</Code><Message>This is {code}.</Message></Error>");
    (status, String::new(), body.into_bytes())
}

impl State {
    fn answer(&mut self, request: &ObjectRequest) -> Reply {
        let query = |name: &str| request.query.get(name).map(String::as_str);
        let path = &request.path;
        if path.split('/').next() != Some(CONTAINER) {
            return error("404 Not Found", "NoSuchBucket");
        }
        if query("list-type").is_some() || query("comp") == Some("list") {
            return self.list(request);
        }
        match (&*request.method, query("comp")) {
            ("PUT", Some("block")) => self.piece(request, query("blockid").unwrap()),
            ("PUT", Some("blocklist")) => self.complete(path),
            ("PUT", _) if query("uploadId").is_some() => {
                let number: u32 = query("partNumber").unwrap().parse().unwrap();
                self.piece(request, &format!("{number:05}"))
            }
            // Not every service has batches.
            ("POST", Some("batch")) => error("400 Bad Request", "UnsupportedQueryParameter"),
            ("POST", _) if query("uploads").is_some() => {
                let xml = "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>";
                ok(xml.into())
            }
            ("POST", _) => self.complete(path),
            ("PUT", _) => self.put(request),
            ("GET" | "HEAD", _) => self.get(request),
            ("DELETE", _) => {
                self.objects.remove(path);
                ("204 No Content", String::new(), Vec::new())
            }
            _ => error("405 Method Not Allowed", "MethodNotAllowed"),
        }
    }

    fn put(&mut self, request: &ObjectRequest) -> Reply {
        assert_checksum(request);
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        let is_new = header("if-none-match") == Some("*")
            || header("x-goog-if-generation-match") == Some("0");
        if is_new && self.objects.contains_key(&request.path) {
            return error("412 Precondition Failed", "PreconditionFailed");
        }
        self.objects
            .insert(request.path.clone(), request.body.clone());
        ("201 Created", String::new(), Vec::new())
    }

    fn piece(&mut self, request: &ObjectRequest, id: &str) -> Reply {
        assert_checksum(request);
        let pieces = self.pieces.entry(request.path.clone()).or_default();
        // Azure's ids are random: their order is that of their arrival.
        let id = format!("{:05}{id}", pieces.len());
        pieces.insert(id, request.body.clone());
        ("201 Created", String::new(), Vec::new())
    }

    fn complete(&mut self, path: &str) -> Reply {
        let pieces = self.pieces.remove(path).unwrap();
        let whole: Vec<u8> = pieces.into_values().flatten().collect();
        self.objects.insert(path.to_owned(), whole);
        let xml = "<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>";
        ("201 Created", String::new(), xml.into())
    }

    fn get(&self, request: &ObjectRequest) -> Reply {
        let Some(content) = self.objects.get(&request.path) else {
            return error("404 Not Found", "NoSuchKey");
        };
        let size = content.len();
        let range = request
            .headers
            .get("range")
            .or(request.headers.get("x-ms-range"));
        let Some(range) = range.and_then(|it| it.strip_prefix("bytes=")) else {
            return ok(content.clone());
        };
        let (from, to) = range.split_once('-').unwrap();
        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
        let to = (to + 1).min(size);
        let headers = format!("Content-Range: bytes {from}-{}/{size}\r\n", to - 1);
        ("206 Partial Content", headers, content[from..to].to_vec())
    }

    fn list(&self, request: &ObjectRequest) -> Reply {
        let query = |name: &str| request.query.get(name).map_or("", String::as_str);
        let (prefix, is_flat) = (query("prefix"), query("delimiter").is_empty());
        let names = self.objects.iter().map(|(name, content)| {
            let name = name.strip_prefix("reports/").unwrap();
            (name, content.len())
        });
        let (mut files, mut folders) = (String::new(), BTreeSet::new());
        for (name, size) in names.filter(|(name, _)| name.starts_with(prefix)) {
            match name[prefix.len()..].split_once('/') {
                Some((folder, _)) if !is_flat => {
                    folders.insert(format!("{prefix}{folder}/"));
                }
                _ if query("comp") == "list" => {
                    let _ = write!(
                        files,
                        "<Blob><Name>{name}</Name><Properties><Last-Modified>Mon, 23 Nov 2026 12:00:00 GMT</Last-Modified>\
                     <Content-Length>{size}</Content-Length><Content-Type>x</Content-Type><Etag>1</Etag>\
                     </Properties></Blob>"
                    );
                }
                _ => {
                    let _ = write!(
                        files,
                        "<Contents><Key>{name}</Key><LastModified>2026-11-23T12:00:00.000Z</LastModified>\
                     <ETag>1</ETag><Size>{size}</Size></Contents>"
                    );
                }
            }
        }
        let folders = folders.iter();
        let xml = if query("comp") == "list" {
            let folders = folders.map(|it| format!("<BlobPrefix><Name>{it}</Name></BlobPrefix>"));
            let folders = folders.collect::<Vec<_>>().concat();
            format!(
                "<EnumerationResults><Blobs>{files}{folders}</Blobs><NextMarker/></EnumerationResults>"
            )
        } else {
            let prefix = |it| format!("<CommonPrefixes><Prefix>{it}</Prefix></CommonPrefixes>");
            let folders = folders.map(prefix).collect::<Vec<_>>().concat();
            format!("<ListBucketResult>{files}{folders}</ListBucketResult>")
        };
        ok(xml.into_bytes())
    }
}

/// Checks that what has arrived is what was sent, where the sender says what that is.
fn assert_checksum(request: &ObjectRequest) {
    if let Some(expected) = request.headers.get("x-amz-checksum-sha256") {
        let found = BASE64_STANDARD.encode(Sha256::digest(&request.body));
        assert_eq!(*expected, found, "{}", request.path);
    }
}
