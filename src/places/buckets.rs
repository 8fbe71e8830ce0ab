//! Buckets of Amazon S3, of compatible stores, and of Google Cloud Storage.

use std::sync::Arc;

use object_store::{
    ObjectStore,
    aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum},
    gcp::{GoogleCloudStorageBuilder, GoogleConfigKey},
};
use secrecy::ExposeSecret;

use super::{
    PlaceError,
    surroundings::{Surroundings, retry},
};

/// How to fix variables that cannot be used.
const AMAZON_HINT: &str = "check the variables that begin with AWS_";
/// The same for Google.
const GOOGLE_HINT: &str = "check the variables that begin with GOOGLE_, and the file that \
                           GOOGLE_APPLICATION_CREDENTIALS names";

/// A bucket of Amazon S3, or of a compatible store, with the account and address of Amazon's usual variables.
pub(super) fn amazon(
    bucket: &str,
    surroundings: &Surroundings<'_>,
) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    // The store verifies the checksum. Files are deleted one by one, because every store supports that.
    let builder = AmazonS3Builder::new()
        .with_checksum_algorithm(Checksum::SHA256)
        .with_disable_bulk_delete(true);
    let variables = surroundings.variables.of("AWS_");
    let builder = variables.fold(builder, |builder, (name, value)| match name.parse() {
        // We supply the connections.
        Ok(AmazonS3ConfigKey::Client(_)) | Err(_) => builder,
        Ok(key) => builder.with_config(key, value.expose_secret()),
    });
    let built = builder
        .with_bucket_name(bucket)
        .with_http_connector(surroundings.connector.clone())
        .with_retry(retry())
        .build();
    let store = built.map_err(|problem| surroundings.unusable(&problem, AMAZON_HINT))?;
    Ok(Arc::new(store))
}

/// A bucket of Google Cloud Storage, with the account of Google's usual variables.
pub(super) fn google(
    bucket: &str,
    surroundings: &Surroundings<'_>,
) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    let builder = GoogleCloudStorageBuilder::new();
    let variables = surroundings.variables.of("GOOGLE_");
    let builder = variables.fold(builder, |builder, (name, value)| match name.parse() {
        // We supply the connections.
        Ok(GoogleConfigKey::Client(_)) | Err(_) => builder,
        Ok(key) => builder.with_config(key, value.expose_secret()),
    });
    let built = builder
        .with_bucket_name(bucket)
        .with_http_connector(surroundings.connector.clone())
        .with_retry(retry())
        .build();
    let store = built.map_err(|problem| surroundings.unusable(&problem, GOOGLE_HINT))?;
    Ok(Arc::new(store))
}
