//! The exported files: on their own origin, behind signed links that expire.
//!
//! A file is generated when it is first downloaded, and kept on disk in the form in which it is sent:
//! compressed. A request with an API token is refused, as by the real storage, and logged.

mod fault;
mod file;
mod link;
mod range;
mod table;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{AUTHORIZATION, HeaderMap, HeaderName, RANGE},
};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};
use url::Url;

use super::{
    bulk::files,
    chance::{chance, hex},
    faults::{self, FileFault, LinkFault},
    listener::Handler,
    log::Download,
    reply::{Body, Reply},
    tenant::Tenant,
};

use file::ExportFile;
use link::{LinkError, Signer};

pub(super) use table::Table;

/// The maximum number of hours for which links can be requested.
pub(super) const MAX_VALIDITY_HOURS: usize = 6;

/// A link that points into the client's own network.
const PRIVATE: &str =
    "http://10.0.0.5/software-inventory/part-00000.json.gz?se=9999&sig=c2lnbmF0dXJl";

/// The exports of the tenant's large tables, and the server of their files.
pub(super) struct Exports {
    tenant: Arc<Tenant>,
    signer: Signer,
    /// The files of each table.
    files: [OnceLock<Vec<Arc<ExportFile>>>; Table::COUNT],
    issued: Mutex<Issued>,
    downloads: Mutex<Vec<Download>>,
}

/// The links so far.
#[derive(Default)]
struct Issued {
    /// How many exports of each table there were.
    exports: [usize; Table::COUNT],
    /// The file at each path.
    files: HashMap<String, Arc<ExportFile>>,
}

impl Handler for Exports {
    async fn handle(&self, request: Request<Incoming>) -> Option<Response<Body>> {
        let number = self.downloads.lock().len();
        let mut download = log_entry(&request);
        let response = match self.checked(&request) {
            Ok(file) => {
                download.fault = self.fault(&file, &download.path);
                self.serve(file, &download).await
            }
            Err(reply) => reply.into_response(),
        };
        download.status = Some(response.status().as_u16());
        let latency = self.tenant.latency(&download.path, number);
        self.downloads.lock().push(download);
        sleep(latency).await;
        Some(response)
    }
}

impl Exports {
    /// Exports of this tenant, with files below this URL.
    pub(super) fn new(tenant: Arc<Tenant>, url: Url) -> Self {
        let secret = hex(&mut chance(tenant.settings.seed, "files", "", 0), 32);
        Self {
            signer: Signer { url, secret },
            tenant,
            files: Default::default(),
            issued: Mutex::default(),
            downloads: Mutex::default(),
        }
    }

    /// The downloads so far.
    pub(super) fn downloads(&self) -> Vec<Download> {
        self.downloads.lock().clone()
    }

    /// A link to each file of a new export of the table.
    pub(super) fn links(
        &self,
        table: Table,
        generated: Timestamp,
        valid: SignedDuration,
    ) -> Vec<String> {
        let now = self.tenant.now();
        let faults = table.faults(&self.tenant);
        let mut issued = self.issued.lock();
        issued.exports[table as usize] += 1;
        let export = issued.exports[table as usize];
        let expired = export == 1 && faults.has(LinkFault::Expired);
        let until = if expired { now - valid } else { now + valid };
        let files = self.files(table);
        let last = files.last().map(|file| file.plan.group);
        let left_out = last.filter(|_| faults.has(LinkFault::GroupMissing));
        let files = files.iter().filter(|it| Some(it.plan.group) != left_out);
        let links = files.map(|file| {
            let path = table.path(generated, export, &file.plan);
            let link = self.signer.link(&path, until);
            issued.files.insert(path, Arc::clone(file));
            link.into()
        });
        let mut links: Vec<String> = links.collect();
        if faults.has(LinkFault::Private) {
            let place = links.len() / 2;
            links.insert(place, PRIVATE.to_owned());
        }
        links
    }

    fn files(&self, table: Table) -> &[Arc<ExportFile>] {
        self.files[table as usize].get_or_init(|| {
            let tenant = &self.tenant;
            let entries = tenant.all_entries().iter().map(|&entry| {
                let group = tenant.listed(entry).group;
                (group.map_or(0, |group| group.id), entry)
            });
            let files = files(entries).into_iter();
            let files = files.map(|plan| Arc::new(ExportFile::new(table, plan)));
            files.collect()
        })
    }

    /// The requested file, if the request is valid.
    fn checked<B>(&self, request: &Request<B>) -> Result<Arc<ExportFile>, Reply> {
        if request.headers().contains_key(AUTHORIZATION) {
            let message = "Authentication information is not given in the correct format. \
                           Check the value of Authorization header.";
            let (status, code) = (StatusCode::BAD_REQUEST, "InvalidAuthenticationInfo");
            return Err(Reply::xml(status, code, message));
        }
        if request.method() != Method::GET {
            let message = "The resource doesn't support specified Http Verb.";
            let (status, code) = (StatusCode::METHOD_NOT_ALLOWED, "UnsupportedHttpVerb");
            return Err(Reply::xml(status, code, message));
        }
        self.signer
            .check(request.uri(), self.tenant.now())
            .map_err(LinkError::reply)?;
        let issued = self.issued.lock();
        let file = issued.files.get(request.uri().path());
        file.cloned().ok_or_else(not_found)
    }

    /// The fault of the next download at this path.
    fn fault(&self, file: &ExportFile, path: &str) -> Option<FileFault> {
        let earlier = self.downloads.lock();
        let earlier = earlier.iter().filter(|it| it.path == path).count();
        let request = faults::Request {
            target: path,
            attempt: u32::try_from(earlier).unwrap_or(u32::MAX),
        };
        let faults = file.table.faults(&self.tenant);
        faults.of(self.tenant.settings.seed, request)
    }

    async fn serve(&self, file: Arc<ExportFile>, download: &Download) -> Response<Body> {
        let range = download.range.as_deref();
        let elsewhere = self.tenant.settings.faults.elsewhere(&download.path);
        let content = file.open(&self.tenant).await;
        let response =
            content.and_then(|content| fault::response(download.fault, content, range, &elsewhere));
        response.unwrap_or_else(|_| {
            let message = "Server encountered an internal error.";
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Reply::xml(status, "InternalError", message).into_response()
        })
    }
}

fn not_found() -> Reply {
    let message = "The specified blob does not exist.";
    Reply::xml(StatusCode::NOT_FOUND, "BlobNotFound", message)
}

fn log_entry<B>(request: &Request<B>) -> Download {
    let headers = request.headers();
    Download {
        arrived: Instant::now(),
        path: request.uri().path().to_owned(),
        range: text(headers, &RANGE),
        authorized: headers.contains_key(AUTHORIZATION),
        fault: None,
        status: None,
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    value.to_str().ok().map(str::to_owned)
}
