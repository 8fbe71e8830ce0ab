//! Connects to the place of a URL.

use jiff::Timestamp;

use super::{PlaceError, Target, folder::FolderTarget};
#[cfg(feature = "upload")]
use super::{
    azure::{self, AzureSignIn},
    buckets,
    http::Connector,
    lake::StoreLake,
    store::StoreTarget,
    surroundings::Surroundings,
};
#[cfg(feature = "upload")]
use crate::{
    config::Store,
    defender::{HttpSettings, Mask, StorageConnections},
};
use crate::{
    config::{Config, Place, StoreUrl},
    report::lake::{LakeFiles, LakeFolder},
};

/// The place, ready to be written to. Sends no request yet; a ready-made token must be valid at `now`.
pub(crate) fn connect(
    place: &Place,
    config: &Config,
    now: Timestamp,
) -> Result<Box<dyn Target>, PlaceError> {
    match place {
        Place::Folder(folder) => Ok(Box::new(FolderTarget::new(folder.clone()))),
        Place::Store(url) => Ok(Box::new(store(url, config, now)?)),
    }
}

/// The place of a lake, in the same way.
pub(crate) fn connect_lake(
    place: &Place,
    config: &Config,
    now: Timestamp,
) -> Result<Box<dyn LakeFiles>, PlaceError> {
    match place {
        Place::Folder(folder) => Ok(Box::new(LakeFolder::new(folder.clone()))),
        Place::Store(url) => lake(url, config, now),
    }
}

#[cfg(feature = "upload")]
fn lake(url: &StoreUrl, config: &Config, now: Timestamp) -> Result<Box<dyn LakeFiles>, PlaceError> {
    let store = store(url, config, now)?;
    Ok(Box::new(StoreLake::new(store, config.reports.out.clone())))
}

#[cfg(not(feature = "upload"))]
fn lake(url: &StoreUrl, _: &Config, _: Timestamp) -> Result<Box<dyn LakeFiles>, PlaceError> {
    Err(without_stores(url))
}

#[cfg(feature = "upload")]
fn store(url: &StoreUrl, config: &Config, now: Timestamp) -> Result<StoreTarget, PlaceError> {
    let service = &config.service;
    let ca_cert = service.ca_cert.as_ref().map(|it| it.pem.as_slice());
    let http = HttpSettings::new(ca_cert, service.timeout, 1)?;
    let mask = Mask::of(config.store_variables.secrets());
    let surroundings = Surroundings {
        place: url.to_string(),
        variables: &config.store_variables,
        connector: Connector::new(StorageConnections::new(&http)?, mask),
    };
    let store = match &url.store {
        Store::Azure { container, account } => {
            let sign_in = AzureSignIn {
                sign_in: &config.sign_in,
                http: &http,
                now,
            };
            let azure = azure::store(container, account.as_ref(), &surroundings, &sign_in)?;
            return Ok(StoreTarget::in_azure(url.clone(), azure));
        }
        Store::Amazon(bucket) => buckets::amazon(bucket, &surroundings)?,
        Store::Google(bucket) => buckets::google(bucket, &surroundings)?,
    };
    Ok(StoreTarget::new(url.clone(), store))
}

#[cfg(not(feature = "upload"))]
fn store(url: &StoreUrl, _: &Config, _: Timestamp) -> Result<FolderTarget, PlaceError> {
    Err(without_stores(url))
}

#[cfg(not(feature = "upload"))]
fn without_stores(url: &StoreUrl) -> PlaceError {
    PlaceError::Settings {
        place: url.to_string(),
        problem: "this build has no object stores".to_owned(),
        hint: "use file:///PATH",
    }
}
