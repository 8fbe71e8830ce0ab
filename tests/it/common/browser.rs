//! A real browser: headless Chromium, controlled over the `WebDriver` protocol.
//!
//! To start one takes longer than most tests, so tests that run at the same time share a few.

use std::{
    env,
    io::{BufRead, BufReader, Write, stderr},
    ops::Deref,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Weak},
    thread::panicking,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

/// If set, a missing browser is a failure, as in CI.
const REQUIRED: &str = "TEST_BROWSER";

/// Chromium without what only people need: it starts in a third of the time. Where it is missing, Chromium does.
const SHELL: &str = "/usr/bin/chromium-headless-shell";

/// What starts it.
const SHELL_START: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/common/chromium-headless-shell"
);

/// Without any network traffic of the browser itself.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// How often the driver is started: it takes any free port, which another process may take before it has
/// it for both versions of IP, and then gives up.
const STARTS: usize = 5;

/// How long a script may take: on a busy machine, the 30 seconds of the driver are too few.
const SCRIPT_TIMEOUT_MS: u32 = 180_000;

/// Starts the driver, and reads its port; none if it gave up. Fails if there is no driver, and none is
/// required.
fn start_driver() -> Result<(Child, Option<u16>), ()> {
    let driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .stdin(Stdio::null())
        .spawn();
    let Ok(mut driver) = driver else {
        let required = env::var_os(REQUIRED).is_some();
        assert!(!required, "there is no chromedriver, and {REQUIRED} is set");
        let _ = writeln!(stderr(), "skipped: there is no Chromium with chromedriver");
        return Err(());
    };
    let said = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = said.map(Result::unwrap).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse::<u16>().ok()
    });
    Ok((driver, port))
}

/// How many browsers there are at most. Two cores are busy with three of them.
const MAX_BROWSERS: usize = 3;

/// The browsers of the tests that are running. Nothing drops a static, so it does not own them: they end with
/// the last of these tests.
static SHARED: Mutex<Weak<Pool>> = Mutex::new(Weak::new());

#[derive(Default)]
struct Pool {
    state: Mutex<PoolState>,
    changed: Condvar,
}

#[derive(Default)]
struct PoolState {
    idle: Vec<Process>,
    /// How many browsers tests have.
    taken: usize,
}

impl Pool {
    fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock();
        shared.upgrade().unwrap_or_else(|| {
            let pool = Arc::default();
            *shared = Arc::downgrade(&pool);
            pool
        })
    }

    /// Waits until a browser is idle or may be started; none if it is to be started.
    fn take(&self) -> Option<Process> {
        let mut state = self.state.lock();
        while state.idle.is_empty() && state.taken == MAX_BROWSERS {
            self.changed.wait(&mut state);
        }
        state.taken += 1;
        state.idle.pop()
    }

    fn put_back(&self, browser: Option<Process>) {
        let mut state = self.state.lock();
        state.taken -= 1;
        state.idle.extend(browser);
        self.changed.notify_one();
    }
}

/// A browser with one window that no test has used before. Ends, or is passed on, when it is dropped.
pub(crate) struct Browser {
    process: Option<Process>,
    pool: Arc<Pool>,
}

impl Browser {
    /// Takes or starts one; `None` if Chromium or its driver is missing and not required.
    pub(crate) fn start() -> Option<Self> {
        let pool = Pool::shared();
        let mut browser = Self {
            process: pool.take(),
            pool,
        };
        match &browser.process {
            Some(process) => process.renew(),
            None => browser.process = Process::start(),
        }
        browser.process.is_some().then_some(browser)
    }
}

impl Deref for Browser {
    type Target = Process;

    fn deref(&self) -> &Process {
        self.process.as_ref().unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // What a failed test left behind is not known.
        self.pool
            .put_back(self.process.take().filter(|_| !panicking()));
    }
}

/// A browser's process, and its driver.
pub(crate) struct Process {
    driver: Child,
    session: String,
    client: reqwest::Client,
    runtime: Runtime,
    profile: TempDir,
}

impl Process {
    /// Starts one; `None` if Chromium or its driver is missing and not required.
    fn start() -> Option<Self> {
        let started = (0..STARTS).find_map(|_| match start_driver() {
            Err(()) => Some(None),
            Ok((mut driver, None)) => {
                let _ = driver.wait();
                None
            }
            Ok((driver, Some(port))) => Some(Some(Self::with(driver, port))),
        });
        started.unwrap()
    }

    fn with(driver: Child, port: u16) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Self {
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            runtime: Runtime::new().unwrap(),
            profile,
        };
        browser.begin();
        browser
    }

    fn begin(&mut self) {
        let folder = self.profile.path().display();
        let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={folder}"));
        let mut options = json!({ "args": arguments });
        if Path::new(SHELL).exists() {
            options["binary"] = json!(SHELL_START);
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options,
            "timeouts": { "script": SCRIPT_TIMEOUT_MS },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        }}});
        let begun = self.post("", &wanted);
        let id = begun["sessionId"].as_str().unwrap();
        self.session = format!("{}/{id}", self.session);
    }

    fn post(&self, command: &str, body: &Value) -> Value {
        let url = format!("{}{command}", self.session);
        self.send(self.client.post(url).body(body.to_string()))
    }

    /// Replaces the window by a new one: sizes, media and the like are those of a window.
    fn renew(&self) {
        let window = self.post("/window/new", &json!({ "type": "tab" }));
        self.send(self.client.delete(format!("{}/window", self.session)));
        self.post("/window", &json!({ "handle": window["handle"] }));
        for kind in ["browser", "performance"] {
            self.log(kind);
        }
    }

    fn send(&self, request: RequestBuilder) -> Value {
        let reply = self.runtime.block_on(async {
            let reply = request.send().await.unwrap();
            reply.text().await.unwrap()
        });
        let reply: Value = serde_json::from_str(&reply).unwrap();
        let value = reply["value"].clone();
        assert!(value.get("error").is_none(), "{value}");
        value
    }

    /// Opens a local file with this fragment.
    pub(crate) fn open(&self, file: &Path, hash: &str) {
        let mut url = Url::from_file_path(file).unwrap();
        url.set_fragment((!hash.is_empty()).then_some(hash));
        // The same page with another fragment would not be reloaded.
        self.post("/url", &json!({ "url": "about:blank" }));
        self.post("/url", &json!({ "url": url.as_str() }));
        // On a busy machine, the driver sometimes returns while the blank page is still there.
        let started = Instant::now();
        let longest = Duration::from_millis(SCRIPT_TIMEOUT_MS.into());
        while self.run("return location.protocol + document.readyState;") != "file:complete" {
            assert!(started.elapsed() < longest, "{url} is not loaded");
        }
    }

    /// Runs JavaScript and returns its result.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// The texts of all elements that match a selector.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let found = self.run(&format!(
            "return [...document.querySelectorAll({})].map(it => it.innerText.trim());",
            json!(selector)
        ));
        let found = found.as_array().unwrap().iter();
        found.map(|it| it.as_str().unwrap().to_owned()).collect()
    }

    /// A command of the browser's own protocol.
    pub(crate) fn command(&self, name: &str, parameters: &Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": name, "params": parameters }),
        )
    }

    /// The entries of a log since the last request.
    pub(crate) fn log(&self, kind: &str) -> Vec<Value> {
        self.post("/se/log", &json!({ "type": kind }))
            .as_array()
            .unwrap()
            .clone()
    }

    /// A screenshot of the page, in base64.
    pub(crate) fn screenshot(&self) -> String {
        let taken = self.command(
            "Page.captureScreenshot",
            &json!({ "captureBeyondViewport": true }),
        );
        taken["data"].as_str().unwrap().to_owned()
    }

    /// The printed page, in base64.
    pub(crate) fn print(&self) -> String {
        let printed = self.post("/print", &json!({}));
        printed.as_str().unwrap().to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let end = self.client.delete(&self.session).send();
        let _ = self.runtime.block_on(end);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
