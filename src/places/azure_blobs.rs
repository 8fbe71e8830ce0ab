//! Removes blobs one by one. The `object_store` crate removes them in batches, which not every
//! Azure-compatible service supports, and which an emulator refused with a shared access signature.

use std::time::Duration;

use hyper::{Method, Request, StatusCode};
use object_store::{
    Error, Result,
    azure::{AzureAuthorizer, AzureCredential},
    client::{HttpError, HttpRequestBody, HttpService},
    path::Path,
};
use tokio::time::sleep;
use url::Url;

use super::{
    http::{Connector, is_final},
    reply,
    surroundings::retry,
};

/// The delay between two attempts.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// The blobs of a container.
pub(super) struct AzureBlobs {
    /// The address of the account.
    pub(super) endpoint: Url,
    pub(super) account: String,
    pub(super) container: String,
    pub(super) connector: Connector,
}

impl AzureBlobs {
    /// Removes a blob, if it exists. A request that may succeed later is retried.
    pub(super) async fn remove(&self, path: &Path, credential: &AzureCredential) -> Result<()> {
        for _ in 0..retry().max_retries {
            match self.attempt(path, credential).await {
                Err(problem) if is_passing(&problem) => sleep(RETRY_DELAY).await,
                tried => return tried.map_err(error),
            }
        }
        self.attempt(path, credential).await.map_err(error)
    }

    async fn attempt(
        &self,
        path: &Path,
        credential: &AzureCredential,
    ) -> std::result::Result<(), Problem> {
        let request = Request::builder()
            .method(Method::DELETE)
            .uri(self.url(path).as_str())
            .header("content-length", "0")
            .body(HttpRequestBody::empty());
        let mut request = request.map_err(|problem| Problem::Other(Box::new(problem)))?;
        AzureAuthorizer::new(credential, &self.account)
            .try_authorize(&mut request)
            .map_err(|problem| Problem::Other(Box::new(problem)))?;
        let response = self.connector.call(request).await.map_err(Problem::Lost)?;
        match response.status() {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            status => Err(Problem::Refused(status)),
        }
    }

    fn url(&self, path: &Path) -> Url {
        let mut url = self.endpoint.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            let segments = segments.pop_if_empty().push(&self.container);
            segments.extend(path.parts().map(|part| part.as_ref().to_owned()));
        }
        url
    }
}

/// Why a blob could not be removed. The connector records the service's message.
enum Problem {
    Refused(StatusCode),
    Lost(HttpError),
    Other(Box<dyn std::error::Error + Send + Sync>),
}

fn is_passing(problem: &Problem) -> bool {
    match problem {
        Problem::Refused(status) => reply::is_passing(status.as_u16()),
        Problem::Lost(problem) => !is_final(problem),
        Problem::Other(_) => false,
    }
}

fn error(problem: Problem) -> Error {
    let source = match problem {
        Problem::Refused(status) => format!("HTTP {status}").into(),
        Problem::Lost(problem) => Box::new(problem) as Box<_>,
        Problem::Other(problem) => problem,
    };
    Error::Generic {
        store: "Azure",
        source,
    }
}
