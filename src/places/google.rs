//! Google Cloud Storage.

use std::sync::Arc;

use object_store::{
    ObjectStore,
    gcp::{GoogleCloudStorageBuilder, GoogleConfigKey},
};
use secrecy::ExposeSecret;

use super::{
    PlaceError,
    surroundings::{Surroundings, retry},
};

/// How to fix variables that cannot be used.
const HINT: &str = "check the variables that begin with GOOGLE_, and the file that \
                    GOOGLE_APPLICATION_CREDENTIALS names";

/// The bucket, with the account of Google's usual variables.
pub(super) fn store(
    bucket: &str,
    surroundings: &Surroundings<'_>,
) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    let builder = GoogleCloudStorageBuilder::new();
    let variables = surroundings.variables.of("GOOGLE_");
    let builder = variables.fold(builder, |builder, (name, value)| match name.parse() {
        // Connections are ours.
        Ok(GoogleConfigKey::Client(_)) | Err(_) => builder,
        Ok(key) => builder.with_config(key, value.expose_secret()),
    });
    let built = builder
        .with_bucket_name(bucket)
        .with_http_connector(surroundings.connector.clone())
        .with_retry(retry())
        .build();
    let store = built.map_err(|problem| surroundings.unusable(&problem, HINT))?;
    Ok(Arc::new(store))
}
