//! The simulated tenant: sign-in and API of a small Defender for Endpoint, on loopback.
//!
//! The same code serves `patchgap demo`, `patchgap simulate` and the tests, over real sockets and real HTTP.
//! It knows nothing about the client: it is written from the service's documentation, so that each verifies
//! the other. Its behaviour depends on its seed and on the requests, not on time.
//!
//! ```text
//! listener ─► sign_in ─► tokens ─┐
//!    │                           ├─ tenant ─ fleet ─ listing
//!    ├──────► api ─► window ─────┘     └──── faults
//!    └──────► exports ◄─ bulk ◄─ software, vulnerabilities
//! ```
//!
//! - `fleet`: the machines, and what each of them misses, also counted by product
//! - `listing`: the machine list: the fleet, and extra machines that are never requested
//! - `api`: checks a call in the service's order (path, token, role, licence, quota), then answers
//!   it or lets its fault do so; each API has a quota of its own
//! - `software`: what is installed on each machine: the rows of the software inventory
//! - `vulnerabilities`: the CVEs that are open on each machine, and the KBs that fix them
//! - `hunting`: the same, as queries find it
//! - `bulk`: how both are laid out in pages and in files
//! - `exports`: the files, on an origin of their own, behind links that expire
//! - `feeds`: KEV, EPSS and MSRC's months about the updates of the tenant, for everybody
//! - `faults`: the words of `--faults`, and which call has which fault; `chance`: whether it has one
//! - `listener`, `socket`, `certificates`: loopback, TLS, and connections that end with a reset
//! - `reply`, `long_list`: replies, and those that are too long to be held
//! - `decoy`: a second origin, which must never receive a token
//! - `settings`; `log`: what the tenant received; `error`: why it cannot start

mod api;
mod bulk;
mod certificates;
mod chance;
mod decoy;
mod error;
mod exports;
mod faults;
mod feeds;
mod fleet;
mod hunting;
mod listener;
mod listing;
mod log;
mod long_list;
mod reply;
mod settings;
mod sign_in;
mod socket;
mod software;
mod tenant;
mod tokens;
mod vulnerabilities;
mod window;

#[cfg(test)]
mod tests;

use std::{fmt, net::SocketAddr, sync::Arc};

use jiff::Timestamp;
use tokio::{sync::watch, task::JoinSet};
use url::Url;

use crate::domain::{kb::MissingKb, machine::MachineId};

use api::Api;
use certificates::Certificates;
use exports::Exports;
use feeds::Feeds;
use listener::Listener;
use sign_in::SignIns;
use tenant::Tenant;
use tokens::Audience;

pub use decoy::Decoy;
pub use error::SimulatorError;
pub use faults::{
    CENSUS_EXCESS, CallFault, CallFaults, CensusFaults, ChangesFaults, Exceptions, ExportFaults,
    ExportOddity, Fault, Faults, FileFault, FileFaults, HuntingFaults, InvalidFaults, LinkFault,
    ListFault, ListFaults, ListOddForm, OddForm, SoftwareFaults, SoftwareOddity, TenantFault,
};
pub use fleet::{Fleet, Product, ProductGap, ProductVersion, SimulatedMachine};
pub use listing::{DeviceGroup, ListedMachine};
pub use log::{ApiName, Call, CallLog, Download, FeedRequest, SignInAttempt};
pub use settings::Settings;

/// A running simulated tenant. Dropping it stops it immediately.
pub struct Simulator {
    tenant: Arc<Tenant>,
    api: Arc<Api>,
    exports: Arc<Exports>,
    feeds: Arc<Feeds>,
    sign_ins: Arc<SignIns>,
    api_url: Url,
    authority_url: Url,
    feeds_url: Url,
    root_pem: String,
    down: watch::Sender<bool>,
    sign_in_down: watch::Sender<bool>,
    serving: JoinSet<()>,
    addresses: [SocketAddr; 4],
}

impl Simulator {
    /// Starts serving; `now` is the initial wall time of its tokens and certificates.
    pub async fn start(settings: Settings, now: Timestamp) -> Result<Self, SimulatorError> {
        let certificates = Certificates::make(now)?;
        let api_port = Listener::bind(settings.address).await?;
        let sign_in_port = Listener::bind(settings.sign_in_address).await?;
        let files_port = Listener::bind(settings.files_address).await?;
        let feeds_port = Listener::bind(settings.feeds_address).await?;
        let listeners = [&api_port, &sign_in_port, &files_port, &feeds_port];
        let addresses = listeners.map(|it| it.address);
        let api_url = api_port.url(settings.api_tls)?;
        let authority_url = sign_in_port.url(true)?;
        let files_url = files_port.url(settings.api_tls)?;
        let feeds_url = feeds_port.url(settings.api_tls)?;
        let tls = Some(certificates.acceptor);
        let api_tls = tls.clone().filter(|_| settings.api_tls);

        let tenant = Arc::new(Tenant::new(settings, now));
        let exports = Arc::new(Exports::new(Arc::clone(&tenant), files_url));
        let feeds = Arc::new(Feeds::new(Arc::clone(&tenant)));
        let api = Arc::new(Api::new(Arc::clone(&tenant), Arc::clone(&exports)));
        let sign_ins = Arc::new(SignIns::new(Arc::clone(&tenant)));
        let (down, sign_in_down) = (watch::Sender::new(false), watch::Sender::new(false));
        let mut serving = JoinSet::new();
        serving.spawn(files_port.serve(api_tls.clone(), Arc::clone(&exports), down.subscribe()));
        serving.spawn(feeds_port.serve(api_tls.clone(), Arc::clone(&feeds), down.subscribe()));
        serving.spawn(api_port.serve(api_tls, Arc::clone(&api), down.subscribe()));
        serving.spawn(sign_in_port.serve(tls, Arc::clone(&sign_ins), sign_in_down.subscribe()));
        Ok(Self {
            down,
            sign_in_down,
            tenant,
            api,
            exports,
            feeds,
            sign_ins,
            api_url,
            feeds_url,
            authority_url,
            root_pem: certificates.root_pem,
            serving,
            addresses,
        })
    }

    /// Replaces this tenant by another one at the same addresses.
    pub async fn replace(
        mut self,
        settings: Settings,
        now: Timestamp,
    ) -> Result<Self, SimulatorError> {
        // An address can only be reused after it was released.
        self.serving.shutdown().await;
        let [address, sign_in_address, files_address, feeds_address] = self.addresses;
        let settings = Settings {
            address,
            sign_in_address,
            files_address,
            feeds_address,
            ..settings
        };
        Self::start(settings, now).await
    }

    /// Base URL of the API.
    pub fn api_url(&self) -> &Url {
        &self.api_url
    }

    /// Base URL of the sign-in; always https.
    pub fn authority_url(&self) -> &Url {
        &self.authority_url
    }

    /// The URL of CISA's catalogue.
    pub fn kev_url(&self) -> Url {
        self.feed(feeds::KEV)
    }

    /// The URL of the EPSS scores.
    pub fn epss_url(&self) -> Url {
        self.feed(feeds::EPSS)
    }

    /// The base URL of MSRC's months.
    pub fn msrc_url(&self) -> Url {
        self.feed(feeds::MSRC)
    }

    fn feed(&self, path: &str) -> Url {
        let mut url = self.feeds_url.clone();
        url.set_path(path);
        url
    }

    /// The root certificate of both servers, as PEM.
    pub fn root_certificate_pem(&self) -> &str {
        &self.root_pem
    }

    /// The tenant's id.
    pub fn tenant_id(&self) -> &str {
        &self.tenant.id
    }

    /// The app registration's id.
    pub fn client_id(&self) -> &str {
        &self.tenant.client_id
    }

    /// The app registration's secret.
    pub fn client_secret(&self) -> &str {
        &self.tenant.client_secret
    }

    /// The scope for requesting a token.
    pub fn scope(&self) -> &str {
        Audience::Defender.scope()
    }

    /// The scope for requesting a token for Graph.
    pub fn graph_scope(&self) -> &str {
        Audience::Graph.scope()
    }

    /// The machines, including gone ones.
    pub fn fleet(&self) -> &Fleet {
        &self.tenant.fleet
    }

    /// The inventory as an administrator would have it: CSV with a header.
    pub fn inventory_csv(&self) -> String {
        self.tenant.fleet.inventory_csv()
    }

    /// What a client knows about the machine once it has overcome all faults: sorted by id, without
    /// duplicates; `None` for a machine that is gone or belongs to another tenant.
    pub fn truth(&self, machine: MachineId) -> Option<Vec<MissingKb>> {
        self.tenant.truth(machine)
    }

    /// Every record of the machine list, in the order before it first moves.
    pub fn listed(&self) -> impl Iterator<Item = ListedMachine> {
        let entries = self.tenant.entries(0).into_iter();
        entries.map(|entry| self.tenant.listed(entry))
    }

    /// Every product, with the service's own count of the machines that miss each update.
    pub fn software(&self) -> &[Product] {
        self.tenant.software()
    }

    /// The log so far.
    pub fn log(&self) -> CallLog {
        let sign_ins = self.sign_ins.attempts();
        self.api.counters.with(|counters| CallLog {
            calls: counters.calls.clone(),
            sign_ins,
            downloads: self.exports.downloads(),
            feeds: self.feeds.requests(),
            most_in_flight: counters.most_in_flight,
        })
    }

    /// Breaks all connections, including those of the sign-in, and closes new ones without a reply.
    pub fn go_down(&self) {
        self.down.send_replace(true);
        self.sign_in_goes_down();
    }

    /// Breaks the sign-in's connections only, and closes new ones without a reply.
    pub fn sign_in_goes_down(&self) {
        self.sign_in_down.send_replace(true);
    }

    /// The sign-in answers again.
    pub fn sign_in_comes_back(&self) {
        self.sign_in_down.send_replace(false);
    }

    /// Answers again.
    pub fn come_back(&self) {
        self.down.send_replace(false);
        self.sign_in_comes_back();
    }

    /// From now on, every call for a machine that the quota admits has this fault; none after `None`.
    pub fn fail_every_call(&self, fault: Option<Fault>) {
        self.api.counters.with(|counters| counters.for_all = fault);
    }

    /// Every token issued so far, in order: none of them may appear anywhere else.
    pub fn tokens(&self) -> Vec<String> {
        self.tenant.tokens.all()
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Simulator")
            .field("api_url", &self.api_url.as_str())
            .field("authority_url", &self.authority_url.as_str())
            .finish_non_exhaustive()
    }
}
