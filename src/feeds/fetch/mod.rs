//! Fetches feeds into the folder.
//!
//! - `target`: a file to fetch, and parsing what was downloaded
//! - `server`: downloads one file, with retries and limits
//! - `index`: the months of MSRC, with the latest revision of each
//! - `notes`: records the origin and version of the files in the folder
//!
//! A file is requested only if it may have changed: a month that has no new revision in the index is not
//! requested at all, everything else with the version of the existing file. A failure concerns only its own
//! file, and the previous file is kept.

mod index;
mod notes;
mod server;
mod target;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use thiserror::Error;
use url::Url;

use self::{
    index::Index,
    notes::{Note, Notes},
    server::{Arrived, ArrivedFile, Server},
    target::{FeedKind, Target},
};
use super::files::{EPSS, FileState, KEV};
use crate::{
    config::FeedUrls,
    defender::{HttpError, HttpSettings, Known, PublicFiles},
    domain::{release::ReleaseMonth, text::counted},
    report::output::{sweep, temporary},
};

/// The error for a server that reports "not modified" although there is no previous file.
const UNEXPECTED_304: &str = "the server answered HTTP 304 (not modified) to a request for a file that has never been fetched";

/// The name of the row about the list of months.
const INDEX_ROW: &str = "list of months (MSRC)";

/// Why months are not requested.
const NOT_REQUESTED: &str = "not requested, because the server has failed";

/// What to fetch, and the folder for it.
pub struct Fetch<'fetch> {
    /// The URLs of the feeds.
    pub urls: &'fetch FeedUrls,
    /// The number of wanted MSRC months, including the current one.
    pub months: u16,
    /// The folder.
    pub folder: &'fetch Path,
    /// The same proxies, certificates and time limit as for the API.
    pub http: &'fetch HttpSettings,
    /// The number of attempts after the first.
    pub retries: u32,
    /// The time.
    pub now: Timestamp,
}

/// The result for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its name.
    pub name: String,
    /// Whether it is one of the MSRC months.
    pub is_month: bool,
    /// The date of the file that is now in the folder, if it has one.
    pub date: Option<Date>,
    /// The number of its entries; `None` if the file in the folder was not fetched by this program.
    pub entries: Option<u64>,
    /// What happened.
    pub outcome: Outcome,
    /// The server that sent it, if the request was redirected there.
    pub redirected_to: Option<String>,
}

/// What happened to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was downloaded.
    Fetched,
    /// It has not changed.
    Unchanged,
    /// It could not be fetched, for this reason. The previous file is kept.
    Failed(String),
}

/// Why nothing could be fetched at all.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The folder cannot be created, or written to.
    #[error("the feeds folder {} cannot be written", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The HTTP client cannot be created.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl Fetch<'_> {
    /// Fetches all files, and reports the result for each.
    pub async fn run(&self, on_file: &mut impl FnMut(Fetched)) -> Result<(), FetchError> {
        self.prepare()?;
        let mut notes = Notes::read(self.folder);
        let FeedUrls { kev, epss, msrc } = self.urls;
        let server = self.server(kev, true)?;
        let target = Target::new(FeedKind::Kev, KEV[0], kev);
        on_file(self.file(&server, &target, &mut notes).await);
        // The file itself is gzip, and is stored as it is.
        let server = self.server(epss, false)?;
        let target = Target::new(FeedKind::Epss, EPSS[0], epss);
        on_file(self.file(&server, &target, &mut notes).await);
        let server = self.server(msrc, true)?;
        self.all_months(&server, &mut notes, on_file).await;
        Ok(())
    }

    async fn all_months(
        &self,
        server: &Server<'_>,
        notes: &mut Notes,
        on_file: &mut impl FnMut(Fetched),
    ) {
        let msrc = &self.urls.msrc;
        let index = match self.index(server).await {
            Ok(index) => index,
            Err(problem) => return on_file(Fetched::failed(INDEX_ROW, None, problem)),
        };
        let mut left_out = 0;
        for revision in index.newest_first() {
            let target = Target::month(msrc, revision);
            if server.has_failed() && !self.is_current(&target, notes) {
                left_out += 1;
            } else {
                on_file(self.file(server, &target, notes).await);
            }
        }
        if left_out > 0 {
            let months = counted(left_out, "older month", "older months");
            on_file(Fetched::failed(&months, None, NOT_REQUESTED.to_owned()));
        }
    }

    /// Whether a file need not be requested.
    fn is_current(&self, target: &Target, notes: &Notes) -> bool {
        let note = notes.of(target, &self.folder.join(&target.name));
        note.is_some_and(|note| note.is_current(target))
    }

    /// Checks that the folder is writable before sending any request.
    fn prepare(&self) -> Result<(), FetchError> {
        let failed = |source| FetchError::Folder {
            path: self.folder.to_owned(),
            source,
        };
        fs::create_dir_all(self.folder).map_err(failed)?;
        sweep(self.folder);
        temporary(self.folder).map(drop).map_err(failed)
    }

    fn server(&self, url: &Url, unpacks: bool) -> Result<Server<'_>, HttpError> {
        let files = PublicFiles::of(url, self.http, unpacks)?;
        Ok(Server::new(files, self.folder, self.retries))
    }

    /// The wanted months of MSRC that exist.
    async fn index(&self, server: &Server<'_>) -> Result<Index, String> {
        let url = Index::url(&self.urls.msrc);
        let Arrived::File(mut arrived) = server.get(&url, &Known::default()).await? else {
            return Err(UNEXPECTED_304.to_owned());
        };
        let last = self.now.to_zoned_datetime(TimeZone::UTC).date();
        let last = ReleaseMonth::of(last).ok_or("this machine's clock is wrong")?;
        let first = last.earlier(self.months.saturating_sub(1));
        let content = arrived.content().map_err(|it| it.to_string())?;
        Index::read(content, first, last)
    }

    async fn file(&self, server: &Server<'_>, target: &Target, notes: &mut Notes) -> Fetched {
        let path = self.folder.join(&target.name);
        let note = notes.of(target, &path).cloned();
        if let Some(note) = note.as_ref().filter(|it| it.is_current(target)) {
            return Fetched::of(target, note, Outcome::Unchanged);
        }
        let known = note.as_ref().map(|it| it.known.clone());
        let arrived = server.get(&target.url, &known.unwrap_or_default()).await;
        match (arrived, note) {
            (Ok(Arrived::File(arrived)), note) => {
                let redirected_to = arrived.redirected_to.clone();
                match self.place(arrived, target, &path) {
                    Ok(note) => Fetched {
                        redirected_to,
                        ..Fetched::of(target, notes.set(target, note), Outcome::Fetched)
                    },
                    Err(problem) => Fetched::failed(&target.name, note.as_ref(), problem),
                }
            }
            (Ok(Arrived::Unchanged), Some(note)) => {
                let note = notes.set(target, note);
                Fetched::of(target, note, Outcome::Unchanged)
            }
            (Ok(Arrived::Unchanged), None) => {
                Fetched::failed(&target.name, None, UNEXPECTED_304.to_owned())
            }
            (Err(problem), note) => Fetched::failed(&target.name, note.as_ref(), problem),
        }
    }

    /// Moves a file to its place if it can be parsed.
    fn place(
        &self,
        mut arrived: ArrivedFile,
        target: &Target,
        path: &Path,
    ) -> Result<Note, String> {
        let known = arrived.known.clone();
        let read = arrived.content().map_err(|it| it.to_string())?;
        let content = target.read(read, self.now).map_err(|it| it.to_string())?;
        let placed = arrived.place(path).and_then(|()| FileState::of(path));
        let state = placed.map_err(|error| format!("it cannot be written: {error}"))?;
        Ok(Note {
            url: target.url.to_string(),
            known,
            revision: target.revision.clone(),
            state,
            date: content.date,
            entries: content.entries,
        })
    }
}

impl Fetched {
    fn of(target: &Target, note: &Note, outcome: Outcome) -> Self {
        Self {
            name: target.name.clone(),
            is_month: target.is_month(),
            date: note.date,
            entries: Some(note.entries),
            outcome,
            redirected_to: None,
        }
    }

    fn failed(name: &str, note: Option<&Note>, problem: String) -> Self {
        Self {
            name: name.to_owned(),
            is_month: false,
            date: note.and_then(|it| it.date),
            entries: note.map(|it| it.entries),
            outcome: Outcome::Failed(problem),
            redirected_to: None,
        }
    }
}
