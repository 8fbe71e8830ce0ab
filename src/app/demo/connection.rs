//! Points a run at the simulated tenant.

use std::path::PathBuf;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    app::AppError,
    config::{CaCertificate, Config, FeedUrls, FeedsFolder, Graph},
    defender::{
        HttpSettings,
        auth::{CredentialKind, SignIn},
    },
    feeds::fetch::Fetch,
    simulator::Simulator,
};

/// Months of feeds to fetch, which cover all that the tenant has.
const MONTHS_OF_FEEDS: u16 = 240;

/// Configures the run for the simulated tenant.
pub(super) fn point_at(config: &mut Config, simulator: &Simulator) {
    config.service.api_url = simulator.api_url().clone();
    config.service.ca_cert = Some(CaCertificate {
        path: "simulated-root.pem".into(),
        pem: simulator.root_certificate_pem().as_bytes().to_vec(),
    });
    config.sign_in = SignIn {
        kind: CredentialKind::Secret,
        authority_url: simulator.authority_url().clone(),
        scope: simulator.scope().to_owned(),
        tenant_id: Some(simulator.tenant_id().to_owned()),
        client_id: Some(simulator.client_id().to_owned()),
        secret: Some(SecretString::from(simulator.client_secret())),
        certificate: None,
        certificate_password: None,
        federated_token_file: None,
        access_token: None,
        managed_identity_offered: false,
        azure_cli_offered: false,
    };
    config.graph = Graph {
        url: simulator.api_url().clone(),
        sign_in: SignIn {
            scope: simulator.graph_scope().to_owned(),
            ..config.sign_in.clone()
        },
    };
}

/// Fetches the simulated feeds of CVEs into a folder.
pub(super) async fn fetch_feeds(
    config: &mut Config,
    simulator: &Simulator,
    folder: PathBuf,
) -> Result<(), AppError> {
    let urls = FeedUrls {
        kev: simulator.kev_url(),
        epss: simulator.epss_url(),
        msrc: simulator.msrc_url(),
    };
    let fetch = Fetch {
        urls: &urls,
        months: MONTHS_OF_FEEDS,
        folder: &folder,
        http: &HttpSettings::new(None, config.service.timeout, 1)?,
        retries: config.service.retries,
        now: Timestamp::now(),
    };
    fetch.run(&mut drop).await?;
    config.feeds = Some(FeedsFolder {
        path: folder,
        is_named: true,
    });
    Ok(())
}
