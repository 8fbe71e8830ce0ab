//! Lends the store to the ledgers of calls that are not sent by the run's recorder.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::store::{Store, StoreError};

/// Lends the store while `work` runs, and returns it with the result.
pub(super) async fn lend<T>(
    store: Store,
    work: impl AsyncFnOnce(&Arc<Mutex<Store>>) -> T,
) -> Result<(Store, T), StoreError> {
    let path = store.path().to_owned();
    let store = Arc::new(Mutex::new(store));
    let result = work(&store).await;
    let store = match Arc::into_inner(store) {
        Some(store) => store.into_inner(),
        None => Store::open(&path)?,
    };
    Ok((store, result))
}
