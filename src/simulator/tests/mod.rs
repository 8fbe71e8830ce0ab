//! The simulated tenant from a client's point of view: over real sockets, with a plain HTTP client.

mod call;
mod census;
mod changes;
mod fault;
mod feeds;
mod hunting;
mod list;
mod list_fault;
mod sign_in;
mod software;
mod software_fault;
mod tables;
mod vulnerabilities;
mod vulnerability_fault;

use std::collections::HashMap;

use jiff::Timestamp;
use reqwest::{Certificate, Client, Response, redirect};
use serde_json::Value;

use super::*;

/// A tenant, and a client that trusts it.
struct Scene {
    simulator: Simulator,
    client: Client,
}

impl Scene {
    async fn open(settings: Settings) -> Self {
        Self::at(Timestamp::now(), settings).await
    }

    /// The same at a fixed time, so that everything depending on it is the same in every run.
    async fn at(now: Timestamp, settings: Settings) -> Self {
        let simulator = Simulator::start(settings, now).await.unwrap();
        let root = Certificate::from_pem(simulator.root_certificate_pem().as_bytes()).unwrap();
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([root])
            .redirect(redirect::Policy::none())
            .user_agent("tests/1")
            .build()
            .unwrap();
        Self { simulator, client }
    }

    async fn with_faults(faults: Faults) -> Self {
        let settings = Settings {
            faults,
            ..Settings::default()
        };
        Self::open(settings).await
    }

    /// The form of a valid sign-in.
    fn form(&self) -> HashMap<String, String> {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", self.simulator.client_id()),
            ("client_secret", self.simulator.client_secret()),
            ("scope", self.simulator.scope()),
        ];
        fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    fn token_endpoint(&self) -> Url {
        let path = format!("{}/oauth2/v2.0/token", self.simulator.tenant_id());
        self.simulator.authority_url().join(&path).unwrap()
    }

    async fn sign_in(&self) -> String {
        let (status, body) = self.apply(self.token_endpoint(), &self.form()).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    async fn apply(&self, endpoint: Url, form: &HashMap<String, String>) -> (u16, Value) {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .client
            .post(endpoint)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        (status, json(reply).await)
    }

    /// A machine that misses at least five updates.
    fn machine(&self) -> &SimulatedMachine {
        let machines = self.simulator.fleet().machines();
        machines.iter().find(|it| it.missing.len() >= 5).unwrap()
    }

    async fn try_call(&self, token: &str, machine: MachineId) -> reqwest::Result<Response> {
        let path = format!("api/machines/{machine}/getmissingkbs");
        let url = self.simulator.api_url().join(&path).unwrap();
        self.client.get(url).bearer_auth(token).send().await
    }

    /// The reply to a path below `/api/`.
    async fn get(&self, token: &str, path: &str) -> Response {
        let url = self.simulator.api_url().join("api/").unwrap();
        let request = self.client.get(url.join(path).unwrap());
        request.bearer_auth(token).send().await.unwrap()
    }

    async fn call(&self, token: &str, machine: MachineId) -> Response {
        self.try_call(token, machine).await.unwrap()
    }
}

/// A morning, one hour after the export was made.
fn morning() -> Timestamp {
    "2026-03-10T07:00:00Z".parse().unwrap()
}

async fn json(reply: Response) -> Value {
    serde_json::from_str(&reply.text().await.unwrap()).unwrap()
}

fn header(reply: &Response, name: &str) -> Option<String> {
    let value = reply.headers().get(name)?;
    Some(value.to_str().unwrap().to_owned())
}
